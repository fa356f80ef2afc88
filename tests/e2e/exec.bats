# Which programs are run, by whom, and with which words.

load helper

@test "the command itself is the first exec, with its full path and argv" {
	run gate sh -c 'exit 0' 'two words' ''
	[ "$status" -eq 0 ]
	expect_events 1 '.call == "execve"'
	expect_event '.call == "execve" and .result == 0 and .program == "'"$(readlink -f /bin/sh)"'"
		and .args.argv == ["sh", "-c", "exit 0", "two words", ""]'
}

@test "an exec that fails is an event with its errno, and its program is not run" {
	run -127 gate sh -c 'exec /nonexistent/program'
	[ "$status" -eq 127 ]
	expect_event '.call == "execve" and .args.path == "/nonexistent/program"
		and .result == -2 and .error == "ENOENT" and .program == null'
}

@test "an exec by a thread that is not the first belongs to its process" {
	run gate "$FIXTURES/exec_from_thread" /bin/echo replaced
	[ "$status" -eq 0 ]
	[[ "$output" =~ exec\ by\ tid\ ([0-9]+)\ of\ pid\ ([0-9]+) ]]
	local tid=${BASH_REMATCH[1]} pid=${BASH_REMATCH[2]}
	[ "$tid" -ne "$pid" ]
	[[ "$output" == *replaced ]]
	expect_event '.call == "execve" and .args.path == "/bin/echo" and .result == 0
		and .pid == '"$pid"
	# The other threads are gone with it, and every task that started has ended.
	expect_events 3 '.type == "start"'
	expect_events 3 '.type == "exit"'
	expect_event '.type == "exit" and .pid == '"$pid"' and .thread == false and .exit_code == 0'
}

@test "a script is known by its name and by its interpreter" {
	printf '#!/bin/sh\nexit 5\n' >script
	chmod +x script
	run gate ./script
	[ "$status" -eq 5 ]
	expect_event '.call == "execve" and .args.path == "./script" and .result == 0
		and .program == "'"$(readlink -f /bin/sh)"'" and .program_script == "'"$PWD"'/script"'
}

@test "a program behind a link is known by the file that runs" {
	ln -s /bin/true link
	run gate ./link
	[ "$status" -eq 0 ]
	expect_event '.call == "execve" and .args.path == "./link"
		and .program == "'"$(readlink -f /bin/true)"'"'
}

@test "vfork, clone, clone3 and posix_spawn lead to their programs" {
	run gate "$FIXTURES/raw_vfork" /bin/false
	[ "$status" -eq 1 ]
	expect_event '.call == "vfork" and .result > 0 and .child == .result'
	expect_event '.call == "execve" and .args.path == "/bin/false" and .result == 0'
}

@test "the lineage of a program is kept through forks and execs" {
	run gate env sh -c 'nice sh -c "/bin/true; exit 0"; exit 0'
	[ "$status" -eq 0 ]
	expect_event '.type == "exit" and (.lineage | map(split("/")[-1])) ==
		["true", "'"$(basename "$(readlink -f /bin/sh)")"'", "nice",
		"'"$(basename "$(readlink -f /bin/sh)")"'", "env"]'
}
