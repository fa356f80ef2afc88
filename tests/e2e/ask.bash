# What the tests of questions at the terminal share.

# shellcheck disable=SC2016,SC2034

load judged

# The lines of the test's script, from standard input, are played against
# `callgate ask` with these arguments; all that came out is in the file seen, and
# how it ended in $ended. The terminal is $WIDTH characters wide.
talk() {
	cat >script
	ended=0
	NO_COLOR=1 "$FIXTURES/pty_driver" script \
		sh -c 'stty cols "$0" rows 24; exec "$@"' "${WIDTH:-160}" \
		"$CALLGATE" ask --log "$LOG" "$@" >seen 3>&- || ended=$?
	# Only the end is of interest when something went wrong.
	tail -n 60 seen
	[ "$ended" -ne 99 ]
}

# How often a text was seen.
seen() {
	grep -c -F -e "$1" seen || true
}

# A page is asked for so many times, by one process each time.
pages() {
	echo "for i in $(seq -s ' ' "$1"); do curl -s http://127.0.0.1:$PORT/ || echo failed \$?; done"
}

# Connects are asked about, binds denied, and everything else is allowed.
policy_asking_connects() {
	policy <<-'POLICY'
		default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}
	POLICY
}

# A background job, and what the shell does to it once the file `go` is there.
job_until_go() {
	echo "$1"' & until [ -e go ]; do sleep 0.05; done; '"$2"'; wait $!; echo "status $?"'
}
