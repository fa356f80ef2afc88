# A person at the gate: whole conversations, played at a terminal of their own.

# shellcheck disable=SC2016,SC2030,SC2031

load judged

# The lines of the test's script, from standard input, are played against
# `callgate ask` with these arguments; all that came out is in the file seen, and
# how it ended in $ended. The terminal is $WIDTH characters wide.
talk() {
	cat >script
	ended=0
	NO_COLOR=1 "$FIXTURES/pty_driver" script \
		sh -c 'stty cols "$0" rows 24; exec "$@"' "${WIDTH:-160}" \
		"$CALLGATE" ask --log "$LOG" "$@" >seen 3>&- || ended=$?
	# Only the end is of interest when something went wrong.
	tail -n 60 seen
	[ "$ended" -ne 99 ]
}

# How often a text was seen.
seen() {
	grep -c -F -e "$1" seen || true
}

# A page is asked for so many times, by one process each time.
pages() {
	echo "for i in $(seq -s ' ' "$1"); do curl -s http://127.0.0.1:$PORT/ || echo failed \$?; done"
}

# Connects are asked about, binds denied, and everything else is allowed.
policy_asking_connects() {
	policy <<-'POLICY'
		default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}
	POLICY
}

@test "y allows one call: the next one is asked about again, and says what was answered before" {
	start_web_server
	talk -- sh -c "$(pages 2)" <<-SCRIPT
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect to tcp 127.0.0.1:$PORT (@loopback)
		expect /usr/bin/curl
		expect curl -s http://127.0.0.1:$PORT/
		expect  > 
		send y
		expect allowed once
		expect this is the page
		expect wants to connect
		expect allowed once: 1, denied once: 0
		expect  > 
		send n
		expect denied once
		expect failed 7
	SCRIPT
	expect_events 1 '.call == "connect" and .verdict == "allow" and .reason == "ask.once"'
	expect_events 1 '.call == "connect" and .verdict == "deny" and .reason == "ask.denied" and
		.errno == "EACCES"'
}

@test "r allows by the rule for the run: nothing like it is asked again" {
	start_web_server
	talk -- sh -c "$(pages 3)" <<-SCRIPT
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect for this run: {exec: "/usr/bin/curl", verdict: allow}
		expect wants to connect
		expect  > 
		send r
		expect for this run: {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: allow}
	SCRIPT
	[ "$(seen 'this is the page')" -eq 3 ]
	[ "$(seen 'wants to')" -eq 2 ]
	expect_events 3 '.call == "connect" and .reason == "ask.run" and .rule.file == "this run"'
}

@test "s saves the rule, shows its text, and nothing is asked in the next run" {
	start_web_server
	talk --save saved.yaml -- sh -c "$(pages 2)" <<-SCRIPT
		expect wants to run
		expect  > 
		send s
		expect saved: saved.yaml
		expect   - {exec: "/usr/bin/curl", verdict: allow}
		expect wants to connect
		expect  > 
		send s
		expect   - {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: allow}
		expect rules saved: 3, to saved.yaml. To hold the command to them: callgate enforce -p saved.yaml -- COMMAND
	SCRIPT
	[ "$(seen 'wants to')" -eq 2 ]
	cat saved.yaml
	expect_events 2 '.call == "connect" and .reason == "rule" and (.rule.file == "saved.yaml")
		and .rule.line == '"$(grep -n "127.0.0.1:$PORT" saved.yaml | cut -d : -f 1)"
	talk --save saved.yaml -- sh -c "$(pages 2)" <<-'SCRIPT'
		eof
	SCRIPT
	[ "$(seen 'wants to')" -eq 0 ]
	[ "$(seen 'rules saved')" -eq 0 ]
	[ "$(seen 'this is the page')" -eq 2 ]
}

@test "what was saved is a policy: enforce passes with it, and fails without one of its rules" {
	start_web_server
	talk --save policy.yaml -- sh -c "$(pages 1)" <<-'SCRIPT'
		expect  > 
		send s
		expect wants to connect
		expect  > 
		send s
	SCRIPT
	"$CALLGATE" check policy.yaml || [ $? -eq 1 ]
	[ "$(enforce sh -c "$(pages 1)")" = 'this is the page' ]
	sed -i '/connect: "127/d' policy.yaml
	[ "$(enforce sh -c "$(pages 1)")" = 'failed 7' ]
}

