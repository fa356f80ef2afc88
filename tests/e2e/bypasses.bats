# Ways around the gate, each tried once: what gets somewhere without a gate gets
# nowhere under enforce.

load judged

# Every line "try RESULT  what" must have this result.
expect_results() {
	[ "$(grep -c '^try ' said)" -gt 0 ]
	run grep '^try ' said
	! grep -v "^try $1 " <<<"$output"
}

expect_result() {
	grep -q "^try $1  $2\$" said && return 0
	echo "not $1:"
	grep "  $2\$" said
	return 1
}

@test "every call that names a destination, and every way to write it" {
	run "$FIXTURES/bypass_address"
	[ "$(grep -c '^try 1 ' <<<"$output")" -ge 20 ]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_address" >said
	expect_no_escape said
	expect_results -13
	enforce "$FIXTURES/bypass_address" nat64 >said
	expect_no_escape said
	expect_results -13
}

@test "no address, for which the kernel takes the source of the socket or of the message" {
	run "$FIXTURES/bypass_source"
	[ "${lines[-1]}" = 'escaped 6 of 6 tries' ]
	policy_allowing 127.0.0.1
	enforce "$FIXTURES/bypass_source" >said
	expect_no_escape said
	# What was judged is what is reached, where nobody listens.
	expect_result -111 connect
	policy_allowing '[::1]'
	enforce "$FIXTURES/bypass_source" >said
	expect_no_escape said
}

@test "an address of no family, which a raw IPv6 socket takes for one of its own" {
	is_root || skip 'only root can make raw sockets'
	cat >send.py <<-'PYTHON'
		import ctypes, socket
		libc = ctypes.CDLL(None, use_errno=True)
		s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 253)
		to = bytes(8) + socket.inet_pton(socket.AF_INET6, "::1") + bytes(4)
		print(libc.sendto(s.fileno(), b"x", 1, 0, to, len(to)), ctypes.get_errno())
	PYTHON
	[ "$(python3 send.py)" = '1 0' ]
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules: [{socket: "inet6/raw", verdict: allow}]
	POLICY
	# EDESTADDRREQ: of what was judged to name nobody, nobody is named.
	[ "$(enforce python3 send.py)" = '-1 89' ]
}

@test "Unix sockets by links, by /proc, by relative paths, and abstract ones" {
	mkdir without with
	run "$FIXTURES/bypass_unix" "$PWD/without"
	[ "$(tail -n 1 <<<"$output")" = 'escaped 15 of 15 tries' ]
	policy_allowing "unix:$PWD/with/allowed/*"
	enforce "$FIXTURES/bypass_unix" "$PWD/with" >said
	expect_no_escape said
	expect_results -13
}

# Runs a command, and says where the fixture's datagrams were sent by the interface.
looking_on() {
	unshare -n python3 - "$@" <<-'PYTHON'
		import os, socket, subprocess, sys
		os.system("ip link set lo up; ip -6 route add 2001:db8::/32 dev lo")
		s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
		s.bind(("lo", 0))
		subprocess.run(sys.argv[1:])
		s.settimeout(0.2)
		try:
		    while True:
		        p = s.recv(4096)
		        if b"past the gate" not in p: continue
		        four = p[0] >> 4 == 4
		        print("sent to", socket.inet_ntop(socket.AF_INET if four else socket.AF_INET6,
		            p[16:20] if four else p[24:40]))
		except TimeoutError: pass
	PYTHON
}

@test "a route in the socket or in a message, past the destination that is judged" {
	is_root || skip 'only root can look on at an interface'
	policy <<-'POLICY'
		default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules: [{connect: ["127.0.0.2", "[::1]"], verdict: allow}]
	POLICY
	looking_on "$FIXTURES/bypass_route" >said
	cat said
	grep -q '^sent to 127.0.0.3$' said
	[ "$(grep -c '^try [0-9]' said)" -ge 5 ]
	looking_on "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		"$FIXTURES/bypass_route" >said
	cat said
	[ "$(grep -c '^try -1 ' said)" -eq 7 ]
	expect_result -90 'IP_RETOPTS behind many'
	run ! grep '^sent' said
	expect_events 7 '.verdict == "deny" and .reason == "syscall.denied" and .errno == "EPERM"'
	grep -q 'hint: .*allow: "setsockopt:ip_options"' "$TEXT"
}

