# Programs that would gain privileges when they are run, and under no_new_privs do not.

load judged

allow_all() {
	policy <<-'POLICY'
		default: allow
	POLICY
}

# A copy of id with the mode $1 that belongs to nobody: root's tests only.
nobodys_id() {
	is_root || skip 'only root can give files away'
	! findmnt -no OPTIONS -T . | grep -q nosuid || skip 'mounted with nosuid'
	cp /usr/bin/id program
	chown 65534:65534 program
	chmod "$1" program
}

@test "a set-user-ID program is warned of once, by its name, and then its end is its own" {
	nobodys_id 4755
	allow_all
	[ "$(./program -u)" = 65534 ]
	[ "$(enforce sh -c './program -u; ./program -u')" = $'0\n0' ]
	expect_events 1 '.type == "warning" and .code == "privileges.withheld" and
		(.exe | endswith("/program")) and (.text | test("program has the set-user-ID bit"))'
	[ "$(grep -c 'program has the set-user-ID bit' "$TEXT")" -eq 1 ]
}

@test "the line stands on standard error where the text does" {
	nobodys_id 4755
	allow_all
	run --separate-stderr "$CALLGATE" enforce -p policy.yaml ./program -u
	[ "$output" = 0 ]
	[[ "$stderr" == *'warning: '*'/program has the set-user-ID bit'* ]]
}

@test "a set-group-ID program is warned of; one without the group's execute bit is not" {
	nobodys_id 2755
	allow_all
	[ "$(enforce ./program -g)" = 0 ]
	expect_events 1 '.code == "privileges.withheld" and (.text | test("set-group-ID bit"))'
	chmod 2745 program
	enforce ./program -g
	expect_no_event '.type == "warning"'
}

@test "a program with capabilities is warned of when an ordinary user runs it" {
	nobodys_id 755
	allow_all
	chmod 755 "$BATS_TEST_TMPDIR"
	# VFS_CAP_REVISION_2 with CAP_NET_RAW, effective: linux/capability.h.
	python3 - <<-'PYTHON' || skip 'no file capabilities here'
		import os, struct
		caps = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)
		os.setxattr("program", "security.capability", caps)
	PYTHON
	enforce ./program -u
	expect_no_event '.type == "warning"'
	enforce setpriv --reuid=65534 --regid=65534 --clear-groups ./program -u
	expect_events 1 '.code == "privileges.withheld" and (.text | test("capabilities of its file"))'
}

@test "no warning where nothing is withheld: audit as root, and no_new_privs from outside" {
	nobodys_id 4755
	allow_all
	[ "$(audit ./program -u)" = 65534 ]
	expect_no_event '.type == "warning"'
	setpriv --no-new-privs "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" ./program -u
	expect_no_event '.type == "warning"'
}

@test "an ordinary user's trace warns of root's programs" {
	! is_root || skip 'for an ordinary user: unprivileged.bats runs it'
	local program
	program=$(find /usr/bin/ -perm -4000 -user root | head -n 1)
	[ -n "$program" ] || skip 'there is none here'
	gate "$program" --version || true
	expect_events 1 '.code == "privileges.withheld" and (.text | test("set-user-ID bit"))'
}