@test "n, R and S deny: once, for the run, and for good" {
	start_web_server
	talk --save saved.yaml -- sh -c "$(pages 3)" <<-SCRIPT
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect failed 7
		expect wants to connect
		expect  > 
		send S
		expect {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: deny}
		expect failed 7
		expect failed 7
	SCRIPT
	[ "$(seen 'wants to connect')" -eq 2 ]
	grep -q 'verdict: deny}$' saved.yaml
	talk -- sh -c "$(pages 2)" <<-SCRIPT
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send R
		expect for this run: {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: deny}
		expect failed 7
		expect failed 7
	SCRIPT
	expect_events 2 '.call == "connect" and .verdict == "deny" and .reason == "ask.run"'
}

@test "k kills the process before its call" {
	start_web_server
	talk -- sh -c 'curl -s http://127.0.0.1:1/; echo status $?' <<-'SCRIPT'
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send k
		expect killed
		expect status 137
	SCRIPT
	expect_event '.verdict == "kill" and .reason == "ask.killed"'
}

@test "w goes up the ladder of destinations, and round; the rule's text is always there" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect {exe: "/usr/bin/curl", connect: "127.0.0.1:81", verdict: allow}
		expect  > 
		send w
		expect connect: "127.0.0.1", verdict
		expect  > 
		send w
		expect connect: "127.0.0.0/24", verdict
		expect  > 
		send w
		expect connect: "*:81", verdict
		expect  > 
		send w
		expect connect: "*", verdict
		expect  > 
		send w
		expect connect: "127.0.0.1:81", verdict
		expect  > 
		send n
	SCRIPT
	talk -- curl -s 'http://[::1]:81/' <<-'SCRIPT'
		expect connect: "[::1]:81", verdict
		expect  > 
		send w
		expect connect: "[::1]", verdict
		expect  > 
		send w
		expect connect: "[::/64]", verdict
		expect  > 
		send n
	SCRIPT
}

