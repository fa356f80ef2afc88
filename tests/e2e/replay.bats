# check --against: a log is judged again, and gets the verdicts it would get live.

load judged

replay() {
	"$CALLGATE" check policy.yaml --against "$LOG" "$@"
}

# A command under a mode; its log, replayed, has every verdict as it was recorded.
expect_same_again() {
	local judged
	rm -f "$LOG"
	"$@" >command.out 2>&1 </dev/null || true
	# What is not judged has no reason.
	judged=$(count_events '.type == "call" and .reason != null')
	[ "$judged" -gt 0 ]
	run replay
	echo "$*"
	echo "$output"
	[[ $output == *"0 of $judged verdicts are not those recorded"* ]]
	# And as many denials as there were.
	[[ $output == *"$(count_events '(.would // .verdict // "allow") != "allow"') of "*" calls would be denied"* ]]
}

# Under audit, where everything goes on, and under enforce.
expect_same_verdicts() {
	expect_same_again audit "$@"
	expect_same_again enforce "$@"
}

start_servers() {
	start_web_server
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		budgets:
		  - spawns: 500
		  - under: /usr/bin/make
		    processes: 5
		rules:
		  - id: python-only
		    exe: /usr/bin/python3
		    connect: "tcp:127.0.0.1:$PORT"
		    verdict: allow
		  - id: curl-by-script
		    script: "$PWD/fetch"
		    lineage: "$PWD/fetch"
		    exec: /usr/bin/tty
		    verdict: deny
		  - id: not-root
		    uid: 12345
		    socket: inet
		    verdict: deny
		  - id: no-packets
		    socket: ["packet", "netlink"]
		    verdict: deny
		    errno: EAFNOSUPPORT
		  - id: no-ids
		    exec: ["/usr/bin/id"]
		    verdict: deny
		  - id: own-sockets
		    connect: "unix:$PWD/*.sock"
		    bind: "unix:$PWD/*.sock"
		    verdict: allow
	POLICY
}

@test "programs that reach what they may, and what they may not" {
	start_servers
	expect_same_verdicts curl -s "http://127.0.0.1:$PORT/"
	expect_same_verdicts /usr/bin/python3 -c "import urllib.request
urllib.request.urlopen('http://127.0.0.1:$PORT/').read()"
	expect_same_verdicts node -e "require('http').get('http://127.0.0.1:$PORT/').on('error', () => 0)"
}

@test "shells, scripts and programs that may not be run" {
	start_servers
	expect_same_verdicts sh -c '/usr/bin/id; echo x | cat; nothing; exec /usr/bin/id -g'
	printf '#!/bin/sh\n/usr/bin/tty\n(sh -c "/usr/bin/tty; exit 0")\n' >fetch
	chmod +x fetch
	expect_same_verdicts ./fetch
	expect_event '.call == "execve" and .verdict == "deny" and .rule.id == "curl-by-script"'
}

@test "git and make" {
	start_servers
	git_repository origin.git
	expect_same_verdicts git -C work log --format=%s
	make_project
	expect_same_verdicts make -s -B -j4 -C project
}

@test "addresses of every kind, and Unix sockets by paths that are links" {
	start_servers
	expect_same_verdicts "$FIXTURES/addresses"
	expect_same_verdicts /usr/bin/python3 -c "
import os, socket
os.symlink('a.sock', 'link')
s = socket.socket(socket.AF_UNIX); s.bind('a.sock'); s.listen()
for name in 'a.sock', 'link', './a.sock', 'nothing', '/nowhere/x.sock', b'\0abstract':
    socket.socket(socket.AF_UNIX).connect_ex(name)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try: d.sendto(b'x', 'link')
except OSError: pass
os.unlink('a.sock'); os.unlink('link')"
}

@test "system calls that enforce denies" {
	start_servers
	expect_same_verdicts "$FIXTURES/bypass_kernel" userfaultfd
	expect_same_verdicts "$FIXTURES/bypass_kernel" io_uring
	# Denied with some of their arguments only: a new user namespace.
	expect_same_again audit unshare --user --map-root-user /usr/bin/true
	expect_event '.call == "unshare" and .would == "deny"'
}