@test "... and as an ordinary user, or where a policy wants them" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_route" >said
	run ! grep '^try [0-9]' said
	echo 'syscalls: {allow: "setsockopt:ip_options"}' >>policy.yaml
	enforce "$FIXTURES/bypass_route" >said
	# Of later kernels only root may.
	grep -E 'IP_(OPTIONS|RETOPTS, s)' said >got
	"$FIXTURES/bypass_route" | grep -E 'IP_(OPTIONS|RETOPTS, s)' >native
	expect_same "$(cat native)" "$(cat got)"
	expect_result -1 'IPV6_RTHDR'
	audit "$FIXTURES/bypass_route" >said
	expect_events 3 '.would == "deny" and .reason == "syscall.denied"'
}

@test "a packet whose own header names another destination than the one that is judged" {
	is_root || skip 'only root can make raw sockets'
	policy <<-'POLICY'
		default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules: [{connect: ["127.0.0.2", "[::1]"], verdict: allow},
		        {socket: ["inet/raw", "inet6/raw", "inet:icmp/raw"], verdict: allow}]
	POLICY
	looking_on "$FIXTURES/bypass_header" >said
	cat said
	[ "$(grep -c '^try [1-9]' said)" -eq 6 ]
	[ "$(grep -c '^sent to 127.0.0.3$' said)" -ge 3 ]
	[ "$(grep -c '^sent to 2001:db8::7$' said)" -ge 3 ]
	looking_on "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		"$FIXTURES/bypass_header" >said
	cat said
	run ! grep -E '^sent|^try [0-9]' said
	expect_events 4 '.verdict == "deny" and .reason == "syscall.denied" and .errno == "EPERM"'
	expect_events 2 '.verdict == "deny" and .reason == "network.family" and
		.args.protocol == "raw" and (.why | contains("inet:raw"))'
	# A rule may name such sockets.
	sed -i 's,"inet:icmp/raw","inet:raw/raw",' policy.yaml
	looking_on "$CALLGATE" enforce -p policy.yaml -o "$TEXT" "$FIXTURES/bypass_header" >said
	[ "$(grep -c '^try [1-9]' said)" -eq 1 ]
}

@test "another root, where a pattern matches other files" {
	is_root || skip 'only root can change its root'
	mkdir -p jail/usr/bin
	cp "$FIXTURES/self_stop" jail/usr/bin/program
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: allow}
		rules: [{exec: "/usr/bin/**", verdict: allow}]
	POLICY
	echo 'import os; os.chroot("jail"); os.chdir("/"); os.execv("/usr/bin/program", ["x"])' >go.py
	run enforce /usr/bin/python3 go.py
	[ "$status" -eq 1 ]
	expect_event '.call == "chroot" and .verdict == "deny" and .errno == "EPERM"'
	expect_no_event '.call == "execve" and (.args.path == "/usr/bin/program")'
	# With the policy's leave the pattern is one of the new root.
	echo 'syscalls: {allow: chroot}' >>policy.yaml
	run enforce /usr/bin/python3 go.py
	expect_event '.call == "execve" and (.args.path == "/usr/bin/program")'
}

@test "a socket that listens without having been bound" {
	cat >listen.py <<-'PYTHON'
		import socket
		for family in socket.AF_INET, socket.AF_INET6:
		    try:
		        s = socket.socket(family)
		        s.listen()
		        print("port" if s.getsockname()[1] else "none")
		    except OSError as e: print(e.errno)
	PYTHON
	[ "$(python3 listen.py)" = $'port\nport' ]
	policy_allowing 127.0.0.2
	sed -i 's/bind: allow/bind: deny/' policy.yaml
	[ "$(enforce python3 listen.py)" = $'13\n13' ]
	expect_events 2 '.call == "listen" and .verdict == "deny" and .errno == "EACCES" and
		.reason == "default" and .socket.unbound'
	"$CALLGATE" check policy.yaml --against "$LOG" | grep '^0 of [1-9].*not those recorded'
	echo '  - {bind: ["0.0.0.0:0", "[::]:0"], verdict: allow}' >>policy.yaml
	[ "$(enforce python3 listen.py)" = $'port\nport' ]
}

