# Every process and every thread: its beginning, its parent, its end.

load helper

@test "a process has a start with its parent, and an exit with its status" {
	run gate sh -c '(exit 7); exit 3'
	[ "$status" -eq 3 ]
	local shell child
	shell=$(events '.type == "start" and .how == "spawn"' | jq .pid)
	child=$(events '.type == "start" and .parent == '"$shell"' and (.thread | not)' | jq .pid)
	[ -n "$child" ]
	expect_event '.type == "exit" and .pid == '"$child"' and .exit_code == 7'
	expect_event '.type == "exit" and .pid == '"$shell"' and .exit_code == 3'
}

@test "a process killed by a signal has an exit with that signal" {
	run gate sh -c 'sh -c "kill -TERM \$\$"; exit 0'
	[ "$status" -eq 0 ]
	expect_event '.type == "exit" and .signal == "SIGTERM"'
}

@test "clone, clone3 and CLONE_PARENT: the calls and the children as they were" {
	gate "$FIXTURES/raw_clone" >said
	# The sibling is made by a child that runs beside its parent: the order is not determined.
	expect_same "$(awk '{ print $1, $2 }' said | sort)" \
		"$(events '.call == "clone" or .call == "clone3"' |
			jq -r '"\(.call) \(.result)"' | sort)"
	expect_event '.call == "clone3" and .child == .result and
		(.args.flags | tostring | test("pidfd"))'
	local maker sibling
	maker=$(awk '/its maker/ { print $2 }' said)
	sibling=$(awk '/CLONE_PARENT/ { print $2 }' said)
	# The one who made it, though the kernel calls another one its parent.
	expect_event '.type == "start" and .pid == '"$sibling"' and .parent == '"$maker"
	expect_event '.type == "exit" and .pid == '"$sibling"' and .exit_code == 15'
}

@test "a daemon that leaves its session and its parent is still watched, with its lineage" {
	run gate "$FIXTURES/daemonize" /bin/echo 'from the daemon'
	[ "$status" -eq 0 ]
	[[ "$output" == *"from the daemon"* ]]
	expect_event '.call == "execve" and .args.path == "/bin/echo" and .result == 0
		and (.lineage | map(endswith("/daemonize")) | any)'
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
}

@test "what the command leaves running is waited for" {
	start_gate sh -c '(while ! [ -e go ]; do sleep 0.01; done) & exit 0'
	eventually grep -q '"exit_code":0' "$LOG"
	touch go
	wait "$GATE"
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
}

@test "threads have starts and exits of their own" {
	run gate "$FIXTURES/threads_at_once" 3
	[ "$status" -eq 0 ]
	expect_events 3 '.type == "start" and .thread'
	expect_events 3 '.type == "exit" and .thread'
	expect_events 3 '.call == "socket" and .pid != .tid'
}

@test "a program that stops and continues is seen by its parent as without callgate" {
	"$FIXTURES/self_stop" >native
	gate "$FIXTURES/self_stop" >watched
	diff native watched
}

@test "the numbers in the summary are those of the events" {
	run gate sh -c '/bin/true; /bin/true; /bin/false; exit 0'
	[ "$status" -eq 0 ]
	expect_event '.type == "summary" and .processes == 4 and .lost == 0'
}
