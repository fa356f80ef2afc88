# ELF interpreters (ld.so) that are run by themselves: a way to run any program
# that no rule on exec would be asked about.

load judged

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	# shellcheck disable=SC2034 # helper.bash has use for both
	LOG=$BATS_TEST_TMPDIR/log.jsonl TEXT=$BATS_TEST_TMPDIR/text
	LOADER=$(readelf -l /bin/sh | sed -n 's/.*interpreter: \(.*\)]/\1/p')
}

# Everything may run, by a pattern; but no id.
policy_without_id() {
	policy <<-'POLICY'
		default: {exec: allow, spawn: allow, socket: allow, connect: deny, bind: deny}
		rules:
		  - {exec: /usr/bin/id, verdict: deny}
		  - {exec: "/**", verdict: allow}
	POLICY
}

# By a shell, so that the command itself is not what is denied.
by_shell() {
	"$1" sh -c '"$@"; echo status $?' sh "${@:2}"
}

@test "without callgate, and under audit, it runs a program that a rule forbids" {
	policy_without_id
	[ "$("$LOADER" /usr/bin/id -u)" = "$(id -u)" ]
	[[ "$(by_shell audit "$LOADER" /usr/bin/id -u)" == "$(id -u)"* ]]
	expect_events 1 '.would == "deny" and .reason == "exec.interpreter" and
		.program_elf_interpreter and (.program | test("ld-"))'
}

@test "enforce denies it, for a reason of its own, and says what to do" {
	policy_without_id
	[ "$(by_shell enforce "$LOADER" /usr/bin/id -u)" = 'status 126' ]
	expect_events 1 '.verdict == "deny" and .reason == "exec.interpreter" and
		.errno == "EACCES" and .target_elf_interpreter and
		(.advice | test("is an ELF interpreter.*name it: exec: /"))'
	grep -q 'DENY .*EACCES  exec.interpreter' "$TEXT"
}

@test "as the command itself, too: 126, with the rule to write" {
	policy_without_id
	run enforce "$LOADER" /usr/bin/true
	[ "$status" -eq 126 ]
	[[ "$output" == *"exec.interpreter"*"{exec: $(readlink -f "$LOADER"), verdict: allow}"* ]]
}

@test "a copy of it, a link to it, a script for it, one without a name: all are denied" {
	policy_without_id
	cp "$LOADER" copy
	ln -s "$LOADER" link
	printf '#!%s /usr/bin/id\n' "$LOADER" >script
	chmod +x script
	for way in ./copy ./link ./script; do
		[ "$(by_shell enforce "$way" /usr/bin/id -u)" = 'status 126' ]
		expect_events 1 '.verdict == "deny" and .reason == "exec.interpreter"'
	done
	[[ "$(enforce python3 - "$LOADER" <<-'PYTHON'
		import os, sys
		fd = os.memfd_create("loader")
		os.write(fd, open(sys.argv[1], "rb").read())
		try:
		    os.execve(fd, ["loader", "/usr/bin/id", "-u"], {})
		except OSError as e:
		    print("refused", e.errno)
	PYTHON
	)" == 'refused 13' ]]
	expect_events 1 '.verdict == "deny" and .reason == "exec.interpreter" and .target_nameless'
}

@test "the i386 one as well" {
	[ -x /lib/ld-linux.so.2 ] || skip 'no i386 interpreter here'
	policy_without_id
	[ "$(by_shell enforce /lib/ld-linux.so.2 --version)" = 'status 126' ]
	expect_events 1 '.verdict == "deny" and .reason == "exec.interpreter"'
}

@test "a rule that names it allows it; what it runs is seen as what it is" {
	policy <<-POLICY
		default: allow
		rules:
		  - {id: loader, exec: $LOADER, verdict: allow}
	POLICY
	[[ "$(by_shell enforce "$LOADER" /usr/bin/id -u)" == "$(id -u)"* ]]
	expect_events 1 '.verdict == "allow" and .rule.id == "loader" and .program_elf_interpreter and
		(.program | test("/ld-")) and .args.argv[1] == "/usr/bin/id"'
	expect_event ".type == \"exit\" and .exe == \"$(readlink -f "$LOADER")\""
}

@test "programs that need none, static and static-pie, are not taken for one" {
	echo 'int main(void) { return 7; }' >main.c
	for kind in -static -static-pie; do
		gcc $kind -o program main.c
		policy_without_id
		run -7 enforce ./program
		expect_no_event '.reason == "exec.interpreter"'
	done
}

@test "explain and check know it" {
	policy <<-POLICY
		default: allow
		rules:
		  - {exec: "/**", verdict: allow}
	POLICY
	run -0 "$CALLGATE" explain policy.yaml exec "$LOADER"
	[[ "$output" == 'deny EACCES by exec.interpreter'* ]]
	[[ "$output" == *'policy.yaml:4 does not match: '*' is an ELF interpreter'* ]]
	printf '  - {exec: %s, verdict: allow}\n' "$LOADER" >>policy.yaml
	run -1 "$CALLGATE" check policy.yaml
	[[ "$output" == *'policy.yaml:5:'*'[exec.interpreter]'* ]]
	[[ "$output" != *'rule.covered'* ]]
	run -0 "$CALLGATE" explain policy.yaml exec "$LOADER"
	[[ "$output" == 'allow by policy.yaml:5'* ]]
}

@test "a program that is overwritten once it has run is looked at anew" {
	policy_without_id
	cp -L /usr/bin/true tool
	printf '#!/bin/sh\nexit 7\n' >script
	sleep 2.2 # of files that were changed just now nothing is remembered
	run enforce sh -c "./tool; ./tool; cat script >tool; ./tool; echo \$?
		cat $LOADER >tool; ./tool /usr/bin/id; echo \$?"
	[[ "$output" == 7*126 ]]
	expect_events 2 '.call == "execve" and .verdict == "allow" and
		(.program // "" | endswith("/tool"))'
	expect_events 1 '.call == "execve" and .result == 0 and
		(.program_script // "" | endswith("/tool"))'
	expect_events 1 '.verdict == "deny" and .reason == "exec.interpreter" and
		(.target | endswith("/tool"))'
}
