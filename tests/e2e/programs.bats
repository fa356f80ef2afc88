# Real programs: what they run, what they connect to, and that they work.

load helper

# Every start but the command's own has a parent that started before it.
expect_whole_tree() {
	jq -e -n 'reduce (inputs | select(.type == "start")) as $e ({seen: {}, bad: []};
		(if $e.how != "spawn" and (.seen["\($e.parent)"] | not) then .bad += [$e] else . end)
		| .seen["\($e.pid)"] = true) | .bad == []' "$LOG" >/dev/null
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
}

# expect_exec NAME [JQ]: a program of that name was run, by its full path.
expect_exec() {
	expect_event '.call == "execve" and .result == 0 and (.program | startswith("/"))
		and (.args.path | endswith("/'"$1"'")) and ('"${2:-true}"')'
}

@test "curl: the page is untouched on stdout; exec, socket and connect are shown" {
	start_web_server
	run --separate-stderr "$CALLGATE" trace --log "$LOG" curl -s "http://127.0.0.1:$PORT/"
	[ "$status" -eq 0 ]
	[ "$output" = 'this is the page' ]
	[[ "$stderr" =~ exec\ .*/curl ]]
	[[ "$stderr" =~ socket\ .*inet ]]
	[[ "$stderr" =~ connect\ .*tcp\ 127\.0\.0\.1:$PORT ]]
	expect_exec curl '.args.argv[1] == "-s"'
	expect_whole_tree
}

@test "a shell pipeline" {
	run gate sh -c 'echo one two | tr " " "\n" | sort -r | head -n 1'
	[ "$output" = two ]
	expect_exec tr '.args.argv == ["tr", " ", "\\n"]'
	expect_exec sort
	expect_exec head
	expect_whole_tree
}

@test "make -j2 of a small C project" {
	make_project
	run gate make -j2 -C project
	[ "$status" -eq 0 ]
	[ -x project/program ]
	expect_events 3 '.call == "execve" and .result == 0 and (.program | endswith("/cc1"))'
	expect_exec ld
	expect_event '.type == "exit" and (.exe | endswith("/cc1")) and (.lineage[-1] | endswith("/make"))'
	expect_whole_tree
}

@test "python3 -m http.server, and a client that is not watched" {
	mkdir www
	echo 'this is the page' >www/index.html
	start_gate -e %net python3 -u -m http.server --bind 127.0.0.1 --directory www 0 >out 2>&1
	eventually grep -q 'port [0-9]' out
	PORT=$(sed -n 's/.*port \([0-9]*\).*/\1/p' out | head -n 1)
	[ "$(curl -s "http://127.0.0.1:$PORT/")" = 'this is the page' ]
	# SIGTERM for callgate is the command's.
	kill "$GATE"
	local ended=0
	wait "$GATE" || ended=$?
	[ "$ended" -eq 143 ]
	expect_event '.call == "bind" and .args.address == "127.0.0.1" and .result == 0'
	expect_event '.call == "listen" and .result == 0'
	expect_event '.call == "accept4" and .args.address == "127.0.0.1" and .result > 0'
	expect_event '.type == "summary"'
}

@test "node -e with a web request and a child process" {
	start_web_server
	run gate node -e '
		require("http").get("http://127.0.0.1:'"$PORT"'/", (answer) => {
			answer.on("data", (data) => process.stdout.write(data));
			answer.on("end", () =>
				require("child_process").spawn("echo", ["child of node"], { stdio: "inherit" }));
		});'
	[ "$status" -eq 0 ]
	[ "$output" = $'this is the page\nchild of node' ]
	expect_event '.call == "connect" and .args.port == '"$PORT"' and .args.protocol == "tcp"'
	expect_exec echo '.args.argv == ["echo", "child of node"]'
	expect_whole_tree
}

@test "npm --version" {
	run --separate-stderr gate npm --version
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
	expect_event '.call == "execve" and .result == 0 and (.program | endswith("/node"))'
	expect_whole_tree
}

@test "git clone over git daemon" {
	start_git_server
	GIT_CONFIG_GLOBAL=/dev/null run gate git clone -q "git://127.0.0.1:$PORT/origin.git" copy
	[ "$status" -eq 0 ]
	[ "$(cat copy/file)" = content ]
	expect_event '.call == "connect" and .args.port == '"$PORT"' and .result == 0'
	expect_exec git '.args.argv | index("index-pack")'
	expect_whole_tree
}
