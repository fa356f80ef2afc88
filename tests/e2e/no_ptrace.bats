# Where ptrace(2) is forbidden: a clear word, and nothing run.

load helper

@test "without permission to ptrace, the cause and what to do are named, with 125" {
	run "$FIXTURES/without" ptrace "$CALLGATE" trace touch made
	[ "$status" -eq 125 ]
	[[ "$output" == *ptrace* ]]
	[[ "$output" == *"Operation not permitted"* || "$output" == *EPERM* ]]
	# What to do: the words a person can act on.
	[[ "$output" =~ (container|seccomp|CAP_SYS_PTRACE|ptrace_scope) ]]
	[ ! -e made ]
}

@test "doctor says the same before anything is tried" {
	run "$FIXTURES/without" ptrace "$CALLGATE" doctor
	[ "$status" -ne 0 ]
	[[ "$output" == *ptrace* ]]
}
