# Completions, in the shells themselves.

# The scripts for other shells have variables of their own.
# shellcheck disable=SC2016

load helper
load commands

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir bin home zsh
	touch some-file
	printf '#!/bin/sh\n' >bin/gated-command
	chmod +x bin/gated-command
	# fish completes only those commands that it finds.
	ln -s "$CALLGATE" bin/callgate
	PATH=$PWD/bin:$PATH
	# Nothing of the user's own comes in.
	export HOME=$PWD/home XDG_CONFIG_HOME=$PWD/home XDG_DATA_HOME=$PWD/home
}

need_shell() {
	command -v "$1" >/dev/null || skip "no $1 here"
}

# offered_by_SHELL LINE...: what the shell offers at the end of each line, one a
# line, after "# LINE".
offered_by_bash() {
	bash --norc -c '
		[ ! -e /usr/share/bash-completion/bash_completion ] || . /usr/share/bash-completion/bash_completion
		source <(callgate completions bash)
		compopt() { :; } # only works while completing
		for COMP_LINE; do
			printf "# %s\n" "$COMP_LINE"
			words=${COMP_LINE//=/ = } # bash takes this for a word
			COMP_WORDS=($words) COMP_TYPE=9 COMP_POINT=${#COMP_LINE} COMPREPLY=()
			[[ $words != *" " ]] || COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			_callgate
			printf "%s\n" "${COMPREPLY[@]}"
		done' bash "$@"
}

offered_by_fish() {
	callgate completions fish >callgate.fish
	fish -c '
		source callgate.fish
		for line in $argv
			echo "# $line"
			complete --do-complete=$line
		end' -- "$@" | cut -f 1
}

offered_by_zsh() {
	callgate completions zsh >zsh/_callgate
	# A question that nobody answers would hold it up for ever.
	timeout "$DEADLINE" zsh -f "$SOURCE/tests/e2e/complete.zsh" zsh "$@" 3>&- | grep -v '^-*$'
}

# Makes of "# LINE" and words lines of the form "LINE|WORD...", the words sorted.
as_table() {
	awk '/^# / { at = NR; print NR, 0, substr($0, 3) "|"; next } NF { print at, 1, $0 }' |
		sort -u -k 1,1n -k 2,2n -k 3 |
		awk '{ head = $2 == 0; sub(/^[0-9]+ [01] /, "") }
			head { if (NR > 1) print line; line = $0; blank = ""; next }
			{ line = line blank $0; blank = " " }
			END { print line }'
}

# offers SHELL <<TABLE: for each line what is offered where the | is.
offers() {
	local lines table
	table=$(sed 's/| */|/')
	mapfile -t lines < <(cut -d '|' -f 1 <<<"$table")
	expect_same "$table" "$("offered_by_$1" "${lines[@]}" | as_table)"
}

@test "an unknown shell has no completions" {
	run callgate completions tcsh
	[ "$status" -eq 125 ]
	[[ "$output" == *tcsh*bash* ]]
	run callgate completions
	[ "$status" -eq 125 ]
}

# What is callgate's own, and what it runs.
own_table() {
	cat <<-END
		callgate doct|                          doctor
		callgate gated-c|                       gated-command
		callgate trace gated-c|                 gated-command
		callgate trace --time |                 abs none rel
		callgate enforce -p p.yaml --color |    always auto never
		callgate completions |                  bash fish zsh
		callgate -o some|                       some-file
		callgate check some|                    some-file
		callgate audit --denied|                --denied-only
		callgate gated-command some|            some-file
		callgate gated-command --denied|
	END
}

# The same, as if ls stood alone, whatever stands before it.
ls_table() {
	for begin in '' '-k3 ' '-- ' 'trace -- ' 'enforce -p p.yaml --time abs ' 'audit --log=l -- '; do
		echo "callgate ${begin}ls --al|--all --almost-all"
		echo "callgate ${begin}ls --denied|"
		echo "callgate ${begin}gated-c|gated-command"
	done
}

@test "bash completes callgate's own words" {
	own_table | offers bash
	offers bash <<<'callgate --time=a|abs'
}

@test "bash completes the command to run as if it stood alone" {
	[ -e /usr/share/bash-completion/bash_completion ] || skip "no bash-completion here"
	ls_table | offers bash
}

@test "fish completes callgate's own words" {
	need_shell fish
	own_table | offers fish
	offers fish <<<'callgate --time=a|--time=abs'
}

@test "fish completes the command to run as if it stood alone" {
	need_shell fish
	ls_table | offers fish
}

@test "zsh completes callgate's own words" {
	need_shell zsh
	own_table | offers zsh
	offers zsh <<<'callgate --time=a|abs'
}

@test "zsh completes the command to run as if it stood alone" {
	need_shell zsh
	ls_table | offers zsh
}

@test "each shell completes every option that help lists, for each command" {
	[ "$(commands | wc -l)" -ge 3 ]
	for command in $(commands); do
		options_of "$command" | grep -qx -- --help
		echo "callgate $command -|$(options_of "$command" | sort | xargs)"
	done >table
	for shell in bash fish zsh; do
		if command -v "$shell" >/dev/null; then
			offers "$shell" <table
		fi
	done
}
