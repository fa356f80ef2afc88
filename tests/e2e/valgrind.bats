# What the subcommands that run nothing do with memory, as valgrind sees it: no error, no leak.

# shellcheck disable=SC2154

load judged

MEMCHECK=(valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite)

# clean STATUS ARGUMENTS...: ends with that status, and valgrind has nothing to say.
clean() {
	local expected=$1
	shift
	run --separate-stderr "${MEMCHECK[@]}" "$CALLGATE" "$@"
	[ "$status" -eq "$expected" ] && [[ "$stderr" != *'=='[0-9]*'=='* ]] && return 0
	echo "status $status: $*"
	echo "$stderr" | head -n 40
	return 1
}

need_valgrind() {
	command -v valgrind >/dev/null || skip 'valgrind is not here'
}

@test "help, completions, and what is not understood" {
	need_valgrind
	clean 0 --help
	clean 0 enforce --help
	clean 0 completions bash
	clean 125 trace --no-such-option
	clean 125 enforce true
}

@test "check and explain: a policy, none, and one that is none" {
	need_valgrind
	policy_allowing 127.0.0.2
	clean 0 check policy.yaml
	clean 125 check /etc/passwd
	clean 125 check not-there.yaml
	clean 0 explain policy.yaml --exe /bin/sh connect udp:127.0.0.2:9
}

@test "what is made of a log: learn, report, check --against" {
	need_valgrind
	policy_allowing 127.0.0.2
	gate sh -c 'ls /; true' >/dev/null
	clean 0 learn "$LOG"
	for format in text html; do
		clean 0 report "$LOG" --format $format
	done
	clean 0 check policy.yaml --against "$LOG"
	echo garbage >>"$LOG"
	run "${MEMCHECK[@]}" "$CALLGATE" report "$LOG"
	[ "$status" -ne 99 ]
	rm "$LOG"
}
