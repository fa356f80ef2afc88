# What callgate logs of a command is what strace sees of it: the same calls
# with the same arguments and results, and none is missing on either side. How
# that is compared, and what is left out for which reason, is in tests/oracle.

load helper

same_as_strace() {
	CALLGATE=$CALLGATE "$SOURCE/tests/oracle/compare.py" "$@"
}

@test "sockets of every kind" {
	same_as_strace -- "$FIXTURES/sockets"
}

@test "addresses of every family" {
	same_as_strace -- "$FIXTURES/addresses"
}

@test "bad arguments" {
	same_as_strace -- "$FIXTURES/bad_arguments" bounded
}

@test "hostile names" {
	same_as_strace -- "$FIXTURES/hostile_names"
}

@test "clone, clone3, vfork, a daemon" {
	same_as_strace -- "$FIXTURES/raw_clone"
	same_as_strace -- "$FIXTURES/raw_vfork" /bin/true
	same_as_strace -- "$FIXTURES/daemonize" /bin/echo daemon
}

@test "many processes, many threads, an exec from a thread" {
	same_as_strace --unordered -- "$FIXTURES/processes_at_once" 50
	same_as_strace --unordered -- "$FIXTURES/threads_at_once" 50
	same_as_strace --unordered -- "$FIXTURES/exec_from_thread" /bin/true
}

@test "i386: int 0x80, a whole program, socketcall" {
	! "$FIXTURES/int80" | grep -q 'no IA32 emulation' || skip 'the kernel has no IA32 emulation'
	same_as_strace -- "$FIXTURES/int80"
	[ -x "$FIXTURES/sockets.m32" ] || skip 'the compiler cannot make i386 programs here'
	same_as_strace -- "$FIXTURES/sockets.m32"
	same_as_strace -- "$FIXTURES/socketcall.m32"
}

@test "a shell pipeline" {
	# The shell hears of the ends of its children in any order.
	same_as_strace --unordered -- sh -c 'echo one two | tr " " "\n" | sort -r | head -n 1; exit 3'
}

@test "curl" {
	start_web_server
	same_as_strace --port "$PORT" -- curl -s "http://127.0.0.1:$PORT/"
}

@test "make -j2 of a small C project" {
	make_project
	# Two compilers run side by side; make hears of their ends in any order.
	same_as_strace --unordered -- make -B -j2 -C project
	[ -x project/program ]
}

@test "python3 -m http.server, with a client" {
	mkdir www
	echo page >www/index.html
	# Serves one request of a client that is its child, and ends. The port, another
	# one in each run, is not said in argv.
	cat >serve.py <<-'SERVE'
		import http.server, subprocess
		server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
		client = subprocess.Popen(["curl", "-s", "-K", "-"], stdin=subprocess.PIPE, text=True)
		client.stdin.write("url = http://127.0.0.1:%d/\n" % server.server_port)
		client.stdin.close()
		server.handle_request()
		client.wait()
		server.server_close()
	SERVE
	same_as_strace -- python3 serve.py
}

@test "node -e with a web request and a child process" {
	start_web_server
	# Its threads run side by side.
	same_as_strace --unordered --port "$PORT" -- node -e '
		require("http").get("http://127.0.0.1:'"$PORT"'/", (answer) => {
			answer.on("data", () => {});
			answer.on("end", () =>
				require("child_process").spawn("echo", ["child"], { stdio: "inherit" }));
		});'
}

@test "npm --version" {
	same_as_strace --unordered -- npm --version
}

@test "git clone over git daemon" {
	start_git_server
	# Twice, into a directory that is new each time.
	printf 'rm -rf copy\nexec git clone -q "git://127.0.0.1:%s/origin.git" copy\n' "$PORT" >clone
	GIT_CONFIG_GLOBAL=/dev/null same_as_strace --unordered --port "$PORT" -- sh clone
	[ "$(cat copy/file)" = content ]
}

# Spoils a log that is right in one way, and expects the comparison to say so.
expect_difference() {
	jq -c "$1" kept/log.jsonl >doctored
	run cmp -s doctored kept/log.jsonl
	[ "$status" -eq 1 ]
	run "$SOURCE/tests/oracle/compare.py" --strace kept --log doctored "${@:2}"
	[ "$status" -eq 1 ]
}

@test "the comparison fails for a log that is wrong in any one argument, result or call" {
	same_as_strace --keep kept -- "$FIXTURES/sockets"
	local order
	for order in '' --unordered; do
		expect_difference 'select(.call != "listen")' $order
		expect_difference '., select(.call == "listen")' $order
		expect_difference 'if .call == "listen" then .args.backlog = 6 else . end' $order
		expect_difference 'if .call == "accept4" then .result += 1 else . end' $order
		expect_difference 'if .call == "connect" then .args.family = "inet6" else . end' $order
		expect_difference 'if .call == "sendmmsg" then .args.messages[1].port = 10 else . end' $order
		expect_difference 'if .call == "execve" then .args.argv += ["more"] else . end' $order
		expect_difference 'if .call == "execve" then .args.path = "/bin/true" else . end' $order
		expect_difference 'if .call == "socket" then .args.type_flags = [] else . end' $order
		expect_difference 'if .call == "sendmsg" then .args.data_len = 7 else . end' $order
		expect_difference 'if .type == "exit" then .exit_code = 1 else . end' $order
		expect_difference 'if .error == "EINVAL" then .error = "EPERM" else . end' $order
	done
}

@test "the comparison fails for a process that is missing, or has another parent's call" {
	same_as_strace --keep kept -- sh -c '/bin/true; /bin/false; exit 0'
	local child
	child=$(jq 'select(.type == "start" and .how != "spawn").pid' kept/log.jsonl | head -n 1)
	expect_difference 'select(.pid != '"$child"')'
	expect_difference 'if .pid == '"$child"' and .call == "execve" then .result = -2 | .error = "ENOENT" else . end'
	expect_difference 'select(.pid != '"$child"')' --unordered
}

# What the log and strace say of a run that is kept.
compare_kept() {
	run "$SOURCE/tests/oracle/compare.py" --strace kept --log kept/log.jsonl
}

@test "a task that ends within a call, or before strace knew which, is no difference" {
	same_as_strace --keep kept -- "$FIXTURES/sockets"
	sed -i -e '1i ???( <unfinished ...>' -e '/^listen/s/) *= 0$/ <unfinished ...>) = ?/' kept/strace.*
	compare_kept
	[ "$status" -eq 1 ]
	jq -c 'if .call == "listen" then .result = null else . end' kept/log.jsonl >ended
	mv ended kept/log.jsonl
	compare_kept
	[ "$status" -eq 0 ]
}

@test "a comparison that fails shows what either side saw" {
	same_as_strace --keep kept -- "$FIXTURES/sockets"
	echo '???(7) = 0' >>"$(echo kept/strace.*)"
	compare_kept
	[ "$status" -eq 1 ]
	[[ "$output" == *'cannot be compared: '*'???(7) = 0'* ]]
	[[ "$output" == *'strace.'*': listen('* ]]
	[[ "$output" == *'callgate: {"v":1,"type":"call",'*'"call":"listen"'* ]]
}