@test "what tasks of a run do to one another is denied by nobody, in a trace's log neither" {
	policy <<<'default: allow'
	"$CALLGATE" trace -e kill,prlimit64 --log "$LOG" -o "$TEXT" \
		sh -c 'prlimit --pid $$ --nofile=100:200; kill -0 $$; sleep 9 & kill $!; wait'
	expect_event '.call == "kill"'
	expect_event '.call == "prlimit64"'
	run -0 replay
	[[ $output == *'0 of '*' calls would be denied'* ]]
	# What comes from elsewhere is another matter.
	sleep 99 3>&- &
	"$CALLGATE" trace -e kill --log "$LOG" -o "$TEXT" sh -c "kill $!"
	run -1 replay
	[[ $output == *'1  DENY '*' kill '*'syscall.denied'* ]]
}

@test "tampering is a fact of the run" {
	start_servers
	expect_same_again audit "$FIXTURES/hostile_names"
	expect_same_again audit "$FIXTURES/bypass_process"
	expect_same_again enforce "$FIXTURES/bypass_process"
}

@test "a program or script that was replaced during the run is no more the one that rules mean" {
	cp /usr/bin/curl tool
	printf '#!/bin/sh\n/usr/bin/curl -s http://127.0.0.1:2/\n' >script
	chmod +x script
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - {id: tool, exe: "$PWD/tool", connect: "tcp:127.0.0.1:1", verdict: allow}
		  - {id: below, lineage: "$PWD/script", connect: "tcp:127.0.0.1:2", verdict: allow}
		  - {id: start, exec: ["$PWD/tool", "$PWD/script"], verdict: allow}
		  - {id: anybody, connect: "tcp:127.0.0.1:3", verdict: allow}
		  - {id: tool-again, exe: "$PWD/tool", connect: "tcp:127.0.0.1:3-4", verdict: allow}
	POLICY
	local get='./tool -s http://127.0.0.1:1/; ./tool -s http://127.0.0.1:3/; ./tool -s http://127.0.0.1:4/; ./script'
	expect_same_again audit sh -c "$get; cp tool new; mv new tool; cp script new; mv new script; $get"
	expect_events 1 '.rule.id == "tool" and .would == "allow" and .changed == null'
	# Denied, or let through by something else than the rule that was meant.
	expect_event '.call == "connect" and .args.port == 1 and .reason == "identity.changed" and .changed == [0]'
	expect_event '.call == "connect" and .args.port == 2 and .reason == "identity.changed" and .scripts_changed == [1]'
	expect_event '.call == "execve" and .target_changed and .would == "allow" and .reason == "default"'
	expect_event '.call == "execve" and .target_script_changed and .would == "allow"'
	# Another policy that means this file does not find it either.
	sed -i 's/{id: tool,/{id: renamed,/' policy.yaml
	run "$CALLGATE" check policy.yaml --against "$LOG"
	[[ $output == *'1  DENY   '*'/tool  connect  tcp 127.0.0.1:1  identity.changed'* ]]
}

@test "budgets count as they did" {
	policy <<-POLICY
		default: allow
		budgets:
		  - processes: 4
		  - under: /usr/bin/sh
		    spawns: 2
	POLICY
	expect_same_verdicts "$FIXTURES/processes_at_once" 8
	expect_same_verdicts sh -c 'true; (true) & (true) & wait; true'
}

@test "a user that a rule asks for is in the log" {
	is_root || skip "needs root to become another user"
	start_servers
	chmod 755 "$BATS_TEST_TMPDIR" "$PWD"
	expect_same_verdicts setpriv --reuid=12345 --clear-groups curl -s "http://127.0.0.1:$PORT/"
	expect_event '.call == "socket" and .uid == 12345 and .rule.id == "not-root"'
}

@test "network modes look at the socket of every call" {
	policy <<-POLICY
		default: allow
		network: restricted
	POLICY
	expect_same_verdicts /usr/bin/python3 -c "
import socket
a, b = socket.socketpair()
a.sendall(b'x'); b.recv(1)
try: socket.socket(socket.AF_INET).listen()
except OSError: pass"
}

