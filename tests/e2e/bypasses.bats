# Ways around the gate, each tried once: what gets somewhere without a gate gets
# nowhere under enforce.

load judged

# Every line "try RESULT  what" must have this result.
expect_results() {
	[ "$(grep -c '^try ' said)" -gt 0 ]
	run grep '^try ' said
	! grep -v "^try $1 " <<<"$output"
}

expect_result() {
	grep -q "^try $1  $2\$" said && return 0
	echo "not $1:"
	grep "  $2\$" said
	return 1
}

@test "every call that names a destination, and every way to write it" {
	run "$FIXTURES/bypass_address"
	[ "$(grep -c '^try 1 ' <<<"$output")" -ge 20 ]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_address" >said
	expect_no_escape said
	expect_results -13
	enforce "$FIXTURES/bypass_address" nat64 >said
	expect_no_escape said
	expect_results -13
}

@test "Unix sockets by links, by /proc, by relative paths, and abstract ones" {
	mkdir without with
	run "$FIXTURES/bypass_unix" "$PWD/without"
	[ "$(tail -n 1 <<<"$output")" = 'escaped 15 of 15 tries' ]
	policy_allowing "unix:$PWD/with/allowed/*"
	enforce "$FIXTURES/bypass_unix" "$PWD/with" >said
	expect_no_escape said
	expect_results -13
}

@test "other ways to make a process, and the calls of other ABIs" {
	run "$FIXTURES/bypass_process"
	[ "$(grep -c '^try 0 ' <<<"$output")" -ge 8 ]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_process" >said
	cat said
	expect_no_escape said
	for way in fork vfork CLONE_PARENT CLONE_FILES CLONE_VM thread daemon; do
		expect_result -13 "$way"
	done
	expect_result -38 clone3
	for way in CLONE_UNTRACED 'clone CLONE_NEWUSER' 'clone CLONE_NEWNS' unshare; do
		expect_result -1 "$way"
	done
	expect_result -13 'i386 connect'
	expect_result -13 'i386 socketcall'
	expect_event '.reason == "syscall.denied" and .errno == "EPERM"'
}

@test "x32 calls are denied" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_process" >said
	grep -E '^try -(1|38)  x32 connect$' said
}

# The processes of a user may do all this to each other.
open_to_its_like() {
	sleep 1000 3>&- &
	SERVERS+=($!)
	run "$FIXTURES/bypass_supervisor" $!
	[ "$(tail -n 1 <<<"$output")" = 'escaped 13 of 13 tries' ]
}

@test "callgate cannot be traced, read, written to or signalled" {
	open_to_its_like
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_supervisor" >said
	cat said
	expect_no_escape said
}

@test "nor where the policy allows ptrace and its like" {
	policy_allowing 127.0.0.2
	echo 'syscalls: {allow: [ptrace, process_vm_writev, pidfd_getfd]}' >>policy.yaml
	enforce "$FIXTURES/bypass_supervisor" >said
	cat said
	expect_no_escape said
}

@test "a second listener that answers for callgate" {
	run "$FIXTURES/bypass_kernel" listener
	[[ "$output" == *'escaped 1 of 1 tries'* ]]
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" listener >said
	expect_no_escape said
	expect_results -1
	expect_event '.call == "seccomp" and .verdict == "deny" and .reason == "syscall.denied"'
}

@test "io_uring" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" io_uring >said
	expect_no_escape said
	expect_results -38
	expect_event '.call == "io_uring_setup" and .verdict == "deny" and .errno == "ENOSYS"'
}

@test "userfaultfd" {
	policy_allowing 127.0.0.2
	enforce "$FIXTURES/bypass_kernel" userfaultfd >said
	expect_results -1
	expect_event '.call == "userfaultfd" and .verdict == "deny" and .errno == "EPERM"'
}

policy_of_paths() {
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: allow}
		rules:
		  - id: paths
		    exec: ["/**"]
		    verdict: allow
	POLICY
}

@test "programs without a path match no rule that has paths" {
	local way
	cp /bin/echo program
	policy_of_paths
	for way in memfd named tmpfile deleted; do
		run "$FIXTURES/bypass_program" "$way" "$PWD/program"
		[[ "$output" != *try* ]]
		enforce "$FIXTURES/bypass_program" "$way" "$PWD/program" >said
		expect_results -13
		expect_event '.verdict == "deny" and .call == "execveat" and .errno == "EACCES"'
	done
}
