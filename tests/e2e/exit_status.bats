# callgate ends as the command ended, or says clearly why it could not run it.

load helper

@test "the exit status is the command's" {
	run gate sh -c 'exit 42'
	[ "$status" -eq 42 ]
	run gate true
	[ "$status" -eq 0 ]
}

@test "a command killed by a signal kills callgate by the same signal" {
	run sh -c '"$0" trace -o text -- sh -c "kill -SEGV \$\$"; echo $?' "$CALLGATE"
	[ "${lines[-1]}" = 139 ]
	run python3 -c '
import subprocess, sys
print(subprocess.run(sys.argv[1:]).returncode)' "$CALLGATE" trace -o text -- sh -c 'kill -TERM $$'
	[ "$output" = -15 ]
}

@test "every signal that ends a command is passed on" {
	local signal
	for signal in HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM XCPU; do
		run python3 -c '
import signal, subprocess, sys
print(signal.Signals(-subprocess.run(sys.argv[1:]).returncode).name)' \
			"$CALLGATE" trace -q -o text -- sh -c "kill -$signal \$\$"
		expect_same "SIG$signal" "$output"
	done
}

@test "callgate leaves no core dump of its own when it dies of the command's signal" {
	ulimit -c unlimited || skip 'core dumps are not permitted here'
	run sh -c '"$0" trace -o text -- sh -c "ulimit -c 0; kill -SEGV \$\$"; echo $?' "$CALLGATE"
	[ "${lines[-1]}" = 139 ]
	[ -z "$(find . -name 'core*')" ]
}

@test "a missing command is 127, with a line that names it" {
	run -127 gate no-such-command-anywhere
	[ "$status" -eq 127 ]
	[[ "$output" == *no-such-command-anywhere* ]]
	[ "${#lines[@]}" -eq 1 ]
	run -127 gate /nonexistent/program
	[ "$status" -eq 127 ]
	[[ "$output" == */nonexistent/program* ]]
}

@test "a command that may not be executed is 126, with a line that names it" {
	echo text >file
	run gate ./file
	[ "$status" -eq 126 ]
	[[ "$output" == *./file* ]]
	run gate /
	[ "$status" -eq 126 ]
}

@test "a program whose interpreter is missing is not called missing itself" {
	printf '#!/nonexistent/interpreter\n' >script
	chmod +x script
	run -127 gate ./script
	[ "$status" -eq 127 ] || [ "$status" -eq 126 ]
	[[ "$output" == *interpreter* ]]
}

@test "a script without an interpreter line is run by sh, as execvp does" {
	echo 'echo "run by a shell: $1"; exit 9' >script
	chmod +x script
	run gate ./script argument
	[ "$status" -eq 9 ]
	[ "$output" = 'run by a shell: argument' ]
}

@test "--timeout ends the command with 124, even one that ignores SIGTERM" {
	run gate --timeout 200ms sleep 1000
	[ "$status" -eq 124 ]
	# From its first moment: what is ignored stays so over an exec.
	trap '' TERM
	run gate --timeout 200ms sleep 1000
	trap - TERM
	[ "$status" -eq 124 ]
	expect_event '.type == "exit" and .signal == "SIGKILL"'
}

@test "a wrong option is 125, and names the option" {
	run "$CALLGATE" trace --no-such-option true
	[ "$status" -eq 125 ]
	[[ "$output" == *--no-such-option* ]]
}

@test "a log that cannot be written is 125, and names the file" {
	run "$CALLGATE" trace --log nowhere/log true
	[ "$status" -eq 125 ]
	[[ "$output" == *nowhere/log* ]]
}
