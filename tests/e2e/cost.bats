# What callgate does for one call, counted, never timed: a change that costs
# shows here, on any machine and however busy it is. The bounds are what was
# seen when they were written, and one or a few more. How long it takes is
# bench/run's to say.

load judged

LOADS=$(dirname "$FIXTURES")/bench

setup_file() {
	[ "$(uname -m)" = x86_64 ] || skip 'what is counted is known for x86-64'
}

prepare() {
	policy_allowing @loopback
	ENFORCE="enforce -p policy.yaml --denied-only -o text --log log"
}

# cost KEY SKIP CALLGATE-ARGUMENTS...: the number after KEY.
cost() {
	local key=$1
	shift
	"$FIXTURES/supervisor_cost" "$1" "$CALLGATE" "${@:2}" >cost || return
	sed -n "s/^$key //p" cost
}

# system_calls LOAD ARGUMENTS...: for one call of the load, without those that wait.
system_calls() {
	local load=$1 few many
	shift
	# A load makes N, and a tenth and one more before that: 56 and 276.
	few=$(cost calls 1000000 "$@" "$LOADS/$load" 50)
	many=$(cost calls 1000000 "$@" "$LOADS/$load" 250)
	echo $(((many - few + 110) / 220))
}

expect_at_most() {
	echo "$2 $3, $1 are allowed"
	[ "$2" -gt 0 ] && [ "$2" -le "$1" ]
}

@test "system calls for a connect that is shown" {
	expect_at_most 9 "$(system_calls udp_connect trace -o text)" 'system calls'
}

@test "system calls for a connect made on behalf and logged" {
	prepare
	# shellcheck disable=SC2086
	expect_at_most 9 "$(system_calls udp_connect $ENFORCE)" 'system calls'
}

@test "system calls for a fork, an exec and an exit that are shown" {
	expect_at_most 20 "$(system_calls fork_exec trace -o text)" 'system calls'
}

@test "system calls for a fork, an exec and an exit that are judged and logged" {
	prepare
	# shellcheck disable=SC2086
	expect_at_most 27 "$(system_calls fork_exec $ENFORCE)" 'system calls'
}

# instructions KEY CALLGATE-ARGUMENTS...: for one connect, when everything is warm.
instructions() {
	cost "$1" 1000 "${@:2}" "$LOADS/udp_connect" 1060
}

@test "instructions for a connect that is shown" {
	expect_at_most 4500 "$(instructions trap-instructions trace -o text)" instructions
}

@test "instructions for a connect made on behalf and logged" {
	is_root || skip 'callgate is not dumpable, and only root may look where it is'
	prepare
	# shellcheck disable=SC2086
	expect_at_most 6200 "$(instructions trap-instructions $ENFORCE)" instructions
	# The line of the log; how many lines fall into what is counted is by chance.
	expect_at_most 7500 "$(sed -n 's/^others-instructions //p' cost)" instructions
}

@test "system calls for a stack that is taken again" {
	# Registers, the stack's pages, and what is said to the process that knows the rest.
	expect_at_most $(($(system_calls udp_connect trace -o text) + 7)) \
		"$(system_calls udp_connect trace -k -o text)" 'system calls'
}

@test "system calls of calls that are allowed: no more with -k, which is of what is denied" {
	prepare
	local without with
	# shellcheck disable=SC2086
	without=$(cost calls 1000000 $ENFORCE "$LOADS/udp_connect" 250)
	# shellcheck disable=SC2086
	with=$(cost calls 1000000 $ENFORCE -k "$LOADS/udp_connect" 250)
	# There are some that depend on who is faster; one more a call were 276.
	expect_at_most $((without + 50)) "$with" 'system calls'
}
