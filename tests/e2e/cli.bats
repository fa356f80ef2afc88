# The command line: help, doctor, files, and wrong words.

load helper
load commands

@test "--help tells of every command, on standard output" {
	run --separate-stderr "$CALLGATE" --help
	[ "$status" -eq 0 ]
	[ "$stderr" = "" ]
	[[ "$output" == "Usage: callgate "* ]]
	for word in trace doctor completions --log --timeout --help; do
		[[ "$output" == *" $word"* ]] || { echo "no $word"; return 1; }
	done
	# What only the build uses is not for people.
	[[ "$output" != *FRAME* ]]
}

@test "each command has help of its own, in 80 columns" {
	[ "$(commands | wc -l)" -ge 3 ]
	for command in $(commands); do
		run "$CALLGATE" "$command" --help
		[ "$status" -eq 0 ]
		[[ "$output" == "Usage: callgate $command "* ]]
		[ "$(awk 'length > 80' <<<"$output")" = "" ]
	done
}

@test "the commands are those that are there, each once" {
	[ "$(commands | sort | uniq -d)" = "" ]
	for command in trace doctor completions; do
		commands | grep -qx "$command"
	done
}

@test "help that cannot be written is 125" {
	run bash -c '"$0" --help >/dev/full' "$CALLGATE"
	[ "$status" -eq 125 ]
	[[ "$output" == "callgate: cannot write to the standard output: No space left on device" ]]
}

@test "--version says name and version" {
	run "$CALLGATE" --version
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^callgate\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "without a subcommand, the words are a command to trace" {
	run --separate-stderr "$CALLGATE" -q echo hello
	[ "$status" -eq 0 ]
	[ "$output" = hello ]
	[[ "$stderr" == *" exec "*"echo hello"* ]]
}

@test "after --, a command may have the name of a subcommand" {
	mkdir bin
	printf '#!/bin/sh\necho "this is another doctor"\n' >bin/doctor
	chmod +x bin/doctor
	PATH=$PWD/bin:$PATH run --separate-stderr "$CALLGATE" -- doctor
	[ "$status" -eq 0 ]
	[ "$output" = "this is another doctor" ]
}

@test "options end at the command: the rest are the command's" {
	run --separate-stderr "$CALLGATE" trace -q echo --help -v --version
	[ "$status" -eq 0 ]
	[ "$output" = "--help -v --version" ]
}

@test "wrong words are 125, with what to write, and nothing is run" {
	local words
	while read -r words; do
		# shellcheck disable=SC2086
		run "$CALLGATE" ${words%%|*} touch made
		[ "$status" -eq 125 ]
		[ ! -e made ]
		[[ "$output" == "callgate: ${words#*|}"* ]] || { echo "$words: $output"; return 1; }
		[[ "$output" == *"try 'callgate trace --help'"* ]]
	done <<-'WORDS'
		--lgo=x|unknown option --lgo: did you mean --log?
		-Z|unknown option -Z
		--backend=fast|option --backend: 'fast' is not one of auto, notify, ptrace
		--time=never|option --time: 'never' is not one of rel, abs, none
		--timeout=0|option --timeout: '0' is not between
		--kill-on-exit=1|option --kill-on-exit takes no argument
	WORDS
}

@test "no command at all is 125" {
	for words in "" trace "trace --" "-q"; do
		# shellcheck disable=SC2086
		run "$CALLGATE" $words
		[ "$status" -eq 125 ]
		[[ "$output" == "callgate: no command to run is given"* ]]
	done
}

@test "an unknown call in -e is 125, with the nearest known one" {
	run "$CALLGATE" -e conect touch made
	[ "$status" -eq 125 ]
	[[ "$output" == *conect*connect* ]]
	[ ! -e made ]
}

@test "the last -e wins, and trace= may stand before it, as in strace" {
	run gate -e bind -e trace=execve sh -c '/bin/true; exit'
	[ "$status" -eq 0 ]
	[ "$(events '.type == "call"' | jq -r .call | sort -u)" = execve ]
}

@test "control characters in a wrong word do not reach the terminal" {
	run "$CALLGATE" $'--x\e[31m'
	[ "$status" -eq 125 ]
	[[ "$output" == *'--x\x1b[31m'* ]]
}

@test "what -o and --log make is for its owner only" {
	umask 000
	gate true
	[ "$(stat -c %a "$LOG" "$TEXT")" = "$(printf '600\n600')" ]
}

@test "a file that is there keeps its mode, and only what it held is gone" {
	yes | head -c 1000000 >"$LOG"
	chmod 640 "$LOG"
	gate true
	[ "$(stat -c %a "$LOG")" = 640 ]
	[ "$(grep -c '"type":"session"' "$LOG")" -eq 1 ]
}

@test "a file that cannot be written is an error before anything runs" {
	run "$CALLGATE" -o nowhere/file touch made
	[ "$status" -eq 125 ]
	[[ "$output" == "callgate: -o: cannot write nowhere/file: No such file or directory" ]]
	run "$CALLGATE" --log "$PWD" touch made
	[ "$status" -eq 125 ]
	[[ "$output" == "callgate: --log: cannot write $PWD: Is a directory" ]]
	[ ! -e made ]
}

@test "-o and --log must not be the same file, under whatever names" {
	ln -s both other
	run "$CALLGATE" -o both --log "$PWD/other" touch made
	[ "$status" -eq 125 ]
	[[ "$output" == *"same file"* ]]
	[ ! -e made ]
}

@test "-o - is refused: standard output is the command's" {
	run "$CALLGATE" -o - touch made
	[ "$status" -eq 125 ]
	[ ! -e made ]
}

@test "the command has none of callgate's files" {
	gate sh -c 'ls -l /proc/self/fd' >fds
	run ! grep -F "$BATS_TEST_TMPDIR/log" fds
	run ! grep -F "$TEXT" fds
}

@test "started without fds 0, 1 and 2, the log is whole and no file took their place" {
	run "$CALLGATE" trace --log "$LOG" -o "$TEXT" sh -c 'ls /proc/self/fd >fds 2>err' <&- >&- 2>&-
	[ "$status" -eq 0 ]
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" sh -c '[ ! -e /proc/self/fd/0 ] && [ ! -e /proc/self/fd/2 ]' \
		<&- 2>&-
	expect_event '.type == "summary"'
}

# Waits until whoever reads has gone, and has said so.
UNTIL_GONE='until [ -e gone ]; do sleep 0.05; done'

@test "a reader of the log that goes away costs its lines, not the run" {
	run --separate-stderr bash -o pipefail -c '
		"$0" trace -q --log >(head -n 1 >first; exec <&-; : >gone) sh -c "
			$1; /bin/true; /bin/true; echo the end"' "$CALLGATE" "$UNTIL_GONE"
	[ "$status" -eq 0 ]
	[ "$output" = "the end" ]
	[ "$(grep -c 'Broken pipe' <<<"$stderr")" -eq 1 ]
}

@test "a reader of the text that goes away costs its lines, not the run" {
	run bash -c '"$0" trace --log "$1" sh -c "$2; /bin/true; echo the end >end" 2> >(exec <&-; : >gone)' \
		"$CALLGATE" "$BATS_TEST_TMPDIR/some.log" "$UNTIL_GONE"
	[ "$status" -eq 0 ]
	[ "$(cat end)" = "the end" ]
	jq -e 'select(.type == "summary") | .lost > 0' some.log
}

@test "a full disk is said once on the terminal, and the lost events are counted" {
	run --separate-stderr "$CALLGATE" -o /dev/full sh -c '/bin/true; echo the end'
	[ "$status" -eq 0 ]
	[ "$output" = "the end" ]
	[[ "$stderr" =~ ^callgate:\ [0-9]+\ events\ could\ not\ be\ written$ ]]
}

@test "colours are for terminals, --color and NO_COLOR decide" {
	run "$CALLGATE" --color always true
	[[ "$output" == *$'\e['* ]]
	run "$CALLGATE" true
	[[ "$output" != *$'\e['* ]]
	NO_COLOR=1 run "$CALLGATE" --color always true
	[[ "$output" == *$'\e['* ]]
	TERM=xterm script -qec "'$CALLGATE' true" /dev/null </dev/null >terminal
	grep -q $'\e\[' terminal
	TERM=xterm NO_COLOR=1 script -qec "'$CALLGATE' true" /dev/null </dev/null >terminal
	run ! grep -q $'\e\[' terminal
	TERM=dumb script -qec "'$CALLGATE' true" /dev/null </dev/null >terminal
	run ! grep -q $'\e\[' terminal
}

@test "lines begin with seconds, the time of day, or the verdict" {
	run "$CALLGATE" true
	[[ "${lines[0]}" =~ ^\ +[0-9]+\.[0-9]{3}\ \ ok\ {4}callgate\[[0-9]+\]\ exec ]]
	run "$CALLGATE" --time abs true
	[[ "${lines[0]}" =~ ^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}\ \ ok ]]
	run "$CALLGATE" --time none true
	[[ "${lines[0]}" == "ok    callgate["* ]]
}

