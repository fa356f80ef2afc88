# callgate check: what it says of a policy, its exit status, and the examples of
# docs/policy.md.

load helper

# Writes the policy whose rules come on standard input.
policy() {
	{ printf 'version: 1\ndefault: deny\nrules:\n'; cat; } >"$1"
}

# callgate with a network that has nobody in it, so that names are asked of nobody.
offline() {
	if [ "$(id -u)" -eq 0 ]; then
		unshare -n "$CALLGATE" "$@"
	else
		unshare -rn "$CALLGATE" "$@"
	fi
}

need_offline() {
	offline --version >/dev/null 2>&1 || skip "no network namespace can be made here"
}

@test "a policy with nothing to mend is silence and status 0" {
	policy good.yaml <<-'END'
		  - {id: one, connect: "10.0.0.0/8", verdict: deny}
	END
	run --separate-stderr "$CALLGATE" check good.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
	[ "$stderr" = "" ]
}

@test "a finding is a line with place and code, and status 1" {
	policy covered.yaml <<-'END'
		  - {id: all, connect: "10.0.0.0/8", verdict: deny}
		  - {id: part, connect: "10.1.0.0/16", verdict: ask}
	END
	run --separate-stderr "$CALLGATE" check covered.yaml
	[ "$status" -eq 1 ]
	[ "$output" = "covered.yaml:5:5: never decides: all it matches gets deny before, from all\
 (covered.yaml:4); put it before that rule, or remove it [rule.covered]" ]
	[ "$stderr" = "" ]
}

@test "a program that does not exist is told, with what to do" {
	policy absent.yaml <<-'END'
		  - exe: /nowhere/program
		    spawn: true
		    verdict: deny
	END
	run --separate-stderr "$CALLGATE" check absent.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == "absent.yaml:4:10: /nowhere does not exist: install it, or correct the path;"*" [load]" ]]
}

@test "a dangling link is told with the step that fails" {
	ln -s "$PWD/b" a
	ln -s "$PWD/none" b
	policy dangling.yaml <<-END
		  - {exe: $PWD/a, spawn: true, verdict: deny}
	END
	run --separate-stderr "$CALLGATE" check dangling.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == *"link 2, $PWD/b -> $PWD/none, leads on: $PWD/none does not exist"* ]]
}

@test "a loop of links is told" {
	ln -s loop loop
	policy loop.yaml <<-END
		  - {exe: $PWD/loop, spawn: true, verdict: deny}
	END
	run --separate-stderr "$CALLGATE" check loop.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == *"link 41 is $PWD/loop -> loop: they go in a circle"* ]]
}

@test "an allowed program that everybody may write is told" {
	cp /bin/true program
	chmod 777 program
	policy writable.yaml <<-END
		  - {exe: $PWD/program, spawn: true, verdict: allow}
	END
	run --separate-stderr "$CALLGATE" check writable.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == *"$PWD/program may be written by everybody: "*"[program.writable]"* ]]
}

@test "a name that does not resolve is told" {
	policy name.yaml <<-'END'
		  - {connect: "tcp:callgate.invalid:443", verdict: deny}
	END
	need_offline
	run --separate-stderr offline check name.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == "name.yaml:4:15: callgate.invalid does not resolve"*" [name.unresolved]" ]]
}

@test "notes alone are status 0" {
	[ "$(id -u)" -eq 0 ] || skip "every file here is the tester's, and said to be"
	mkdir -p /usr/local/libexec
	script=$(mktemp /usr/local/libexec/callgate-test-XXXXXX)
	printf '#!/bin/sh\n' >"$script"
	chmod 755 "$script"
	policy note.yaml <<-END
		  - {script: $script, bind: "127.0.0.1:1", verdict: allow}
	END
	run --separate-stderr "$CALLGATE" check note.yaml
	rm "$script"
	[ "$status" -eq 0 ]
	[[ "$output" == "note.yaml:4:14: note: a script is "*" [identity.script]" ]]
}

