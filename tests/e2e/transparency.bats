# A command must not notice that it is watched.

load helper

# Runs the command without and with callgate: standard output, standard error
# and exit status must be the same.
expect_transparent() {
	local native=0 watched=0
	"$@" >native.out 2>native.err </dev/null || native=$?
	gate_all "$@" >watched.out 2>watched.err </dev/null || watched=$?
	expect_same "$native" "$watched"
	diff native.out watched.out
	diff native.err watched.err
}

@test "what commands print and how they end is the same" {
	expect_transparent echo hello
	expect_transparent ls /nonexistent
	expect_transparent sh -c 'echo out; echo err >&2; exit 3'
	expect_transparent sh -c 'seq 20000 | sort -rn | tail -n 3 | cat'
	expect_transparent sh -c 'for i in 1 2 3; do (sleep 0; exit $i); echo $?; done'
	expect_transparent sh -c 'trap "echo usr1" USR1; kill -USR1 $$; echo after'
	expect_transparent sh -c 'sleep 1000 & kill $!; wait $!; echo $?'
	expect_transparent sh -c 'cat /nonexistent | wc -c; echo "${PIPESTATUS:-none}"'
	expect_transparent timeout 0.1 sleep 1000
	expect_transparent env -i /usr/bin/env
	expect_transparent sh -c 'exit 125'
	expect_transparent sh -c 'cat /proc/self/oom_score_adj; cat /proc/self/coredump_filter'
}

@test "interpreters and their children do the same" {
	expect_transparent python3 -c '
import subprocess, threading, os, sys
t = threading.Thread(target=lambda: print(subprocess.run(["echo", "thread"], capture_output=True)))
t.start(); t.join()
pid = os.fork()
if pid == 0:
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
sys.exit(6)'
	expect_transparent node -e '
const { execFileSync } = require("child_process");
console.log(execFileSync("echo", ["child"]).toString());
process.exitCode = 3'
	expect_transparent perl -e 'print `echo hello`; exit 4'
}

@test "the fixtures do the same" {
	local fixture
	for fixture in addresses bad_arguments self_stop interrupted_calls; do
		expect_transparent "$FIXTURES/$fixture"
	done
	expect_transparent "$FIXTURES/daemonize" /bin/echo daemon
	expect_transparent "$FIXTURES/raw_vfork" /bin/false | sed 's/[0-9]*//'
	expect_transparent "$FIXTURES/processes_at_once" 20
}

# A task that ends is its tracer's to wait for before it is its parent's, which a pidfd does
# not heed.
@test "a child whose pidfd says that it has ended is there to be waited for" {
	echo '{version: 1, default: allow}' >allow.yaml
	local mode
	for mode in 'trace' 'trace -e all' 'audit -p allow.yaml' 'enforce -p allow.yaml' \
		'enforce --backend ptrace -p allow.yaml'; do
		# The words of a mode are meant to be split.
		# shellcheck disable=SC2086
		run -0 "$CALLGATE" $mode -o "$TEXT" -- "$FIXTURES/pidfd_wait" 150
		expect_same "$output" 'found 150 of 150, 150 of them exited with 5'
	done
}

@test "... also where children have other numbers than callgate sees" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	run -0 "$CALLGATE" trace -o "$TEXT" -- unshare --pid --fork "$FIXTURES/pidfd_wait" 150
	expect_same "$output" 'found 150 of 150, 150 of them exited with 5'
}

# The report of what a program sees of how it was started, but for what cannot
# be the same:
# - no_new_privs is set without CAP_SYS_ADMIN, for the kernel takes a filter
#   from nobody else (seccomp(2)). Two tests below are about that.
# - The shell names the program that it starts in the variable _.
comparable() {
	grep -v -e '^status NoNewPrivs' -e '^env _='
}

see() {
	"$@" </dev/null | comparable
}

@test "a program sees the same environment, descriptors, limits, masks and session" {
	expect_same "$(see "$FIXTURES/environment_report" a b)" \
		"$(see gate "$FIXTURES/environment_report" a b)"
}

@test "... also an unusual one" {
	umask 027
	ulimit -n 100
	exec 7<"$BATS_TEST_FILENAME" 9>>append
	unusual() {
		env --block-signal=USR1,CHLD --ignore-signal=INT,PIPE,TSTP nice -n 3 "$@"
	}
	expect_same "$(see unusual "$FIXTURES/environment_report")" \
		"$(see unusual "$CALLGATE" trace -o "$TEXT" -- "$FIXTURES/environment_report")"
}

@test "... also without a standard input and a standard error" {
	"$FIXTURES/environment_report" >native 0<&- 2>&-
	gate "$FIXTURES/environment_report" >watched 0<&- 2>&-
	expect_same "$(comparable <native)" "$(comparable <watched)"
}

@test "... also on a terminal, and as the leader of its session" {
	printf 'eof\n' >script
	expect_same "$(see "$FIXTURES/pty_driver" script sh -c '"$0"; exit' "$FIXTURES/environment_report")" \
		"$(see "$FIXTURES/pty_driver" script sh -c '"$1" trace -o text -- "$0"; exit' \
			"$FIXTURES/environment_report" "$CALLGATE")"
}

@test "a privileged command keeps the right to gain privileges, as without callgate" {
	is_root || skip 'not root'
	expect_same "$("$FIXTURES/environment_report" | grep NoNewPrivs)" \
		"$(gate "$FIXTURES/environment_report" | grep NoNewPrivs)"
}

@test "an unprivileged command cannot gain privileges: the kernel asks that of a filter" {
	! is_root || skip 'root'
	gate "$FIXTURES/environment_report" | grep 'NoNewPrivs:.*1'
}