@test "p goes up the ladder of programs: script, program, lineage, any" {
	printf '#!/usr/bin/python3\nimport socket\ns = socket.socket()\nprint(s.connect_ex(("127.0.0.1", 81)))\n' >tool
	chmod +x tool
	PYTHON=$(readlink -f /usr/bin/python3)
	talk -- ./tool <<-SCRIPT
		expect {exe: "$PYTHON", script: "$PWD/tool", connect: "127.0.0.1:81", verdict: allow}
		expect  > 
		send p
		expect {exe: "$PYTHON", connect
		expect  > 
		send p
		expect {lineage: "$PYTHON", connect
		expect  > 
		send p
		expect {connect: "127.0.0.1:81"
		expect  > 
		send p
		expect {exe: "$PYTHON", script
		expect  > 
		send pw
		expect {exe: "$PYTHON", connect: "127.0.0.1"
		expect  > 
		send R
		expect for this run: {exe: "$PYTHON", connect: "127.0.0.1", verdict: deny}
		expect 13
	SCRIPT
}

@test "e edits the rule: one that is wrong, or is about another call, is asked for again" {
	start_web_server
	talk --save saved.yaml -- curl -s "http://127.0.0.1:$PORT/" <<-SCRIPT
		expect  > 
		send e
		expect verdict: allow}
		send \x15{connect: 10.0.0.0/8, verdict: allow}\n
		expect the rule does not answer the call that waits
		send \x15{conect: "127.0.0.1", verdict: allow}\n
		expect connect
		expect >
		send \x15- nothing\n
		expect between braces
		send \x15{connect: "127.0.0.1", verdict: allow}], budgets: [{processes: 1}\n
		expect rule (e)
		expect  > 
		send s
		expect cannot save the rule
		expect  > 
		send e
		send \x15{connect: "@loopback", vxerdict: allow}\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08verdict: allow, why: mine}\n
		expect rule (e)  {connect: "@loopback", verdict: allow, why: mine}
		expect  > 
		send S
		expect the rule as you edited it allows
		expect  > 
		send s
		expect saved: saved.yaml
		expect - {connect: "@loopback", verdict: allow, why: mine}
		expect this is the page
	SCRIPT
	grep -q '^  - {connect: "@loopback", verdict: allow, why: mine}$' saved.yaml
}

@test "e can be left: the rule is as it was" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect  > 
		send e
		expect verdict: allow}
		send xyz\x03
		expect left as it was
		expect {exe: "/usr/bin/curl", connect: "127.0.0.1:81", verdict: allow}
		expect  > 
		send n
	SCRIPT
}

@test "m shows more, ? shows the keys, and another key does nothing" {
	talk -- env -u PS1 MINE='a b' curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect wants to run
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send m
		expect variables
		expect 'MINE=a b'
		expect files
		expect socket:[
		expect code
		expect libcurl
		expect  > 
		send ?
		expect kill the process
		expect  > 
		send x
		expect no such key
		expect  > 
		send \x1b[A\x1bOP\x1b]0;yyy\x07
		send n
		expect denied once
	SCRIPT
	[ "$ended" -eq 7 ]
}

# stack_shown OPTION...: of a connect, and of the exec before it.
stack_shown() {
	talk "$@" -- sh -c 'curl -s http://127.0.0.1:81/' <<-'SCRIPT'
		expect wants to run /usr/bin/curl
		expect  > 
		send t
		expect execve+
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send t
		expect stack
		expect connect+
		expect libcurl
		expect  > 
		send t
		expect connect+
		expect  > 
		send n
		expect denied once
	SCRIPT
	[ "$(seen 'wants to connect')" -eq 1 ]
	expect_events 1 '.call == "connect" and .reason == "ask.denied"'
}

@test "t shows the stack of the call (ptrace)" {
	stack_shown --backend ptrace
	expect_events 0 '.stack'
}

@test "t shows the stack of the call (notify)" {
	stack_shown --backend notify
	expect_events 0 '.stack'
}

@test "t shows the stack that -k has in the log" {
	stack_shown -k=denied
	expect_events 1 '.call == "connect" and .reason == "ask.denied" and (.stack | length) > 2'
}

@test "what was typed before the question is not its answer" {
	talk -- sh -c 'sleep 0.1; echo be""gun; sleep 1; curl -s http://127.0.0.1:81/; echo "status $?"' <<-'SCRIPT'
		expect wants to run /usr/bin/sleep
		expect  > 
		send r
		expect begun
		send yyyrrr
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect status 7
	SCRIPT
}

@test "the command cannot type the answer: TIOCSTI is denied" {
	# It can where nobody stops it; Linux 6.2 may forbid it by itself (dev.tty.legacy_tiocsti).
	printf 'expect \\n\n' >script
	"$FIXTURES/pty_driver" script timeout 1 "$FIXTURES/type_answer" y >seen 3>&- || true
	grep -q typed seen || skip 'this kernel does not let anybody type so'
	policy <<-'POLICY'
		default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}
	POLICY
	talk -p policy.yaml -- sh -c '"$0" y & curl -s http://127.0.0.1:81/; echo "status $?"; kill $!' \
		"$FIXTURES/type_answer" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		expect ioctl
		expect ioctl
		send n
		expect status 7
	SCRIPT
	grep -q '^EPERM' seen
	[ "$(seen 'allowed once')" -eq 0 ]
	expect_event '.call == "ioctl" and .verdict == "deny" and .reason == "syscall.denied"'
}

@test "a process that dies withdraws its question; the next one is asked" {
	talk -- sh -c 'timeout -s KILL 1 curl -s http://127.0.0.1:81/; curl -s http://127.0.0.1:82/; echo "status $?"' <<-'SCRIPT'
		expect wants to run /usr/bin/timeout
		expect  > 
		send r
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect 127.0.0.1:81
		expect the process is gone
		expect 127.0.0.1:82
		expect  > 
		send n
		expect status 7
	SCRIPT
}

# Sends a message to each of three sockets of its own with one sendmmsg(2), and says what that
# came to, and what has arrived.
send_three() {
	cat <<-'PY'
		import ctypes, errno, socket
		class Iovec(ctypes.Structure):
		    _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]
		class Message(ctypes.Structure):
		    _fields_ = [("name", ctypes.c_char_p), ("namelen", ctypes.c_uint),
		        ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
		        ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
		        ("flags", ctypes.c_size_t), ("sent", ctypes.c_size_t)]
		messages, peers, kept = (Message * 3)(), [], []
		for i in range(3):
		    peers.append(socket.socket(type=socket.SOCK_DGRAM))
		    peers[i].bind(("127.0.0.%d" % (i + 1), 0))
		    peers[i].setblocking(False)
		    port = peers[i].getsockname()[1]
		    kept.append(Iovec(b"hello", 5))
		    address = socket.AF_INET.to_bytes(2, "little") + port.to_bytes(2, "big") + \
		        bytes([127, 0, 0, i + 1]) + bytes(8)
		    messages[i] = Message(address, 16, ctypes.pointer(kept[i]), 1, None, 0, 0, 0)
		libc, sender = ctypes.CDLL(None, use_errno=True), socket.socket(type=socket.SOCK_DGRAM)
		rc = libc.sendmmsg(sender.fileno(), messages, 3, 0)
		def arrived(peer):
		    try: return peer.recv(99) == b"hello"
		    except BlockingIOError: return False
		print("sendmmsg", rc, errno.errorcode.get(ctypes.get_errno()), sum(map(arrived, peers)), "arrived")
	PY
}