@test "-q leaves out exits; -c shows a summary only; --denied-only shows nothing here" {
	run "$CALLGATE" sh -c ':'
	[[ "$output" == *" exit "* ]]
	run "$CALLGATE" -q sh -c ':'
	[[ "$output" != *" exit "* ]]
	run "$CALLGATE" -c sh -c '/bin/true; exit'
	[[ "$output" == "processes: 2 started, 2 at most at once"* ]]
	[[ "$output" == *" exec"* ]]
	[[ "$output" != *" ok "* ]]
	run "$CALLGATE" --denied-only sh -c ':'
	[ "$output" = "" ]
}

@test "doctor answers for each thing with yes or no, and in the end for trace" {
	run "$CALLGATE" doctor
	[ "$status" -eq 0 ]
	[ "$(grep -cvE '^(yes|no|-) |^ +what to do: |^$|^callgate (trace and audit|ask and enforce) work here$' <<<"$output")" -eq 0 ]
	[[ "$output" == *"yes   ptrace "* ]]
	[ "$(grep -c '^no ' <<<"$output")" -eq "$(grep -c 'what to do: ' <<<"$output")" ]
}

@test "doctor --json says the same to tools" {
	"$CALLGATE" doctor --json >doctor.json
	jq -e '.trace_works == true and .enforce_works == true' doctor.json
	[ "$(jq '.probes | length' doctor.json)" -eq "$("$CALLGATE" doctor | grep -cE '^(yes|no|-) ')" ]
	jq -e '.probes[] | select(.name == "ptrace") | .works and .needed_for_trace' doctor.json
}

@test "where ptrace is denied, doctor says no to it and to trace, and ends with 1" {
	run "$FIXTURES/without" ptrace "$CALLGATE" doctor
	[ "$status" -eq 1 ]
	[[ "$output" == *"no    ptrace "* ]]
	[[ "$output" == *"what to do: a seccomp filter refuses ptrace"* ]]
	[[ "$output" == *"callgate trace and audit cannot work here"$'\n''callgate ask and enforce cannot work here' ]]
	run "$FIXTURES/without" ptrace "$CALLGATE" doctor --json
	[ "$status" -eq 1 ]
	jq -e '.trace_works == false and .enforce_works == false' <<<"$output"
}

