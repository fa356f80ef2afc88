# audit: every call goes on, and the log says what enforce would have done with
# it: exactly what enforce does.

load judged

start_servers() {
	start_web_server
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: python-only
		    exe: /usr/bin/python3
		    connect: "tcp:127.0.0.1:$PORT"
		    verdict: allow
		  - id: no-packets
		    socket: ["packet", "netlink"]
		    verdict: deny
		    errno: EAFNOSUPPORT
		  - id: no-ids
		    exec: ["/usr/bin/id", "/usr/bin/tty"]
		    verdict: deny
	POLICY
}

# What was denied, or would have been: one line each, without what differs from
# run to run.
denials() {
	events ".type == \"call\" and .$1 != \"allow\"" |
		jq -c '[.call, .exe, .script, .args.address, .args.port, .args.path, .args.family,
			.rule, .reason, .why, .errno, .'"$1"']' | sort -u
}

# A command natively, under audit and under enforce.
compare() {
	local native=0 audited=0
	"$@" >native.out 2>native.err </dev/null || native=$?
	audit "$@" >audit.out 2>audit.err </dev/null || audited=$?
	expect_same "$native" "$audited"
	expect_same "$(cat native.out)" "$(cat audit.out)"
	expect_no_event '.type == "call" and .verdict != "allow"'
	denials would >expected
	rm -f "$LOG"
	enforce "$@" >enforce.out 2>enforce.err </dev/null || true
	denials verdict >denied
	rm -f "$LOG"
	echo "$*"
	diff <(sed 's/"\(kill\|deny\)"\]$/\1/' expected) <(sed 's/"\(kill\|deny\)"\]$/\1/' denied)
}

expect_some_denied() {
	[ -s expected ]
}

@test "programs that reach what they may, and what they may not" {
	start_servers
	compare curl -s "http://127.0.0.1:$PORT/"
	expect_some_denied
	compare /usr/bin/python3 -c "import urllib.request
print(urllib.request.urlopen('http://127.0.0.1:$PORT/').read())"
	compare node -e "require('http').get('http://127.0.0.1:$PORT/', r => r.pipe(process.stdout))
		.on('error', () => 0)"
	expect_some_denied
}

@test "shells, pipes, and programs that may not be run" {
	start_servers
	compare sh -c 'echo a | tr a b; exit 5'
	compare sh -c '/usr/bin/id -un; echo x | cat; exit 4'
	expect_some_denied
	compare sh -c '/usr/bin/tty; /usr/bin/id; exec /usr/bin/id -g'
	expect_some_denied
	compare bash -c 'for i in 1 2 3; do (echo $i | cat) & wait; done; kill -TERM $$'
}

@test "addresses of every kind" {
	start_servers
	compare "$FIXTURES/addresses"
	expect_some_denied
}

@test "git and make" {
	start_servers
	git_repository origin.git
	compare git -C work log --format=%s
	make_project
	compare make -s -B -C project
}

@test "system calls that enforce denies" {
	policy_allowing 127.0.0.2
	compare "$FIXTURES/bypass_kernel" userfaultfd
	expect_some_denied
	run audit "$FIXTURES/bypass_kernel" io_uring
	expect_event '.call == "io_uring_setup" and .would == "deny" and .errno == "ENOSYS"'
}

@test "budgets: audit counts, and lets pass" {
	policy <<-POLICY
		default: allow
		budgets:
		  - processes: 4
	POLICY
	[ "$(audit "$FIXTURES/processes_at_once" 8)" = '8 processes were alive at once and ended well' ]
	expect_events 5 '.would == "deny" and .reason == "budget.processes" and .errno == "EAGAIN"'
}

@test "the text says WOULD, with the rule and its place" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	grep -q "WOULD.*curl.*connect.*127.0.0.1:$PORT.*default (policy.yaml:2)" "$TEXT"
	audit sh -c id >/dev/null
	grep -q 'WOULD.*exec.*/usr/bin/id.*no-ids (.*policy.yaml:12)' "$TEXT"
}

# A raw clone3 with the flags in the argument, and where that is missing, as in
# enforce, the clone that every libc makes then; "bad" is a bad pointer.
make_child() {
	cat >child.py <<-'PYTHON'
		import ctypes, errno, os, struct, sys
		libc = ctypes.CDLL(None, use_errno=True)
		SIGCHLD, CLONE3, CLONE = 17, 435, {"x86_64": 56, "aarch64": 220}[os.uname().machine]
		if sys.argv[1] == "bad":
		    libc.syscall(CLONE3, ctypes.c_void_p(16), 88)
		    sys.exit()
		flags = int(sys.argv[1], 16)
		pid = libc.syscall(CLONE3, struct.pack("<11Q", flags, 0, 0, 0, SIGCHLD, *[0] * 6), 88)
		if pid < 0 and ctypes.get_errno() == errno.ENOSYS:
		    pid = libc.syscall(CLONE, flags | SIGCHLD, 0, 0, 0, 0)
		if pid == 0:
		    os._exit(0)
		if pid > 0:
		    os.waitpid(pid, 0)
	PYTHON
}

# The reasons only: the calls have two names.
reasons() {
	events ".type == \"call\" and .$1 != \"allow\" and (.call | test(\"clone\"))" |
		jq -c '[.reason, .errno]'
}

@test "clone3: audit says what enforce does to the clone in its place" {
	local flags
	make_child
	policy <<-'POLICY'
		default: allow
	POLICY
	# None, CLONE_NEWUSER, CLONE_UNTRACED, a pointer to nowhere.
	for flags in 0 10000000 800000 bad; do
		audit python3 child.py $flags
		reasons would >expected
		enforce python3 child.py $flags
		expect_same "$(cat expected)" "$(reasons verdict)"
		cat expected >>all
	done
	expect_same $'["syscall.denied","EPERM"]\n["spawn.untraced","EPERM"]' "$(cat all)"
}

@test "clone3 that the policy itself denies is denied in both, with a line" {
	make_child
	policy <<-'POLICY'
		default: allow
		syscalls: {deny: [clone3]}
	POLICY
	audit python3 child.py 0
	expect_same '["syscall.denied","ENOSYS"]' "$(reasons would)"
	enforce python3 child.py 0
	expect_same '["syscall.denied","ENOSYS"]' "$(reasons verdict)"
}

# Tracing its tracer would halt both for ever: each waits for the other.
@test "a command that traces callgate, or a thread of it, gets EPERM in every mode" {
	local mode request
	cat >attach.py <<-'PYTHON'
		import ctypes, os, sys
		libc = ctypes.CDLL(None, use_errno=True)
		for tid in os.listdir(f"/proc/{os.getppid()}/task"):
		    result = libc.ptrace(int(sys.argv[1], 0), int(tid), 0, 0)
		    print(result, ctypes.get_errno(), flush=True)
		    if result == 0:
		        libc.ptrace(0x4207, int(tid), 0, 0)
		        os.waitpid(int(tid), 0x40000000)
	PYTHON
	policy <<-'POLICY'
		default: allow
		syscalls: {allow: [ptrace]}
	POLICY
	for mode in trace 'trace -e connect' 'audit -p policy.yaml' 'enforce -p policy.yaml'; do
		# PTRACE_ATTACH, PTRACE_SEIZE
		for request in 16 0x4206; do
			# shellcheck disable=SC2086
			timeout --signal=KILL "$DEADLINE" "$CALLGATE" $mode -o "$TEXT" \
				python3 attach.py $request >said
			[ "$(sort -u said)" = '-1 1' ]
		done
	done
}