@test "a sendmmsg to three destinations: each is asked about, and one denied keeps all back" {
	send_three >send_three.py
	policy <<-'POLICY'
		default: {connect: ask, bind: allow, exec: allow, spawn: allow, socket: allow}
	POLICY
	talk -p policy.yaml -- /usr/bin/python3 send_three.py <<-'SCRIPT'
		expect wants to send to udp 127.0.0.1:
		expect message   1 of 3
		expect  > 
		send y
		expect wants to send to udp 127.0.0.2:
		expect message   2 of 3
		expect  > 
		send r
		expect wants to send to udp 127.0.0.3:
		expect message   3 of 3
		expect  > 
		send n
		expect sendmmsg -1 EACCES 0 arrived
	SCRIPT
	[ "$(seen 'wants to')" -eq 3 ]
	expect_events 1 '.call == "sendmmsg" and .verdict == "deny" and .reason == "ask.denied"'
	talk -p policy.yaml -- /usr/bin/python3 send_three.py <<-'SCRIPT'
		expect 127.0.0.1:
		expect  > 
		send y
		expect 127.0.0.2:
		expect  > 
		send wwr
		expect sendmmsg 3 None 3 arrived
	SCRIPT
}

@test "a name that is known stands with the address" {
	is_root && unshare --mount true || skip 'needs a mount namespace, for another /etc/hosts'
	echo '192.0.2.7 db.example.org' >hosts
	printf '%s\n' 'expect connect to tcp 192.0.2.7:81' 'expect name      db.example.org (/etc/hosts)' \
		'expect  > ' 'send n' >script
	"$FIXTURES/pty_driver" script unshare --mount sh -c 'mount --bind hosts /etc/hosts && exec "$@"' - \
		"$CALLGATE" ask --color never -o text -- curl -s http://192.0.2.7:81/ >seen 3>&- || ended=$?
	cat seen
	[ "$ended" -eq 7 ]
}

@test "50 at once that ask the same are one question, and one answer serves all" {
	start_web_server
	talk -- sh -c 'for i in $(seq 50); do curl -s http://127.0.0.1:'"$PORT"'/ & done; wait' <<-'SCRIPT'
		expect wants to run /usr/bin/seq
		expect  > 
		send r
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect 50 waiting for this answer
		send y
		expect allowed once
	SCRIPT
	[ "$(seen 'this is the page')" -eq 50 ]
	[ "$(seen 'wants to connect')" -eq 1 ]
	expect_events 50 '.call == "connect" and .reason == "ask.once"'
}

