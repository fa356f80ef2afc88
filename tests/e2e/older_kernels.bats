# Kernels that lack something: what each mode does there, and what doctor says of
# it. fixtures/without answers as such a kernel does, so that this is the program
# as it is shipped: it knows of no way to turn a feature off.

load judged

without() {
	"$FIXTURES/without" "$@"
}

# UDP connects of a shell: one that the policy allows, one that it does not.
CONNECTS='exec 3<>/dev/udp/127.0.0.2/9; exec 4<>/dev/udp/127.0.0.3/9; echo ended'

setup_file() {
	export BASH_PATH
	BASH_PATH=$(readlink -f "$(command -v bash)")
}

# trace_is FEATURE PROTOCOL
trace_is() {
	rm -f "$LOG"
	without "$1" "$CALLGATE" trace --log "$LOG" -o "$TEXT" -- "$BASH_PATH" -c "$CONNECTS" >said
	[ "$(cat said)" = ended ]
	expect_events 2 '.call == "connect" and .result == 0 and .args.port == 9 and
		.args.protocol == '"$2"
	expect_event '.type == "call" and .call == "execve" and .verdict == "allow"'
}

# audit_is FEATURE
audit_is() {
	rm -f "$LOG"
	without "$1" "$CALLGATE" audit -p policy.yaml --log "$LOG" -o "$TEXT" -- \
		"$BASH_PATH" -c "$CONNECTS" >said
	[ "$(cat said)" = ended ]
	expect_event '.call == "connect" and .args.address == "127.0.0.2" and .would == "allow"'
	expect_event '.call == "connect" and .args.address == "127.0.0.3" and .would == "deny"'
}

# enforce_is FEATURE BACKEND WARNINGS
enforce_is() {
	rm -f "$LOG"
	env -i "$FIXTURES/without" "$1" "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		-- "$BASH_PATH" -c "$CONNECTS" >said 2>errors || true
	grep -q 'Permission denied' errors
	expect_event '.call == "connect" and .args.address == "127.0.0.2" and .result == 0'
	expect_event '.call == "connect" and .args.address == "127.0.0.3" and .verdict == "deny"
		and .errno == "EACCES" and .reason == "default"'
	expect_event '.type == "session" and .backend == "'"$2"'"'
	expect_same "$3" "$(events '.type == "warning"' | jq -r .code)"
}

refuses() {
	local feature=$1 words=$2
	shift 2
	run timeout -k 5 "$DEADLINE" "$FIXTURES/without" "$feature" "$CALLGATE" "$@" -- touch made
	[ "$status" -eq 125 ]
	[[ "$output" == *"$words"* ]] || { echo "$output"; return 1; }
	[ ! -e made ]
}

# doctor_says FEATURE ROW WORDS MODES: what is missing, what that means, and what it leaves.
doctor_says() {
	local status=0
	without "$1" "$CALLGATE" doctor >doctor.out || status=$?
	grep -A 1 "^no    $2 " doctor.out >row
	grep -qF -- "$3" row || { cat doctor.out; return 1; }
	case $4 in
	all) [ "$status" -eq 0 ] && [ "$(grep -c '^callgate.* work here$' doctor.out)" -eq 2 ] &&
		! grep -q 'cannot work' doctor.out ;;
	trace) [ "$status" -eq 0 ] && grep -q '^callgate trace and audit work here$' doctor.out &&
		grep -q '^callgate ask and enforce cannot work here$' doctor.out ;;
	none) [ "$status" -eq 1 ] && [ "$(grep -c 'cannot work here$' doctor.out)" -eq 2 ] ;;
	esac || { cat doctor.out; return 1; }
}

@test "nothing missing: what is compared with" {
	policy_allowing 127.0.0.2
	trace_is sync-wake-up '"udp"'
	audit_is sync-wake-up
	rm -f "$LOG"
	enforce -- "$BASH_PATH" -c "$CONNECTS" >said 2>errors || true
	expect_event '.type == "session" and .backend == "notify"'
}

@test "before Linux 6.6 calls only take longer: no SYNC_WAKE_UP" {
	policy_allowing 127.0.0.2
	# The domain of the machine that this runs on is its own matter.
	enforce_is landlock:6,sync-wake-up notify ''
	doctor_says sync-wake-up SYNC_WAKE_UP 'needs Linux 6.6; without, calls take longer' all
}

@test "before 5.19, or without any listener, enforce goes on in ptrace stops" {
	policy_allowing 127.0.0.2
	enforce_is landlock:6,wait-killable ptrace ''
	enforce_is landlock:6,listener ptrace ''
	refuses wait-killable 'a seccomp listener with WAIT_KILLABLE_RECV needs Linux 5.19; use --backend ptrace' \
		enforce -p policy.yaml --backend notify
	doctor_says wait-killable WAIT_KILLABLE_RECV 'needs Linux 5.19; without, tasks stop as in trace' all
	doctor_says listener 'a listener of our own' 'without, tasks stop as in trace' all
}