@test "several files are one policy" {
	policy one.yaml <<-'END'
		  - {id: all, connect: "*", verdict: deny}
	END
	printf 'version: 1\nrules:\n  - {id: more, connect: "10.0.0.1", verdict: deny}\n' >two.yaml
	run --separate-stderr "$CALLGATE" check one.yaml two.yaml
	[ "$status" -eq 1 ]
	[[ "$output" == "two.yaml:3:5: never decides:"*"all (one.yaml:4)"* ]]
}

@test "a policy that cannot be loaded is status 125, with the place on standard error" {
	policy wrong.yaml <<-'END'
		  - {id: one, conect: "10.0.0.0/8", verdict: deny}
	END
	run --separate-stderr "$CALLGATE" check wrong.yaml
	[ "$status" -eq 125 ]
	[ "$output" = "" ]
	[[ "$stderr" == "callgate: wrong.yaml:4:15: "*"conect"*"connect"* ]]
	run --separate-stderr "$CALLGATE" check absent.yaml
	[ "$status" -eq 125 ]
	[[ "$stderr" == "callgate: "*"absent.yaml"*"No such file or directory"* ]]
	run --separate-stderr "$CALLGATE" check
	[ "$status" -eq 125 ]
}

@test "what the files are called harms no terminal" {
	name=$'evil\e[2J.yaml'
	policy "$name" <<-'END'
		  - {connect: "*", verdict: deny}
		  - {connect: "10.0.0.1", verdict: deny}
	END
	run --separate-stderr "$CALLGATE" check "$name"
	[ "$status" -eq 1 ]
	[[ "$output" != *$'\e'* ]]
	echo "nonsense" >"$name"
	run --separate-stderr "$CALLGATE" check "$name"
	[ "$status" -eq 125 ]
	[[ "$stderr" != *$'\e'* ]]
}

# Every ```yaml block of the reference becomes a file; one that begins with a
# comment "# NAME.yaml" has that name, for others to include.
examples() {
	awk '
		/^```yaml/ { on = 1; n++; name = sprintf("example-%02d.yaml", n); next }
		/^```/ { on = 0 }
		on && /^# [a-z]+\.yaml$/ { name = $2 }
		on { print >name }
		END { exit n < 15 }
	' "$SOURCE/docs/policy.md"
}

@test "every example of the reference loads, and has no fault but what this machine lacks" {
	need_offline
	examples
	for file in *.yaml; do
		run --separate-stderr offline check "$file"
		[ "$status" -le 1 ] || { echo "$file: $stderr"; return 1; }
		faults=$(grep -vE '\[(load|name\.unresolved|identity\.script|network\.proxy|stack\.hint)\]$' <<<"$output" || true)
		[ "$faults" = "" ] || { echo "$file: $faults"; return 1; }
	done
}

# The keys that the loader has in its tables, a line each.
language_keys() {
	sed -nE 's/^\t\t\{ "([a-z0-9-]+)", [a-z0-9_]+ \},$/\1/p' "$SOURCE"/policy/load.c \
		"$SOURCE"/policy/load/*.c | sort -u
}

@test "the reference has an example for every key of the language, and every set of addresses" {
	examples
	[ "$(language_keys | wc -l)" -gt 40 ]
	for key in $(language_keys); do
		grep -qE "(^|[ {-])$key:" ./*.yaml || { echo "no example has $key"; return 1; }
	done
	for set in $(sed -nE 's/^\t\[SET_[A-Z_]+\] = \{ "([a-z-]+)".*/\1/p' "$SOURCE/policy/address_sets.c"); do
		grep -qF "| \`@$set\` |" "$SOURCE/docs/policy.md" || { echo "no @$set"; return 1; }
	done
}

@test "the reference lists every code that check gives" {
	for code in $(grep -rohE '"(rule|name|program|script|pattern|exec|identity|network|stack)\.[a-z]+"' \
		"$SOURCE"/policy/lint.c "$SOURCE"/policy/lint | tr -d '"' | sort -u) load; do
		grep -qF "| \`$code\` |" "$SOURCE/docs/policy.md" ||
			{ echo "$code is not there"; return 1; }
	done
}