# Its port is shown as before (getsockname(2)), and is nobody's.
@test "a socket that listens where its connection has ended" {
	cat >listen.py <<-'PYTHON'
		import ctypes, socket
		server = socket.socket()
		server.bind(("127.0.0.2", 0))
		server.listen()
		for family, prefix in (socket.AF_INET, ""), (socket.AF_INET6, "::ffff:"):
		    s = socket.socket(family)
		    s.connect((prefix + "127.0.0.2", server.getsockname()[1]))
		    ctypes.CDLL(None).connect(s.fileno(), bytes(28), 28) # AF_UNSPEC: dissolved
		    print("port" if s.getsockname()[1] else "none")
		    try:
		        s.listen()
		        print("listens")
		    except OSError as e: print(e.errno)
	PYTHON
	[ "$(python3 listen.py)" = $'port\nlistens\nport\nlistens' ]
	policy_allowing 127.0.0.2
	sed -i 's/bind: allow/bind: deny/' policy.yaml
	echo '  - {bind: 127.0.0.2, verdict: allow}' >>policy.yaml
	[ "$(enforce python3 listen.py)" = $'port\n13\nport\n13' ]
	expect_event '.call == "listen" and .verdict == "allow"'
	expect_events 2 '.call == "listen" and .verdict == "deny" and .socket.unbound'
}

@test "other ways to make a process, and the calls of other ABIs" {
	run "$FIXTURES/bypass_process"
	[ "$(grep -c '^try 0 ' <<<"$output")" -ge 8 ]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_process" >said
	cat said
	expect_no_escape said
	for way in fork vfork CLONE_PARENT CLONE_FILES CLONE_VM thread daemon; do
		expect_result -13 "$way"
	done
	expect_result -38 clone3
	for way in CLONE_UNTRACED 'clone CLONE_NEWUSER' 'clone CLONE_NEWNS' unshare; do
		expect_result -1 "$way"
	done
	expect_result -13 'i386 connect'
	expect_result -13 'i386 socketcall'
	expect_event '.reason == "syscall.denied" and .errno == "EPERM"'
}

@test "x32 calls are denied" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_process" >said
	grep -E '^try -(1|38)  x32 connect$' said
}

# The processes of a user may do all this to each other.
open_to_its_like() {
	# A session of its own: a process group has no processes of other users then.
	# Once it is sleep: before, the shell's child opens its standard input anew.
	run setsid --wait sh -c 'sleep 1000 3>&- & until grep -qx sleep /proc/$!/comm; do :; done
		"$0" $!; kill $!' "$FIXTURES/bypass_supervisor"
	echo "$output"
	[ "$(tail -n 1 <<<"$output")" = 'escaped 25 of 25 tries' ]
}

@test "callgate cannot be traced, read, written to or signalled" {
	open_to_its_like
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_supervisor" >said
	cat said
	expect_no_escape said
}

@test "calls on another process by its number: each is denied, with a line; audit says so too" {
	local call
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_supervisor" >said
	cp log.jsonl enforced.jsonl
	audit "$FIXTURES/bypass_supervisor" 1 >said || true
	for call in prlimit64 setpriority sched_setscheduler sched_setparam sched_setattr \
		sched_setaffinity ioprio_set; do
		expect_event ".call == \"$call\" and .would == \"deny\" and .errno == \"EPERM\" and
			.reason == \"syscall.denied\""
		[ -n "$(events ".call == \"$call\" and .verdict == \"deny\" and .errno == \"EPERM\" and
			.reason == \"syscall.denied\" and .result == -1" enforced.jsonl)" ]
	done
}

@test "the same calls within the run work, and are no events" {
	policy_allowing 127.0.0.2
	cat >within.py <<-'PYTHON'
		import os, resource, subprocess, threading
		child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
		for pid in os.getpid(), child.pid:
		    resource.prlimit(pid, resource.RLIMIT_NOFILE, resource.prlimit(pid, resource.RLIMIT_NOFILE))
		    os.setpriority(os.PRIO_PROCESS, pid, 1)
		    os.sched_setaffinity(pid, os.sched_getaffinity(pid))
		    os.sched_setscheduler(pid, os.SCHED_BATCH, os.sched_param(0))
		    os.sched_setparam(pid, os.sched_param(0))
		os.setpriority(os.PRIO_PGRP, child.pid, 2)
		def thread():
		    os.sched_setaffinity(threading.get_native_id(), os.sched_getaffinity(0))
		t = threading.Thread(target=thread)
		t.start()
		t.join()
		# What may be known of another is no change to it.
		resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)
		child.kill()
		child.wait()
		try:
		    os.setpriority(os.PRIO_PROCESS, child.pid, 3)
		except ProcessLookupError:
		    print("all done")
	PYTHON
	[ "$(enforce python3 within.py)" = 'all done' ]
	expect_no_event '.verdict == "deny"'
	expect_no_event '.call == "prlimit64" or (.call // "" | startswith("sched_"))'
	[ "$(audit python3 within.py)" = 'all done' ]
	expect_no_event '.would == "deny"'
}