@test "50 at once that ask different things wait in line; a wide rule answers the rest" {
	talk -- sh -c 'for i in $(seq 101 150); do curl -s http://127.0.0.1:$i/ & done; wait' <<-'SCRIPT'
		expect  > 
		send r
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect wants to connect
		expect  > 
		send w
		expect connect: "127.0.0.1", verdict
		expect  > 
		send R
		expect for this run
	SCRIPT
	[ "$(seen 'wants to connect')" -le 4 ]
	expect_events 50 '.call == "connect" and .verdict == "deny" and .args.family == "inet"'
}

@test "Ctrl-C denies; once more, and the run ends" {
	talk -- sh -c 'curl -s http://127.0.0.1:81/; echo "status $?"; curl -s http://127.0.0.1:82/; echo still he""re' <<-'SCRIPT'
		expect wants to run
		expect  > 
		send r
		expect :81
		expect  > 
		send \x03
		expect denied once
		expect status 7
		expect :82
		expect again ends the run > 
		send \x03
		expect the run ends
	SCRIPT
	[ "$(seen 'still here')" -eq 0 ]
	[ "$ended" -eq 137 ]
}

@test "Ctrl-D is no answer, and so is a time that is over: denied, as ask.unanswered" {
	talk --ask-timeout 3 -- sh -c 'curl -s http://127.0.0.1:81/; curl -s http://127.0.0.1:82/; echo "status $?"' <<-'SCRIPT'
		expect wants to run
		expect  > 
		send r
		expect :81
		expect  > 
		send \x04
		expect no answer: denied
		expect :82
		expect no answer in time: denied
		expect status 7
	SCRIPT
	expect_events 2 '.verdict == "deny" and .reason == "ask.unanswered" and .call == "connect"'
}

@test "without a terminal nobody is asked: denied, and said" {
	run setsid -w "$CALLGATE" ask --log "$LOG" -- curl -s http://127.0.0.1:81/ </dev/null
	[ "$status" -eq 7 ]
	[[ "$output" == *'there is no terminal to ask at'* ]]
	expect_event '.reason == "ask.unanswered" and .call == "connect"'
	expect_event '.type == "warning" and .code == "ask.nobody"'
}

@test "a terminal that goes away while it asks: denied, as ask.unanswered" {
	policy_asking_connects
	talk -p policy.yaml -o text -- sh -c 'trap "" HUP
		curl -s http://127.0.0.1:81/; echo "status $?" >first
		curl -s http://127.0.0.1:82/; echo "status $?" >second' <<-'SCRIPT'
		expect wants to connect
		expect  > 
		hangup
	SCRIPT
	[ "$(cat first second)" = $'status 7\nstatus 7' ]
	expect_events 2 '.call == "connect" and .verdict == "deny" and .reason == "ask.unanswered"'
	talk -p policy.yaml -o text -- sh -c 'trap "" HUP; echo be""gun; until [ -e go ]; do sleep 0.05; done
		curl -s http://127.0.0.1:81/; echo "status $?" >third' <<-'SCRIPT'
		expect begun
		hangup
		run touch go
	SCRIPT
	[ "$(cat third)" = 'status 7' ]
}

@test "a narrow terminal: no line is longer, and after a resize the question comes again" {
	WIDTH=40 talk -- curl -s 'http://127.0.0.1:81/a/path/that/is/longer/than/the/terminal/is/wide' <<-'SCRIPT'
		expect callgate: 
		expect  > 
		resize 30 24
		expect callgate: 
		expect  > 
		send n
		expect denied once
	SCRIPT
	awk 'length($0) > 40' seen | grep -v DENY >long || true
	awk 'length($0) > 30' RS='\r?\n' <(sed '1,/ > $/d' seen | sed '/denied once/q') >>long
	cat long
	[ ! -s long ]
}

@test "colour where it is wanted, and not where it is not" {
	printf 'expect  > \nsend n\n' >script
	NO_COLOR='' TERM=xterm "$FIXTURES/pty_driver" script "$CALLGATE" ask -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	grep -q $'\x1b\\[' seen
	TERM=xterm "$FIXTURES/pty_driver" script "$CALLGATE" ask --color never -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	run ! grep -q $'\x1b' seen
	TERM=dumb "$FIXTURES/pty_driver" script "$CALLGATE" ask -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	run ! grep -q $'\x1b' seen
}

