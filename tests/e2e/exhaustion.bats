# What runs out, and what never comes: denied with its reason, and nobody else is held up.

load judged

blocked=1000
[ -z "${CALLGATE_SOAK:-}" ] || blocked=10000

@test "a thousand connects that block hold up nobody else" {
	[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge $((blocked * 3 / 2)) ] ||
		skip 'so many files may not be open here'
	policy <<<'default: allow'
	run --separate-stderr enforce "$FIXTURES/blocked_connects" "$blocked"
	[ "$status" -eq 0 ]
	[ "$output" = 'the others went on, 0 of the waiting failed' ]
}

# userfaultfd(2) is denied unless a policy allows it.
memory_that_never_comes() {
	"$FIXTURES/page_never" none || skip 'userfaultfd(2) is not permitted here'
	policy <<-'POLICY'
		default: allow
		syscalls: {allow: [userfaultfd]}
	POLICY
	run enforce sh -c '"$0" "$1"; echo "ended with $?"; exec /bin/echo and the others go on' \
		"$FIXTURES/page_never" "$1"
	[ "$status" -eq 0 ]
	[[ "$output" == *'ended with 137'*'and the others go on'* ]]
	expect_event '.type == "warning" and .code == "unreadable.killed"'
	expect_event '.call == "'"$1"'" and .verdict == "kill" and .reason == "unreadable.killed"'
}

@test "an address in memory that never comes: its process is killed, the others go on" {
	memory_that_never_comes connect
}

@test "a path in memory that never comes: its process is killed, the others go on" {
	memory_that_never_comes execve
}

# beside_a_sleeper NAME ARGUMENTS...: what the arguments say, under enforce, with a process
# beside it. What becomes of it is in the directory NAME.
beside_a_sleeper() {
	mkdir "$1" "$1/mnt"
	start_server env -C "$1" FUSE_NEVER_MARK="$BATS_TEST_TMPDIR" \
		unshare -m "$FIXTURES/fuse_never" mnt sh -c '
		"$0" enforce -p ../policy.yaml -o text sh -c "sleep 1000 & exec \"\$@\"" sh "$@" 2>said &
		wait $!; echo $? >status' "$CALLGATE" "${@:2}"
}

# Not even SIGKILL ends callgate's own wait for it: fs/fuse/dev.c.
@test "a file system that never answers: after ten seconds, nothing lives on" {
	mkdir mnt
	unshare -m "$FIXTURES/fuse_never" mnt || skip 'FUSE cannot be mounted here'
	policy <<<'default: allow'
	beside_a_sleeper address "$FIXTURES/page_never" connect mnt/page
	beside_a_sleeper program mnt/script
	for name in address program; do
		eventually grep -q 'Everything is killed' "$name/said"
	done
	grep -lsz "FUSE_NEVER_MARK=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ >left || true
	run xargs -r ps -o args= -p < <(cut -d / -f 3 left)
	run ! grep -E '^sleep|^[^ ]*/page_never ' <<<"$output"
	stop_servers
	for name in address program; do
		eventually [ -s "$name/status" ]
		[ "$(cat "$name/status")" -eq 125 ]
	done
}

@test "... and without the policy's leave there is no such memory" {
	policy <<<'default: allow'
	run enforce "$FIXTURES/page_never" connect
	[ "$status" -eq 99 ]
	expect_event '.call == "userfaultfd" and .verdict == "deny" and .reason == "syscall.denied"'
}

# callgate itself has few descriptors; those of sockets that block are taken.
@test "without descriptors left, calls are denied as exhausted; later they go on" {
	policy <<<'default: allow'
	cat >many.py <<-'PYTHON'
		import errno, os, socket, threading
		server = socket.socket(socket.AF_UNIX); server.bind("\0callgate-fds-%d" % os.getpid())
		server.listen(0)
		name = server.getsockname()
		first = socket.socket(socket.AF_UNIX); first.connect(name)
		results = []
		def wait():
		    s = socket.socket(socket.AF_UNIX)
		    try: s.connect(name); results.append(0)
		    except OSError as e: results.append(e.errno)
		threads = [threading.Thread(target=wait) for _ in range(60)]
		for t in threads: t.start()
		while not results: pass
		print(errno.errorcode[results[0]])
		server.settimeout(0.1)
		while any(t.is_alive() for t in threads):
		    try: server.accept()
		    except TimeoutError: pass
		u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.connect(("127.0.0.1", 9))
		print("goes on")
	PYTHON
	run --separate-stderr prlimit --nofile=64:64 timeout 60 "$CALLGATE" enforce -p policy.yaml \
		--log "$LOG" -o "$TEXT" /usr/bin/python3 many.py
	expect_same "$output" "$(printf 'EMFILE\ngoes on')"
	expect_event '.call == "connect" and .verdict == "deny" and .reason == "exhausted"'
	expect_no_event '.verdict == "deny" and .reason != "exhausted"'
}

# The kernel's own limit makes forks fail; what callgate had reserved for them comes back.
@test "forks that fail for RLIMIT_NPROC give back their places in the budget" {
	policy <<-'POLICY'
		default: allow
		budgets:
		  - processes: 4
	POLICY
	cat >forks.py <<-'PYTHON'
		import errno, os, resource
		uid = 64000 + os.getpid() % 1000
		if os.getuid() == 0: os.setuid(uid)
		soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
		resource.setrlimit(resource.RLIMIT_NPROC, (0, hard))
		refused = 0
		for _ in range(50):
		    try: pid = os.fork()
		    except OSError as e: refused += e.errno == errno.EAGAIN
		    else: os._exit(9) if pid == 0 else os.waitpid(pid, 0)
		resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
		r, w = os.pipe()
		made = 0
		for _ in range(6):
		    try: pid = os.fork()
		    except OSError: break
		    if pid == 0: os.close(w); os.read(r, 1); os._exit(0)
		    made += 1
		os.close(w)
		print(refused, made)
	PYTHON
	run --separate-stderr enforce /usr/bin/python3 forks.py
	[ "$output" = '50 3' ]
}
