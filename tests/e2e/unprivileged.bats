# The same for an ordinary user: what root's tests show is shown again.

load helper

# A copy that everyone can read: the tree itself may lie in a private home.
setup_file() {
	[ "$(id -u)" -eq 0 ] || return 0
	export COPY
	COPY=$(mktemp -d /tmp/callgate-unprivileged-XXXXXX)
	mkdir -p "$COPY/build" "$COPY/tests" "$COPY/docs" "$COPY/tmp"
	cp "${CALLGATE:-$BATS_TEST_DIRNAME/../../build/callgate}" "$COPY/build/callgate"
	cp -r "${FIXTURES:-$BATS_TEST_DIRNAME/../../build/fixtures}" "$COPY/build/fixtures"
	cp -r "$BATS_TEST_DIRNAME" "$BATS_TEST_DIRNAME/../schema" "$BATS_TEST_DIRNAME/../oracle" \
		"$COPY/tests"
	cp "$BATS_TEST_DIRNAME"/../../docs/*.json "$COPY/docs"
	mkdir "$COPY/fixtures"
	cp "$BATS_TEST_DIRNAME"/../../fixtures/stack_frames.c "$COPY/fixtures"
	chmod -R a+rX "$COPY"
	chmod 1777 "$COPY/tmp"
	chmod 755 "$COPY"
}

teardown_file() {
	[ -z "${COPY:-}" ] || rm -rf "$COPY"
}

# Runs one of the files of tests as a user who owns nothing and may do nothing.
as_nobody() {
	is_root || skip 'the other files are run by an ordinary user already'
	cd "$COPY/tmp"
	# Without the folder in which bats keeps its own parts.
	run env -i PATH="${PATH//"$BATS_LIBEXEC":/}" HOME="$COPY/tmp" TMPDIR="$COPY/tmp" \
		CALLGATE="$COPY/build/callgate" FIXTURES="$COPY/build/fixtures" \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		bats --tap "$COPY/tests/e2e/$1.bats" 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *'ok 1 '* ]]
}

@test "stacks" {
	as_nobody stacks
}

@test "stacks that are judged" {
	as_nobody stacks_judged
}

@test "stacks through libraries" {
	as_nobody stacks_libraries
}

@test "exec" {
	as_nobody exec
}

@test "processes" {
	as_nobody processes
}

@test "network" {
	as_nobody network
}

@test "privileges" {
	as_nobody privileges
}

@test "exit status" {
	as_nobody exit_status
}

@test "terminal" {
	as_nobody terminal
}

@test "transparency" {
	as_nobody transparency
}

@test "programs" {
	as_nobody programs
}

@test "hostile" {
	as_nobody hostile
}

@test "audit" {
	as_nobody audit
}

@test "enforce" {
	as_nobody enforce
}

@test "attacks" {
	as_nobody attacks
}

@test "bypasses" {
	as_nobody bypasses
}

@test "budgets" {
	as_nobody budgets
}

@test "network modes" {
	as_nobody network_modes
}

@test "files" {
	as_nobody files
}

@test "environment" {
	as_nobody environment
}

@test "limits" {
	as_nobody limits
}

@test "replay" {
	as_nobody replay
}

@test "learn" {
	as_nobody learn
}

@test "reload" {
	as_nobody reload
}
