# Budgets: exact, whatever fights for the places, and given back in full.

load judged

# shellcheck disable=SC2016

budget_of() {
	policy <<-POLICY
		default: allow
		budgets:
		  - processes: $1
	POLICY
}

# Processes alive at once by callgate's own account, the most there were.
logged_peak() {
	events '(.type == "start" and (.thread | not)) or (.type == "exit" and (.thread | not))' |
		jq -r .type | awk '/start/ { if (++n > peak) peak = n } /exit/ { n-- } END { print peak }'
}

fork_bomb() {
	budget_of "$1"
	enforce "$FIXTURES/fork_bomb" "$2" "$3" >said
	cat said
	grep -q "^peak $1 " said
	! grep -q 'refused 0$' said
	[ "$(logged_peak)" -eq "$1" ]
	expect_event '.verdict == "deny" and .errno == "EAGAIN" and .reason == "budget.processes"'
	expect_no_event '.verdict == "deny" and .reason != "budget.processes"
		and .reason != "syscall.denied"'
}

@test "a budget of 1: the command alone" {
	fork_bomb 1 8 200
	grep -q 'made 0 ' said
}

@test "a budget of 2" {
	fork_bomb 2 8 400
}

@test "a budget of 10" {
	fork_bomb 10 16 1000
}

@test "a budget of 100" {
	fork_bomb 100 32 1500
}

budget_case() {
	budget_of 4
	enforce "$FIXTURES/budget_cases" "$1" >said
	cat said
	grep -q "^made $2\$" said
}

@test "children that live take the places" {
	budget_case plain 3
}

@test "a clone that the kernel refuses gives its place back" {
	budget_case refund 3
}

@test "who is dead has no place, waited for or not" {
	budget_case zombies 3
}

@test "a daemon keeps its place" {
	budget_case daemon 2
}

@test "processes outside are not counted" {

	for _ in 1 2 3 4 5 6; do
		start_server sleep 1000
	done
	budget_case plain 3
}

@test "a shell that may not fork says so, and its children's places come free" {
	budget_of 2
	enforce sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true || exit 9; done; (exit 7)' || failed=$?
	[ "$failed" -eq 7 ]
	expect_no_event '.verdict == "deny" and .reason == "budget.processes"'
}

@test "a budget on the processes over the run" {
	policy <<-POLICY
		default: allow
		budgets:
		  - spawns: 5
	POLICY
	run enforce sh -c 'for i in 1 2 3 4 5 6 7 8; do /bin/true || exit 9; echo "$i"; done'
	echo "$output"
	expect_event '.verdict == "deny" and .errno == "EAGAIN" and .reason == "budget.spawns"'
}

@test "a budget below a program leaves others alone" {
	policy <<-POLICY
		default: allow
		budgets:
		  - under: $(readlink -f "$FIXTURES/budget_cases")
		    processes: 4
	POLICY
	run enforce sh -c "sleep 1000 & s=\$!; sleep 1000 & t=\$!; '$FIXTURES/budget_cases' plain; kill \$s \$t"
	[[ "$output" == *'made 3'* ]]
}