@test "another policy decides otherwise: what would be denied, by which rule, is listed" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	policy <<-POLICY
		default: {connect: allow, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: no-curl
		    exec: /usr/bin/curl
		    verdict: deny
		  - id: no-wget
		    exec: /usr/bin/wget
		    verdict: deny
	POLICY
	run -1 replay
	[[ $output == *'1  DENY   callgate  exec     /usr/bin/curl  no-curl (policy.yaml:4)'* ]]
	[[ $output == *'policy.yaml:7: note: no-wget decides no call of these logs [rule.idle]'* ]]
	[[ $output == *'2 of '*' verdicts are not those recorded:'* ]]
	[[ $output == *'1  ok, was DENY  /usr/bin/curl  connect  tcp 127.0.0.1:'*'default (policy.yaml:2)'* ]]
}

@test "--diff lists what changes between two policies, and nothing where nothing does" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	printf '#!/bin/sh\n' >fetch # the policy names it
	cp policy.yaml old.yaml
	run -0 replay --diff old.yaml
	[[ $output == *'0 of '*' calls are decided otherwise'* ]]
	sed -i 's/connect: deny/connect: allow/' policy.yaml
	run -1 replay --diff old.yaml
	[[ $output == *'1 of '*' calls are decided otherwise:'* ]]
	[[ $output == *'1  ok, was DENY  /usr/bin/curl  connect  tcp 127.0.0.1:'* ]]
}

@test "several logs, one of them cut off and one with fields nobody knows" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	head -c -20 "$LOG" >cut.log
	sed 's/"v":1,/"v":2,"mood":"fine",/' "$LOG" >new.log
	run -1 --separate-stderr "$CALLGATE" check policy.yaml --against cut.log new.log
	[[ $output == *'2 of '*' calls would be denied'* ]]
	[[ $output == *'2  DENY   /usr/bin/curl  connect'* ]]
	run -1 --separate-stderr "$CALLGATE" check --against cut.log --against new.log -- policy.yaml
	[[ $output == *'2 of '*' calls would be denied'* ]]
	[[ $stderr == *'cut.log:'*': the last line is cut off; left out'* ]]
	[[ $stderr == *'new.log: '*' have fields that are not known, and not looked at: mood'* ]]
	[[ $stderr == *'new.log: '*' of another version of the format (2, and not 1)'* ]]
}

@test "names of a log are shown as text" {
	policy_allowing 127.0.0.2
	cat >"$LOG.hostile" <<-'LOG'
		{"v":1,"type":"session","seq":1,"mode":"trace"}
		{"v":1,"type":"call","seq":2,"pid":1,"tid":1,"comm":"x","exe":"/tmp/\u001b[31m","lineage":["/tmp/\u001b[31m\u202e"],"abi":"x86_64","call":"connect","nr":42,"kind":"connect","args":{"fd":1,"family":"unix","path":"/\u001b]0;x\u0007"},"verdict":"allow","result":0}
		{"v":1,"type":"summary","seq":3}
	LOG
	run -1 "$CALLGATE" check policy.yaml --against "$LOG.hostile"
	[[ $output != *$'\e'* && $output != *$'\a'* && $output != *$'\xe2\x80\xae'* ]]
	[[ $output == *'\x1b[31m\u{202e}'* ]]
}

@test "a progress bar shows on a terminal, and nowhere else" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	mkfifo slow
	# The bar comes when reading takes longer than a blink, with the next line.
	(
		head -n 3 "$LOG"
		sleep 1
		tail -n +4 "$LOG"
	) >slow &
	script -qec "$CALLGATE check policy.yaml --against slow" /dev/null </dev/null >typescript || true
	wait $!
	grep -q $'\r0 MiB slow' typescript
	run -1 replay
	[[ $output != *$'\r'* ]]
}

@test "what cannot be read is an error, with what to do" {
	policy_allowing 127.0.0.2
	run -125 "$CALLGATE" check policy.yaml --against nothing.log
	[[ $output == *'cannot open the log nothing.log: No such file or directory'* ]]
	run -125 "$CALLGATE" check --against policy.yaml nothing.log
	[[ $output == *'an argument is missing: callgate check POLICY... [--against LOG...]'* ]]
	run -125 "$CALLGATE" check policy.yaml --diff policy.yaml
	[[ $output == *'--diff compares what happens to calls: add --against LOG'* ]]
	run -125 "$CALLGATE" check policy.yaml --against policy.yaml --diff nothing.yaml
	[[ $output == *nothing.yaml* ]]
}