@test "what a program chose is escaped; in a locale without UTF-8 all of it is ASCII" {
	cp /usr/bin/true $'evil\e[2J\xe2\x80\xae\xc3\xa9'
	LC_ALL=C.UTF-8 talk -- sh -c './evil*' <<-'SCRIPT'
		expect wants to run
		expect evil\\x1b[2J\\u{202e}\xc3\xa9
		expect  > 
		send n
	SCRIPT
	LC_ALL=C talk -- sh -c './evil*' <<-'SCRIPT'
		expect evil\\x1b[2J\\u{202e}\\u{E9}
		expect  > 
		send n
	SCRIPT
	sed -n '/wants to run/,/denied once/p' seen >prompt
	grep -q 'u{E9}' prompt
	run ! grep -qP '[^\x00-\x7f]' prompt
}

@test "the terminal is handed back as it was: modes, and the foreground process group" {
	cat >look <<-'SH'
		stty -g; ps -o pgid=,tpgid= -p $$
	SH
	talk -- sh -c '. ./look >before; curl -s http://127.0.0.1:81/; . ./look >after' <<-'SCRIPT'
		expect /usr/bin/stty
		expect  > 
		send r
		expect /usr/bin/ps
		expect  > 
		send r
		expect /usr/bin/curl
		expect  > 
		send r
		expect :81
		expect  > 
		send n
	SCRIPT
	diff before after
	[ -s before ]
}

@test "a shell with job control under ask: questions step in front of its jobs" {
	cat >script <<-'SCRIPT'
		expect ready>
		send curl -s http://127.0.0.1:81/; echo status $?\n
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect :81
		expect  > 
		send n
		expect status 7
		expect ready>
		send curl -s http://127.0.0.1:82/ | sed "s/.*/got <&>/"; echo status $?\n
		expect  > 
		send r
		expect :82
		expect  > 
		send n
		expect status 0
		expect ready>
		send exit 3\n
	SCRIPT
	export PS1='ready> ' TERM=dumb
	run "$FIXTURES/pty_driver" script "$CALLGATE" ask -o "$TEXT" -- bash --norc --noprofile -i 3>&-
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" != *'no job control'* ]]
}

@test "with a policy only what it says to ask is asked" {
	start_web_server
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: perhaps
		    connect: "127.0.0.1:$PORT"
		    verdict: ask
		    why: nobody knows
		  - id: never
		    connect: "127.0.0.2"
		    verdict: deny
	POLICY
	talk -p policy.yaml --save saved.yaml -- sh -c "curl -s http://127.0.0.1:81/; echo \"status \$?\"
		curl -s http://127.0.0.1:$PORT/; curl -s http://127.0.0.2:$PORT/; echo \"status \$?\"" <<-SCRIPT
		expect status 7
		expect wants to connect to tcp 127.0.0.1:$PORT
		expect rule perhaps (policy.yaml:4): nobody knows
		expect  > 
		send wwww
		expect connect: "*", verdict: allow}
		expect  > 
		send s
		expect this is the page
		expect status 7
	SCRIPT
	[ "$(grep 'wants to' seen | sort -u | wc -l)" -eq 1 ]
	expect_event '.verdict == "deny" and .rule.id == "never"'
	"$CALLGATE" enforce -p saved.yaml -p policy.yaml -- curl -s "http://127.0.0.1:$PORT/"
}

@test "rules can be saved to the policy itself: its rules that ask have their answers then" {
	start_web_server
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - connect: "127.0.0.1:$PORT"
		    verdict: ask
	POLICY
	talk -p policy.yaml --save policy.yaml -- curl -s "http://127.0.0.1:$PORT/" <<-'SCRIPT'
		expect  > 
		send s
		expect this is the page
	SCRIPT
	talk -p policy.yaml --save policy.yaml -- curl -s "http://127.0.0.1:$PORT/" <<-'SCRIPT'
		eof
	SCRIPT
	[ "$(seen 'wants to')" -eq 0 ]
	grep -q 'this is the page' seen
}

@test "name servers are asked about once; talking netlink is not asked about" {
	NAMESERVER=$(awk '$1 == "nameserver" { print $2; exit }' /etc/resolv.conf)
	[ -n "$NAMESERVER" ] || skip 'no name server here'
	# Connecting a datagram socket sends nothing.
	cat >ask_names <<-PY
		import socket, sys
		n = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		n.bind((0, 0))
		family = socket.getaddrinfo("$NAMESERVER", 53, 0, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST)[0][0]
		s = socket.socket(family, socket.SOCK_DGRAM)
		s.connect_ex(("$NAMESERVER", 53))
		s.connect_ex(("127.0.0.1", 9))
	PY
	talk -- sh -c '/usr/bin/python3 ask_names; /usr/bin/python3 ask_names' <<-SCRIPT
		expect wants to run
		expect  > 
		send r
		expect wants to connect to udp $NAMESERVER:53
		expect {connect: "@resolvers:53", verdict: allow}
		expect  > 
		send y
		expect wants to connect to udp 127.0.0.1:9
		expect  > 
		send y
		expect wants to connect to udp 127.0.0.1:9
		expect  > 
		send y
	SCRIPT
	expect_events 2 '.call == "bind" and .verdict == "allow" and .result == 0'
	expect_events 2 '.args.address == "'"$NAMESERVER"'" and .reason == "ask.run"'
}

@test "in the background the question waits until the job is brought to the foreground" {
	cat >script <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" ask -o text -- curl -s http://127.0.0.1:81/ &\n
		expect a question waits
		send echo still the sh""ell\n
		expect still the shell
		send fg\n
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect ready>
		send echo status $?\n
		expect status 7
		send exit 0\n
	SCRIPT
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script bash --norc --noprofile -i 3>&-
}

# Plays the script that comes in against an interactive shell.
in_a_shell() {
	cat >script
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script bash --norc --noprofile -i 3>&-
}

@test "Ctrl-Z at a question stops the whole job; fg brings both back" {
	in_a_shell <<-'SCRIPT'
		expect ready>
		send stty -g >before; "$CALLGATE" ask -o text -- sh -c 'curl -s http://127.0.0.1:81/; echo "status $?"'\n
		expect wants to run /usr/bin/curl
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send stty -g >between; ps -o s=,comm= -t "$(tty)" | grep callgate >states; fg\n
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect status 7
		expect ready>
		send exit 0\n
	SCRIPT
	diff before between
	[ "$(cat states)" = 'T callgate' ]
}

@test "Ctrl-Z in a shell under ask stops the job of that shell that is asked about" {
	cat >script <<-'SCRIPT'
		expect ready>
		send curl -s http://127.0.0.1:81/\n
		expect wants to run /usr/bin/curl
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect wants to run /usr/bin/curl
		expect  > 
		send n
		expect ready>
		send exit 3\n
	SCRIPT
	export PS1='ready> ' TERM=dumb
	"$FIXTURES/pty_driver" script "$CALLGATE" ask -o "$TEXT" -- bash --norc --noprofile -i \
		>seen 3>&- || ended=$?
	cat seen
	[ "$ended" -eq 3 ]
}

@test "Ctrl-Z where a job cannot be stopped: the question comes again" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect wants to connect
		expect  > 
		send \x1a
		expect told to stop
		expect wants to connect
		expect  > 
		send n
		expect denied once
	SCRIPT
	[ "$ended" -eq 7 ]
}

