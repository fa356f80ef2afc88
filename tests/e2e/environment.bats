# `env:` in a policy: what the command starts with, and that no program which
# rules name is run with code in its environment.

load judged

# The policy names cat; the rest of it is what comes in.
names_cat() {
	{
		echo 'default: allow'
		cat
		echo 'rules: [{id: reader, exe: /usr/bin/cat, connect: "*", verdict: allow}]'
	} | policy
}

@test "variables are set, removed and kept as the policy says" {
	policy <<-'POLICY'
		default: allow
		env:
		  set: {GREETING: "hello, world", EMPTY: ""}
		  remove: [SECRET, "AWS_*"]
		  keep: [AWS_REGION]
	POLICY
	SECRET=1 AWS_KEY=2 AWS_REGION=eu GREETING=old OTHER=stays enforce env >said
	grep -qx 'GREETING=hello, world' said
	grep -qx 'EMPTY=' said
	grep -qx 'AWS_REGION=eu' said
	grep -qx 'OTHER=stays' said
	! grep -q 'SECRET\|AWS_KEY\|old' said
}

@test "only what is kept, when everything is removed" {
	policy <<-'POLICY'
		default: allow
		env: {remove: "*", keep: [PATH, HOME]}
	POLICY
	SECRET=1 enforce env >said
	[ "$(cut -d= -f1 said | sort | xargs)" = 'HOME PATH' ]
}

@test "audit leaves the environment as it is" {
	policy <<-'POLICY'
		default: allow
		env: {remove: "*", set: {X: y}}
	POLICY
	SECRET=1 audit env >said
	grep -qx SECRET=1 said
	! grep -qx X=y said
}

@test "what puts code into programs is removed at the start where rules name some, with a warning" {
	names_cat <<<''
	LD_LIBRARY_PATH=/nowhere PYTHONPATH=/nowhere enforce sh -c 'env; cat /dev/null' >said
	! grep -q 'LD_LIBRARY_PATH\|PYTHONPATH' said
	expect_event '.type == "warning" and .code == "env.removed" and
		(.text | test("LD_LIBRARY_PATH") and test("PYTHONPATH"))'
	policy <<<'default: allow'
	PYTHONPATH=/nowhere enforce env >said
	grep -qx PYTHONPATH=/nowhere said
	expect_no_event '.type == "warning"'
}

@test "a program that rules name is not run with code in its environment" {
	names_cat <<<''
	run enforce sh -c 'LD_PRELOAD=/nowhere/x.so cat /dev/null'
	[ "$status" -eq 126 ]
	[[ "$output" == *'Permission denied'* ]]
	expect_event '.call == "execve" and .verdict == "deny" and .errno == "EACCES" and
		.reason == "env.code" and .env_code == "LD_PRELOAD" and .why != null and
		(.advice | test("keep: \\[LD_PRELOAD\\]"))'
	run enforce sh -c 'cd / && BASH_ENV=/x exec cat /dev/null'
	[ "$status" -eq 126 ]
	expect_event '.reason == "env.code" and .env_code == "BASH_ENV"'
}

@test "nor with modules of the directory that it happens to be in, or of its own choice" {
	echo 'print "other code\n"; 1' >Other.pm
	echo 'eval { require Other }; print "perl\n"' >asks.pl
	[ "$(PERL_USE_UNSAFE_INC=1 perl asks.pl)" = $'other code\nperl' ]
	policy <<-POLICY
		default: allow
		rules: [{exe: [$(readlink -f "$(command -v perl)"), /usr/bin/cat], connect: "*", verdict: allow}]
	POLICY
	run enforce sh -c 'perl asks.pl; PERL_USE_UNSAFE_INC=1 perl asks.pl; VIM=/x cat /dev/null'
	[ "$status" -eq 126 ]
	[ "$(grep -cx 'other code' <<<"$output")" -eq 0 ]
	grep -qx perl <<<"$output"
	expect_event '.reason == "env.code" and .env_code == "PERL_USE_UNSAFE_INC"'
	expect_event '.reason == "env.code" and .env_code == "VIM"'
}

@test "of a variable that is there twice, each is looked at" {
	names_cat <<<''
	cat >twice.c <<-'C'
		#include <unistd.h>
		int main(int argc, char **argv)
		{
			char *env[] = { argv[1], argv[2], 0 };
			return argc < 3 ? 2 : execve("/usr/bin/cat", (char *[]){ "cat", "/dev/null", 0 }, env), 3;
		}
	C
	gcc -o twice twice.c
	run enforce ./twice LD_PRELOAD= LD_PRELOAD=/nowhere/x.so
	[ "$status" -eq 3 ]
	expect_event '.reason == "env.code" and .env_code == "LD_PRELOAD"'
	run enforce ./twice LD_PRELOAD=/nowhere/x.so LD_PRELOAD=
	[ "$status" -eq 3 ]
	# None of these is one to ld.so or to a shell.
	for entry in LD_PRELOAD =LD_PRELOAD=/x ld_preload=/x; do
		enforce ./twice "$entry" A=1
	done
}

