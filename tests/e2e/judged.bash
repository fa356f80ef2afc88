# What the tests of audit and enforce share: each judges by the file policy.yaml
# in the test's directory.

# shellcheck disable=SC2016

load helper

# The policy is what comes in.
policy() {
	{
		echo 'version: 1'
		cat
	} >policy.yaml
}

# One place allowed, whatever else there is to reach is not.
policy_allowing() {
	policy <<-POLICY
		default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: allowed-place
		    connect: "$1"
		    verdict: allow
	POLICY
}

enforce() {
	"$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" "$@"
}

audit() {
	"$CALLGATE" audit -p policy.yaml --log "$LOG" -o "$TEXT" "$@"
}

# The number after a word in "escaped N of M tries: D denied, A allowed, K killed".
escaped() {
	sed -n 's/^escaped \([0-9]*\) of.*/\1/p' "$1"
}

tried() {
	sed -n 's/^escaped [0-9]* of \([0-9]*\) tries.*/\1/p' "$1"
}

# All that the fixture tried was in vain, and it did try.
expect_no_escape() {
	[ "$(escaped "$1")" = 0 ] && [ "$(tried "$1")" -gt 0 ] && return 0
	cat "$1"
	return 1
}

expect_escapes() {
	[ "$(escaped "$1")" -gt 0 ] && return 0
	cat "$1"
	return 1
}