@test "what the command writes over the question does not matter: Ctrl-L and Enter show it again" {
	policy_asking_connects
	talk -p policy.yaml -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' 'printf "garbled\rtwice"')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect twice
		send \x0c
		expect wants to connect
		expect  > 
		send \n
		expect wants to connect
		expect  > 
		send n
		expect status 7
	SCRIPT
	[ "$(seen 'no such key')" -eq 0 ]
}

@test "a run whose time is over gives the terminal back, too" {
	cat >script <<-'SCRIPT'
		expect ready>
		send stty -g >before; "$CALLGATE" ask -o text --timeout 1 -- curl -s http://127.0.0.1:81/; stty -g >after\n
		expect wants to connect
		expect ready>
		send exit 0\n
	SCRIPT
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script sh -i 3>&-
	diff before after
}

# A background job, and what the shell does to it once the file `go` is there.
job_until_go() {
	echo "$1"' & until [ -e go ]; do sleep 0.05; done; '"$2"'; wait $!; echo "status $?"'
}

signal_kills() {
	policy_asking_connects
	talk -p policy.yaml --backend "$1" -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' 'kill $!')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect status 143
	SCRIPT
	[ "$(seen 'wants to')" -eq 1 ]
	expect_event '.call == "connect" and .verdict == "ask" and .error == "ERESTARTNOINTR"'
	expect_event '.type == "exit" and .comm == "curl" and .signal == "SIGTERM"'
}

