# Both ways in which calls are stopped in enforce: at the filter's listener, and
# in ptrace stops. What a program sees must be the same.

load judged

# Runs the test's checks for each backend: in_each FUNCTION
in_each() {
	for BACKEND in notify ptrace; do
		"$1" || { echo "with --backend $BACKEND"; return 1; }
	done
}

backend() {
	enforce --backend "$BACKEND" "$@"
}

policy_of_all() {
	policy <<<'default: allow'
}

says_its_name() {
	backend -- true
	expect_event '.type == "session" and .backend == "'"$BACKEND"'"'
}

@test "the log says which backend it was; enforce takes the listener by itself" {
	policy_of_all
	in_each says_its_name
	enforce -- true
	expect_event '.type == "session" and .backend == "notify"'
}

@test "a listener is no backend where results are wanted, and that is said" {
	policy_of_all
	for mode in "audit -p policy.yaml" trace; do
		# shellcheck disable=SC2086
		run "$CALLGATE" $mode --backend notify -- touch made
		[ "$status" -eq 125 ]
		[ ! -e made ]
		[[ "$output" == *"cannot tell how calls end, which ${mode%% *} is for: use --backend ptrace"* ]]
	done
}

# Only the outermost callgate can have a listener: the kernel allows one.
@test "under another listener, enforce goes on in ptrace stops" {
	policy <<-'POLICY'
		default: allow
		syscalls: {allow: [ptrace, seccomp:listener, process_vm_readv, pidfd_getfd, kcmp]}
	POLICY
	run "$CALLGATE" enforce -q -p policy.yaml -- \
		"$CALLGATE" enforce -p policy.yaml --backend notify -- true
	[ "$status" -eq 125 ]
	[[ "$output" == *"the backend notify is not to be had"* ]]
}

weathers_the_storm() {
	run --separate-stderr backend -- "$FIXTURES/signal_storm" 2000
	[ "$status" -eq 0 ] || return
	[[ "$output" == *stormy* ]] || return
	for call in socket connect sendto clone exec; do
		[[ "$output" == *"$call: 0 interrupted"* ]] || { echo "$output"; return 1; }
	done
	[[ "$output" == *"exec: 0 interrupted, 0 failed"* ]]
}

@test "a storm of handled signals interrupts no call that it would not have interrupted" {
	policy_of_all
	in_each weathers_the_storm
}

# An address that is too short for its family is denied as unreadable, with the
# EINVAL of that family's own sockets; natively one of IPv4 says EAFNOSUPPORT.
without_short_addresses() {
	grep -v 'family 10$' "$1"
}

does_the_same() {
	local fixture
	for fixture in addresses self_stop interrupted_calls; do
		"$FIXTURES/$fixture" >native.out </dev/null || true
		backend -- "$FIXTURES/$fixture" >gated.out </dev/null || true
		diff <(without_short_addresses native.out) <(without_short_addresses gated.out) || return
	done
}

@test "the fixtures do the same" {
	policy_of_all
	in_each does_the_same
}

runs_itself() {
	run --separate-stderr backend -- python3 -c '
import os, sys
sys.stdout.write("before "); sys.stdout.flush()
os.execv("/proc/self/exe", ["python3", "-c", "print(\"after\")"])'
	[ "$status" -eq 0 ] && [ "$output" = "before after" ]
}

@test "a program that runs itself by /proc/self/exe is judged as what it is" {
	policy_of_all
	in_each runs_itself
	policy <<-POLICY
		default: {connect: allow, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules:
		  - exe: /usr/bin/python3
		    exec: /usr/bin/python3
		    verdict: deny
		    errno: ENOENT
	POLICY
	run --separate-stderr enforce -- /usr/bin/python3 -c '
import os
try: os.execv("/proc/self/exe", ["python3"])
except OSError as e: print(e.errno)'
	[ "$output" = 2 ]
}

runs_by_number() {
	run -0 --separate-stderr backend -- sh -c 'exec /proc/$$/exe -c "echo itself"'
	[ "$output" = itself ] || return 1
	run -0 --separate-stderr backend -- sh -c '(exec /proc/$$/exe -c "echo its parent")'
	[ "$output" = 'its parent' ] || return 1
	run -0 --separate-stderr backend -- sh -c 'exec 3</bin/sh; exec /proc/$$/fd/3 -c "echo open"'
	[ "$output" = open ]
}

@test "... so is what /proc has of a process by its number" {
	policy_of_all
	in_each runs_by_number
	policy <<-POLICY
		default: {connect: allow, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules:
		  - exec: /bin/true
		    verdict: deny
		    errno: ENOENT
	POLICY
	run --separate-stderr enforce -- /usr/bin/python3 -c '
import os
fd = os.open("/bin/true", os.O_RDONLY)
try: os.execv("/proc/%d/fd/%d" % (os.getpid(), fd), ["true"])
except OSError as e: print(e.errno)'
	[ "$output" = 2 ]
}

# The queue of a Unix listener is full: the next connect waits until someone accepts.
blocks_in_connect='
import os, signal, socket, sys, threading
server = socket.socket(socket.AF_UNIX); server.bind("\0callgate-%d" % os.getpid()); server.listen(0)
first = socket.socket(socket.AF_UNIX); first.connect(server.getsockname())
second = socket.socket(socket.AF_UNIX)
'

dies_of_sigint() {
	run -130 timeout 20 "$CALLGATE" enforce --backend "$BACKEND" -p policy.yaml -o "$TEXT" -- python3 -c "
$blocks_in_connect
signal.signal(signal.SIGINT, signal.SIG_DFL)
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
second.connect(server.getsockname())"
}

@test "SIGINT ends a program that is blocked in connect" {
	policy_of_all
	in_each dies_of_sigint
}

stops_in_connect() {
	run timeout 20 "$CALLGATE" enforce --backend "$BACKEND" -p policy.yaml -o "$TEXT" -- python3 -c "
$blocks_in_connect
pid = os.fork()
if pid == 0:
    # A thread that sleeps takes the stop signal; the one in connect must stop as well.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    second.connect(server.getsockname())
    os._exit(7)
import time; time.sleep(0.3)
os.kill(pid, signal.SIGSTOP)
print(os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]))
os.kill(pid, signal.SIGCONT)
print(os.WIFCONTINUED(os.waitpid(pid, os.WCONTINUED)[1]))
server.accept(); server.accept()
print(os.WEXITSTATUS(os.waitpid(pid, 0)[1]))"
	expect_same "$output" "$(printf 'True\nTrue\n7')"
}

@test "a process with a thread that is blocked in connect stops, continues and connects" {
	policy_of_all
	in_each stops_in_connect
}

hears_of_its_children() {
	"$CALLGATE" enforce --backend "$BACKEND" -p policy.yaml -q -o "$TEXT" \
		sh -c 'for i in $(seq "$0"); do echo | cat | cat; done' "$CHILDREN" >said
	expect_same "$(wc -l <said)" "$CHILDREN"
}

@test "a shell that is told of its dead children again and again does not hang" {
	CHILDREN=200
	[ -z "${CALLGATE_SOAK:-}" ] || CHILDREN=2000
	policy_of_all
	in_each hears_of_its_children
}