@test "a policy may allow one of them" {
	policy_allowing 127.0.0.2
	echo 'syscalls: {allow: ["prlimit64:other", setpriority]}' >>policy.yaml
	enforce "$FIXTURES/bypass_supervisor" >said || true
	expect_result 0 prlimit64
	expect_result 0 setpriority
	grep -q -- '^try -1  sched_setaffinity$' said
}

# Before Linux 6.12 Landlock does not keep signals within the run: Debian 12 has 6.1.
@test "without Landlock, callgate cannot be signalled either; root may open its memory, and that is said" {
	policy_allowing 127.0.0.2
	"$FIXTURES/without" landlock "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		"$FIXTURES/bypass_supervisor" >said || true
	cat said
	expect_event '.code == "protect.partial"'
	if is_root; then
		[ "$(grep -c '^try [0-9]' said)" -eq 4 ]
		[ "$(grep -c '^try [0-9]* */proc/PID/' said)" -eq 4 ]
	else
		expect_no_escape said
	fi
	expect_events 3 '.call == "kill" and .verdict == "deny" and .reason == "syscall.denied"'
	expect_event '.call == "pidfd_send_signal" and .verdict == "deny"'
}

@test "without Landlock, signals within the run work, and are no events" {
	policy_allowing 127.0.0.2
	cat >signals.py <<-'PYTHON'
		import os, signal, subprocess, threading
		def child(**more):
		    return subprocess.Popen(["sleep", "1000"], **more)
		def gone(process, by):
		    assert process.wait() == -by, process.returncode
		one = child()
		os.kill(one.pid, signal.SIGTERM)
		gone(one, signal.SIGTERM)
		# A group whose leader is gone.
		leader = child(process_group=0)
		member = child(process_group=leader.pid)
		leader.kill()
		leader.wait()
		os.killpg(leader.pid, signal.SIGUSR1)
		gone(member, signal.SIGUSR1)
		seen = []
		signal.signal(signal.SIGUSR2, lambda *_: seen.append(1))
		signal.raise_signal(signal.SIGUSR2)
		signal.pthread_kill(threading.get_ident(), signal.SIGUSR2)
		os.kill(0, signal.SIGUSR2)
		assert len(seen) == 3, seen
		try:
		    os.kill(leader.pid, 0)
		except ProcessLookupError:
		    print("all done")
	PYTHON
	"$FIXTURES/without" landlock "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		setsid --wait python3 signals.py >said
	[ "$(cat said)" = 'all done' ]
	expect_no_event '.type == "call" and .verdict == "deny"'
	# But for the one that nobody was there for.
	expect_events 1 '.call == "kill" or .call == "tgkill"'
	expect_event '.call == "kill" and .error == "ESRCH"'
}

@test "without Landlock, a signal to the group that callgate shares ends or halts the run, and nothing passes" {
	policy_allowing 127.0.0.2
	cat >group.py <<-'PYTHON'
		import os, signal, socket, sys, time
		name = sys.argv[1]
		def forbidden():
		    try: socket.create_connection(("127.0.0.3", 9)); open("passed", "w")
		    except PermissionError: open(f"denied.{name}", "w").close()
		if os.fork() == 0:
		    os.setsid()
		    open("pid", "w").write(str(os.getpid()))
		    while not os.path.exists("sent"): time.sleep(0.01)
		    forbidden()
		    time.sleep(1000)
		while not os.path.exists("pid"): time.sleep(0.01)
		os.kill(0, getattr(signal, name))
	PYTHON
	# Of the whole group the program that runs callgate is the only one left out.
	for name in SIGKILL SIGSTOP; do
		rm -f pid sent
		setsid "$FIXTURES/without" landlock "$CALLGATE" enforce -p policy.yaml -o "$TEXT" \
			python3 group.py $name 3>&- &
		eventually [ -s pid ]
		if [ $name = SIGKILL ]; then
			ended=0
			wait $! || ended=$?
			[ "$ended" -eq 137 ]
		else
			eventually grep -q '^State:.T' /proc/$!/status
			touch sent
			sleep 0.3
			[ ! -e denied.SIGSTOP ]
			kill -CONT $!
			eventually [ -e denied.SIGSTOP ]
			kill -KILL $!
		fi
		eventually eval '! kill -0 "$(cat pid)" 2>/dev/null || grep -q "^State:.Z" "/proc/$(cat pid)/status"'
	done
	[ ! -e passed ]
}