@test "before 5.6 a socket's protocol is unknown in trace, and enforce is refused: no pidfd_getfd" {
	policy_allowing 127.0.0.2
	trace_is pidfd_getfd null
	rm -f "$LOG"
	without pidfd_getfd "$CALLGATE" audit -p policy.yaml --log "$LOG" -o "$TEXT" -- \
		"$BASH_PATH" -c "$CONNECTS"
	# A shell without SHELL looks up its user, and may connect to nscd(8) for that.
	expect_events 2 '.call == "connect" and .args.port == 9 and .would == "deny" and
		.reason == "unreadable"'
	for backend in auto notify ptrace; do
		refuses pidfd_getfd 'enforce cannot work here: it makes calls on the command'\''s own sockets' \
			enforce -p policy.yaml --backend $backend
	done
	refuses pidfd_getfd 'ask cannot work here' ask
	doctor_says pidfd_getfd pidfd_getfd 'needs Linux 5.6' trace
}

@test "before 5.3 nothing can be seen, which is said at once: no PTRACE_GET_SYSCALL_INFO" {
	policy_allowing 127.0.0.2
	for mode in trace 'audit -p policy.yaml' 'enforce -p policy.yaml'; do
		# shellcheck disable=SC2086
		refuses syscall-info 'does not tell a tracer what a task calls (that needs Linux 5.3' $mode
	done
	doctor_says syscall-info PTRACE_GET_SYSCALL_INFO 'needs Linux 5.3' none
}

@test "without CONFIG_SECCOMP_FILTER no mode works" {
	refuses seccomp 'is seccomp built into this kernel' trace
	doctor_says seccomp 'seccomp trace' 'needs a kernel with CONFIG_SECCOMP_FILTER' none
}

@test "without process_vm_readv, arguments come from /proc" {
	policy_allowing 127.0.0.2
	trace_is process_vm_readv '"udp"'
	audit_is process_vm_readv
	enforce_is landlock:6,process_vm_readv notify ''
	doctor_says process_vm_readv process_vm_readv 'nothing: callgate does without' all
}

@test "without openat2, a policy's programs are found all the same" {
	policy <<-POLICY
		default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules:
		  - exe: [$BASH_PATH]
		    connect: 127.0.0.2
		    verdict: allow
	POLICY
	audit_is openat2
	enforce_is landlock:6,openat2 notify ''
	doctor_says openat2 openat2 'needs Linux 5.6; without, paths are walked step by step' all
}

@test "without close_range, there are stacks" {
	without close_range "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -- \
		"$BASH_PATH" -c "$CONNECTS" >said
	expect_event '.call == "connect" and (.stack | length) > 3'
}

# A thread connects with its process's descriptors, then one with descriptors of its own.
thread_connects() {
	rm -f "$LOG"
	cat >threads.py <<-'PYTHON'
		import ctypes, socket, threading
		def connect(own):
		    if own: assert ctypes.CDLL(None).unshare(0x400) == 0
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    print("own" if own else "shared", s.connect_ex(("127.0.0.2", 9)))
		for own in False, True:
		    thread = threading.Thread(target=connect, args=(own,)); thread.start(); thread.join()
	PYTHON
	without "$1" "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" -- python3 threads.py
}

@test "before 6.9 a thread with descriptors of its own is refused, without kcmp any but the first" {
	policy_allowing 127.0.0.2
	expect_same "$(thread_connects pidfd-thread)" $'shared 0\nown 13'
	expect_event '.call == "connect" and .verdict == "deny" and .reason == "unreadable"'
	expect_same "$(thread_connects pidfd-thread,kcmp)" $'shared 13\nown 13'
	doctor_says pidfd-thread PIDFD_THREAD 'needs Linux 6.9; without, calls of such threads are denied' all
	doctor_says kcmp kcmp "without both, only a process's first thread may connect" all
}

@test "Landlock of each version: enforce works, and says what is not protected" {
	policy_allowing 127.0.0.2
	for version in landlock landlock:1; do
		enforce_is $version notify protect.partial
		expect_event '.code == "protect.partial" and (.text | contains("could trace callgate"))'
	done
	for version in 2 3 4 5; do
		enforce_is landlock:$version notify protect.partial
		expect_event '.code == "protect.partial" and (.text | contains("signals"))'
	done
	enforce_is landlock:6 notify ''
}

@test "doctor tells what a version of Landlock does not hold" {
	doctor_says landlock Landlock "trace callgate, and \`files\` is refused" all
	for row in '1 memory' '2 truncate' '3 TCP' '4 ioctl' '5 signals'; do
		without "landlock:${row% *}" "$CALLGATE" doctor >doctor.out
		grep '^yes   Landlock ' doctor.out | grep -qF "(ABI ${row% *}; not held: " || { cat doctor.out; return 1; }
		grep '^yes   Landlock ' doctor.out | sed 's/.*not held: //' | cut -d , -f 1 | grep -q "${row#* }"
	done
	without landlock:6 "$CALLGATE" doctor | grep '^yes   Landlock ' | grep -qF '(ABI 6)'
}
