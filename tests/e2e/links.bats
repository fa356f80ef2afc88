# A program is the file that its path leads to: rules may name it by a link or as it
# is, and it may be run by either.

load judged

# A program that connects to 127.0.0.1:1 where it is allowed to.
connects='import socket
print("denied" if socket.socket().connect_ex(("127.0.0.1", 1)) == 13 else "allowed")'

# What the rule with this who lets pass, and nothing else.
policy_for() {
	policy <<-POLICY
		default: {exec: allow, spawn: allow, socket: allow}
		rules: [{id: named, $1, connect: "127.0.0.1:1", verdict: allow}]
	POLICY
}

# expect_named_by NAMES -- COMMAND...: whichever of the names a rule has, the command may connect.
expect_named_by() {
	local names=() name
	while [ "$1" != -- ]; do
		names+=("$1")
		shift
	done
	shift
	for name in "${names[@]}"; do
		policy_for "$name"
		run enforce "$@"
		[ "${lines[-1]}" = allowed ] && continue
		echo "$name: $*: $output"
		return 1
	done
	policy_for 'exe: /usr/bin/cat'
	run enforce "$@"
	[ "${lines[-1]}" = denied ]
}

real_python() {
	readlink -f /usr/bin/python3
}

@test "a link, /usr/bin/python3, and what it leads to" {
	local real
	real=$(real_python)
	[ "$real" != /usr/bin/python3 ] || skip '/usr/bin/python3 is no link here'
	expect_named_by 'exe: /usr/bin/python3' "exe: $real" -- /usr/bin/python3 -c "$connects"
	expect_named_by 'exe: /usr/bin/python3' "exe: $real" -- "$real" -c "$connects"
}

@test "/bin and /usr/bin, where one is a link to the other" {
	[ -L /bin ] || skip '/bin is no link here'
	expect_named_by 'exe: /bin/python3' 'exe: /usr/bin/python3' -- /bin/python3 -c "$connects"
	policy <<-'POLICY'
		default: {spawn: allow}
		rules: [{exec: [/bin/sh, /usr/bin/true], verdict: allow}]
	POLICY
	enforce /usr/bin/sh -c '/bin/true && /usr/bin/true'
	expect_no_event '.verdict == "deny"'
}

@test "alternatives: a link to a link that is changed by whoever administers them" {
	command -v update-alternatives >/dev/null || skip 'there are no alternatives here'
	mkdir bin chosen admin
	update-alternatives --quiet --altdir "$PWD/chosen" --admindir "$PWD/admin" --log "$PWD/said" \
		--install "$PWD/bin/tool" tool /usr/bin/python3 1
	[ "$(readlink bin/tool)" = "$PWD/chosen/tool" ]
	expect_named_by "exe: $PWD/bin/tool" "exe: $PWD/chosen/tool" "exe: $(real_python)" -- \
		bin/tool -c "$connects"
	expect_named_by "exe: $PWD/bin/tool" -- /usr/bin/python3 -c "$connects"
}

@test "a virtualenv's python" {
	/usr/bin/python3 -m venv --without-pip env || skip 'python has no venv here'
	expect_named_by "exe: $PWD/env/bin/python" "exe: $PWD/env/bin/python3" \
		"exe: $(real_python)" -- env/bin/python -c "$connects"
	run enforce env/bin/python -c 'import sys; print(sys.prefix)'
	[ "${lines[-1]}" = "$PWD/env" ]
}

@test "a script, pip, by its own path, by a link to it, and by its interpreter" {
	/usr/bin/python3 -m venv --without-pip env || skip 'python has no venv here'
	printf '#!%s/env/bin/python\n%s\n' "$PWD" "$connects" >env/bin/pip
	chmod +x env/bin/pip
	ln -s pip env/bin/pip3
	for command in env/bin/pip env/bin/pip3; do
		expect_named_by "script: $PWD/env/bin/pip" "script: $PWD/env/bin/pip3" \
			"lineage: $PWD/env/bin/pip" "exe: $PWD/env/bin/python" \
			"exe: $(real_python)" -- "$command"
	done
	policy_for "script: $PWD/env/bin/pip"
	run enforce env/bin/python env/bin/pip
	[ "${lines[-1]}" = denied ]
}

@test "a script may be run where the policy has its path, a link to it, or its interpreter" {
	printf '#!/usr/bin/python3\nprint("ran")\n' >pip
	chmod +x pip
	ln -s pip pip3
	for name in "$PWD/pip" "$PWD/pip3" /usr/bin/python3 "$(real_python)"; do
		policy <<<"default: deny
rules: [{exec: \"$name\", verdict: allow}]"
		[ "$(enforce ./pip)" = ran ]
		[ "$(enforce ./pip3)" = ran ]
	done
}