@test "without Landlock, a storm of signals between threads interrupts no call" {
	policy_allowing 127.0.0.2
	cat >storm.py <<-'PYTHON'
		import os, signal, socket, threading, time
		signal.signal(signal.SIGUSR1, lambda *_: None)
		signal.siginterrupt(signal.SIGUSR1, True)
		main, over = threading.main_thread().ident, []
		def storm():
		    while not over:
		        signal.pthread_kill(main, signal.SIGUSR1)
		thread = threading.Thread(target=storm)
		thread.start()
		pid, tries = os.getpid(), 0
		end = time.monotonic() + 2
		while time.monotonic() < end:
		    os.kill(pid, 0)
		    socket.socket().close()
		    tries += 1
		over.append(1)
		thread.join()
		print("tries" if tries else "none")
	PYTHON
	"$FIXTURES/without" landlock "$CALLGATE" enforce -p policy.yaml -o "$TEXT" python3 storm.py >said
	[ "$(cat said)" = tries ]
}

@test "nor where the policy allows ptrace and its like" {
	policy_allowing 127.0.0.2
	echo 'syscalls: {allow: [ptrace, process_vm_writev, pidfd_getfd]}' >>policy.yaml
	enforce "$FIXTURES/bypass_supervisor" >said
	cat said
	expect_no_escape said
}

@test "a second listener that answers for callgate" {
	run "$FIXTURES/bypass_kernel" listener
	[[ "$output" == *'escaped 1 of 1 tries'* ]]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" listener >said
	expect_no_escape said
	expect_results -1
	expect_event '.call == "seccomp" and .verdict == "deny" and .reason == "syscall.denied"'
}

@test "io_uring" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" io_uring >said
	expect_no_escape said
	expect_results -38
	expect_event '.call == "io_uring_setup" and .verdict == "deny" and .errno == "ENOSYS"'
}

@test "userfaultfd" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" userfaultfd >said
	expect_results -1
	expect_event '.call == "userfaultfd" and .verdict == "deny" and .errno == "EPERM"'
}

@test "request_key, for which the kernel runs a program" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" request_key >said
	expect_results -1
	expect_event '.call == "request_key" and .verdict == "deny" and .errno == "EPERM"'
}

@test "devices and calls that do what a denied call does, and calls that nobody knows" {
	is_root && [ -w /dev/userfaultfd ] && {
		run "$FIXTURES/bypass_kernel" ioctl_userfaultfd
		[[ "$output" =~ ^try\ [0-9] ]]
	}
	policy_allowing 127.0.0.2
	for way in ioctl_userfaultfd ioctl_tunsetiff open_tree_attr swapon; do
		enforce "$FIXTURES/bypass_kernel" "$way" >said
		expect_results -1
		expect_event '.verdict == "deny" and .errno == "EPERM" and .reason == "syscall.denied"'
	done
	enforce "$FIXTURES/bypass_kernel" later_call >said
	expect_results -38
	expect_event '.call == "syscall_1000" and .verdict == "deny" and .errno == "ENOSYS"'
	grep -q 'hint: .*allow: "unknown"' "$TEXT"
	audit "$FIXTURES/bypass_kernel" later_call >said
	expect_event '.call == "syscall_1000" and .would == "deny"'
	echo 'syscalls: {allow: unknown}' >>policy.yaml
	enforce "$FIXTURES/bypass_kernel" later_call >said
	expect_no_event '.call == "syscall_1000"'
}

policy_of_paths() {
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: allow}
		rules:
		  - id: paths
		    exec: ["/**"]
		    verdict: allow
	POLICY
}

@test "the log, removed or cut by the command: enforce ends the run, audit says so" {
	local way
	policy <<<'default: allow'
	for way in 'rm "$0"' ': >"$0"'; do
		run "$CALLGATE" enforce -p policy.yaml -o text --log log \
			sh -c "$way; sleep 0.1; /bin/true; sleep 60; echo late" log
		[ "$status" -eq 125 ]
		[[ "$output" == *'the log could not be written, so the command was killed'* ]]
		grep -Eq 'incomplete from here on: somebody has (removed|cut) the log$' text
		[[ "$output" != *late* ]]
		[ "$("$CALLGATE" audit -p policy.yaml -o text --log log \
			sh -c "$way; sleep 0.1; /bin/true; echo late" log)" = late ]
		grep -Eq 'incomplete from here on: somebody has (removed|cut) the log$' text
	done
}

@test "programs without a path match no rule that has paths" {
	local way
	cp /bin/echo program
	policy_of_paths
	for way in memfd named tmpfile deleted; do
		run "$FIXTURES/bypass_program" "$way" "$PWD/program"
		[[ "$output" != *try* ]]
		enforce "$FIXTURES/bypass_program" "$way" "$PWD/program" >said
		expect_results -13
		expect_event '.verdict == "deny" and .call == "execveat" and .errno == "EACCES"'
	done
}
