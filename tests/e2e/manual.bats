# The manual pages: clean, complete, and with examples that hold.

load helper
load commands

PAGES='callgate.1 callgate-policy.5 callgate-log.5'

setup_file() {
	for page in $PAGES; do
		"$CALLGATE" man "$SOURCE/docs/man/$page.in" >"$BATS_FILE_TMPDIR/$page"
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/callgate* .
}

@test "the pages are clean for mandoc" {
	for page in $PAGES; do
		mandoc -T lint -W warning "$page"
		run ! grep -n '@[A-Z]*@' "$page"
	done
}

@test "the pages are clean for groff, as man shows them" {
	man --version 2>/dev/null | grep -q '^man 2' || skip "no man-db here"
	for page in $PAGES; do
		LC_ALL=C.UTF-8 man --warnings=w -E UTF-8 -l -Tutf8 -Z "./$page" 2>&1 >/dev/null |
			tee warnings
		[ ! -s warnings ]
	done
}

@test "callgate(1) has every option of every command" {
	mandoc -T ascii callgate.1 | col -bx >callgate.txt
	[ "$(commands | wc -l)" -ge 3 ]
	for command in $(commands); do
		for option in $(options_of "$command"); do
			grep -qE -- "(^| )$option( |,|$)" callgate.txt || { echo "$option"; return 1; }
		done
	done
}

# The words that the program expects in the place of "zzz", one a line.
expected() {
	printf 'version: 1\n%s\n' "$1" >asked.yaml
	"$CALLGATE" check asked.yaml 2>&1 | sed -n 's/.*zzz.*: expected //p' |
		sed 's/, / /g; s/ or / /' | tr ' ' '\n'
}

# The page names each of the words as a key or as one of the words it may hold.
expect_named() {
	local word
	[ "$(wc -l <<<"$2")" -ge 2 ]
	for word in $2; do
		grep -qE -- "^\.(It )?(Ic|Cm) (.* )?$word( |$)" "$1" || echo "$word"
	done >not_named
	[ ! -s not_named ] || { echo "$1 lacks:" && cat not_named && return 1; }
}

@test "callgate-policy(5) has every key that a policy may have" {
	for place in 'zzz: 1' 'rules: [{zzz: 1}]' 'default: {zzz: allow}' 'budgets: [{zzz: 1}]' \
		'network: {zzz: 1}' 'files: {zzz: 1}' 'env: {zzz: 1}' 'limits: {zzz: 1}' \
		'syscalls: {zzz: 1}'; do
		expect_named callgate-policy.5 "$(expected "$place")"
	done
}

@test "the policies of callgate-policy(5) load" {
	awk -v RS= '/version: 1/' <(sed -n '/^\.Bd/,/^\.Ed/p' callgate-policy.5 |
		sed 's/^\.Bd.*//; s/^\.Ed//') | csplit -sz -f policy- - '/^version: 1/' '{*}'
	[ -e policy-03 ]
	for policy in policy-*; do
		# Findings may be of this machine.
		run "$CALLGATE" check "$policy"
		[ "$status" -le 1 ]
	done
}

@test "callgate-log(5) has every member of every event" {
	jq -r '.definitions | (.session, .start, .call, .exit, .warning, .summary).properties |
		keys[]' "$SOURCE/docs/callgate-log.schema.json" | sort -u >members
	[ "$(wc -l <members)" -ge 50 ]
	expect_named callgate-log.5 "$(cat members)"
}
