# A person at the gate: what can be answered, and what comes of it. Whole conversations, each
# played at a terminal of its own.

# shellcheck disable=SC2016,SC2030,SC2031

load ask

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
		expect this run:1:2: "conect"
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

@test "e has the keys of a shell's line: ^A ^E ^B ^F ^K ^W" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect  > 
		send e
		expect verdict: allow}
		send \x01\x0bconnect: "127.0.0.1", verdict: allow gone\x17}\x01{\x05
		send \x02\x02X\x08\x06\x0b}\n
		expect rule (e)  {connect: "127.0.0.1", verdict: allow }
		expect  > 
		send n
		expect denied once
	SCRIPT
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
		error = errno.errorcode.get(ctypes.get_errno())
		print(f"sendmmsg {rc} {error} {sum(map(arrived, peers))} arrived")
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
	chmod -R a+rX "$place"
	run setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$place" NO_COLOR=1 \
		./pty_driver script ./callgate ask --save saved.yaml --log log -o text -- \
		sh -c 'curl -s http://127.0.0.1:1/; echo status $?' 3>&-
	echo "$output"
	cat saved.yaml
	cd "$BATS_TEST_TMPDIR"
	rm -r "$place"
	[ "$status" -eq 0 ]
}