@test "a signal that kills is not held up by a question (ptrace)" {
	signal_kills ptrace
}

@test "a signal that kills is not held up by a question (notify)" {
	signal_kills notify
}

@test "a program that waits to be run dies of a signal, too; and so does all of a killed run" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - exec: /usr/bin/true
		    verdict: ask
	POLICY
	talk -p policy.yaml -- sh -c "$(job_until_go /usr/bin/true 'kill $!')" <<-'SCRIPT'
		expect wants to run /usr/bin/true
		expect  > 
		run touch go
		expect status 143
	SCRIPT
	talk -p policy.yaml -- env true <<-'SCRIPT'
		expect wants to run /usr/bin/true
		expect  > 
		run kill $PLAYED
	SCRIPT
	[ "$ended" -eq 143 ]
}

# The question stays where it is: it is still the same call.
handlers_run() {
	policy_asking_connects
	talk -p policy.yaml --backend "$1" -- "$FIXTURES/signalled_connect" 81 <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run kill -USR1 $PLAYED
		expect handled 1
		run kill -USR1 $PLAYED
		expect handled 2
		run kill -USR1 $PLAYED
		expect handled 3
		send n
		expect denied once
		expect connect -13
	SCRIPT
	[ "$(seen 'wants to connect')" -eq 1 ]
}

@test "handlers of signals run while a call waits, and the question stays (ptrace)" {
	handlers_run ptrace
}

@test "handlers of signals run while a call waits, and the question stays (notify)" {
	handlers_run notify
}

@test "a process that is stopped takes its question back, and asks again when it goes on" {
	policy_asking_connects
	talk -p policy.yaml -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' \
		'kill -STOP $!; until [ -e on ]; do sleep 0.05; done; kill -CONT $!')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect the process is gone, or stopped
		run touch on
		expect wants to connect
		expect  > 
		send n
		expect status 7
	SCRIPT
}

@test "processes and sockets can be asked about; budgets hold all the same" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: ask, socket: ask}
		budgets:
		  - processes: 2
	POLICY
	talk -p policy.yaml -- sh -c '/usr/bin/true; (/usr/bin/true; /usr/bin/true); /usr/bin/python3 -c "
import socket
try: socket.socket(); print(1)
except PermissionError: print(2)"; :' <<-'SCRIPT' || true
		expect wants to make a process:
		expect  > 
		send r
		expect spawn: true, verdict: allow
		expect wants to make a socket: inet/stream
		expect  > 
		send w
		expect socket: "inet"
		expect  > 
		send R
	SCRIPT
	grep -q '^2' seen
	expect_event '.kind == "spawn" and .verdict == "deny" and .reason == "budget.processes"'
}

@test "for an ordinary user the same" {
	is_root || skip 'the other tests are of an ordinary user already'
	local place
	place=$(mktemp -d)
	chmod 777 "$place"
	cp "$CALLGATE" "$FIXTURES/pty_driver" "$place"
	cd "$place"
	printf '%s\n' 'expect nobody' 'expect  > ' 'send s' 'expect saved: saved.yaml' \
		'expect wants to connect' 'expect  > ' 'send n' 'expect status 7' >script
	run setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$place" NO_COLOR=1 \
		./pty_driver script ./callgate ask --save saved.yaml --log log -o text -- \
		sh -c 'curl -s http://127.0.0.1:1/; echo status $?' 3>&-
	echo "$output"
	cat saved.yaml
	cd "$BATS_TEST_TMPDIR"
	rm -r "$place"
	[ "$status" -eq 0 ]
}