@test "others are, and so is one with an empty variable" {
	names_cat <<<''
	enforce sh -c 'PYTHONPATH=/nowhere true; LD_PRELOAD= cat /dev/null'
	expect_no_event '.verdict == "deny"'
}

@test "what the policy keeps is passed on" {
	names_cat <<<'env: {keep: [LD_LIBRARY_PATH]}'
	LD_LIBRARY_PATH=/nowhere enforce sh -c 'LD_LIBRARY_PATH=/x cat /dev/null; env' >said
	grep -qx LD_LIBRARY_PATH=/nowhere said
	run enforce sh -c 'LD_PRELOAD=/nowhere/x.so cat /dev/null'
	[ "$status" -eq 126 ]
}

@test "a rule that only denies lends nobody its name" {
	policy <<-POLICY
		default: allow
		rules: [{exe: /usr/bin/cat, connect: "*", verdict: deny}]
	POLICY
	enforce sh -c 'LD_LIBRARY_PATH=/nowhere cat /dev/null'
	expect_no_event '.verdict == "deny"'
}

@test "scripts and ancestors that rules name count, too" {
	printf '#!/bin/sh\necho ran\n' >script
	chmod +x script
	policy <<-POLICY
		default: allow
		rules: [{script: $PWD/script, connect: "*", verdict: allow}]
	POLICY
	[ "$(enforce ./script)" = ran ]
	run enforce sh -c 'BASH_ENV=x ./script'
	[ "$status" -eq 126 ]
	policy <<-POLICY
		default: allow
		rules: [{lineage: /usr/bin/cat, connect: "*", verdict: allow}]
	POLICY
	run enforce sh -c 'LD_PRELOAD=x cat /dev/null'
	[ "$status" -eq 126 ]
}

@test "audit says what would be, and not of what enforce would have removed" {
	names_cat <<<''
	LD_LIBRARY_PATH=/nowhere audit sh -c 'cat /dev/null; LD_PRELOAD=/nowhere/x.so cat /dev/null'
	expect_events 1 '.reason == "env.code"'
	expect_event '.would == "deny" and .verdict == "allow" and .env_code == "LD_PRELOAD"'
	run "$CALLGATE" check policy.yaml --against "$LOG"
	[[ "$output" == *'0 of 5 verdicts are not those recorded'* ]]
}

# A copy of the fixture, which rules name.
attack_environment() {
	cp "$FIXTURES/attack_environment" named
	policy <<-POLICY
		default: allow
		rules: [{exe: $PWD/named, connect: "*", verdict: allow}]
	POLICY
	"$@" "$FIXTURES/attack_environment" "$PWD/named" 400 4 >attack
}

@test "nor of what the policy itself removes" {
	names_cat <<<'env: {remove: [PYTHONPATH]}'
	PYTHONPATH=/nowhere audit cat /dev/null
	expect_no_event '.would == "deny"'
	PYTHONPATH=/nowhere enforce cat /dev/null
	expect_no_event '.verdict == "deny"'
}

# Some are killed: they got past the first look, and were caught by the one at what runs.
rename_is_held() {
	rm -f "$LOG"
	attack_environment enforce || { escaped=yes; return 0; }
	expect_event '.call == "execve" and .verdict == "kill" and .reason == "exec.tampered" and
		.env_code == "PERL5OPT"'
}

@test "a variable cannot be renamed under the look at it: in audit it can" {
	local escaped=
	attack_environment audit || true
	expect_escapes attack
	eventually rename_is_held
	[ -z "$escaped" ]
	expect_no_escape attack
}

@test "a named program whose environment cannot be looked at again is killed; others run" {
	local preload=LD_PRELOAD=$FIXTURES/environ_never.so
	env "$preload" "$CALLGATE" --version || skip 'callgate is built with a sanitizer'
	names_cat <<<''
	run env "$preload" "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		sh -c 'env true && cat /dev/null; echo "ended with $?"'
	[ "$status" -eq 0 ]
	[[ "$output" == *'ended with 137'* ]]
	expect_events 1 '.verdict != "allow" and .type == "call"'
	expect_event '.call == "execve" and .verdict == "kill" and .reason == "unreadable" and
		(.advice | test("environment"))'
	run "$CALLGATE" check policy.yaml --against "$LOG"
	[[ "$output" == *$'\n0 of '*' verdicts are not those recorded'* ]]
}

@test "an environment too large to look at at once is looked at all the same" {
	names_cat <<<''
	code='import os
env = {f"V{i}": "x" * 1000 for i in range(1000)}
env["LD_PRELOAD"] = "/nowhere/x.so"
os.execve("/usr/bin/cat", ["cat", "/dev/null"], env)'
	run enforce /usr/bin/python3 -c "$code"
	[ "$status" -ne 0 ]
	expect_event '.call == "execve" and (.verdict == "deny" or .verdict == "kill")'
}
