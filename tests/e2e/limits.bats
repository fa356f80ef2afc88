# `limits:`, `user:` and `group:` in a policy: what the command starts with.

load judged

@test "limits are the command's, and not callgate's" {
	policy <<-'POLICY'
		default: allow
		limits: {core: 0, nofile: 64, fsize: 8K, as: 2G, cpu: 50, nproc: 4000}
	POLICY
	enforce sh -c 'ulimit -c; ulimit -n; cat /proc/self/limits' >said
	[ "$(sed -n 1p said)" = 0 ]
	[ "$(sed -n 2p said)" = 64 ]
	grep -qE '^Max address space +2147483648 +2147483648' said
	grep -qE '^Max cpu time +50 +51' said
	grep -qE '^Max processes +4000 +4000' said
	run enforce sh -c 'head -c 100000 /dev/zero >big; wc -c <big'
	[[ "$output" == *8192* ]]
	run -0 enforce sh -c 'ulimit -n 32; ulimit -n'
	[ "$output" = 32 ]
}

@test "cpu: a loop ends by SIGXCPU" {
	policy <<<'default: allow
limits: {cpu: 1, core: 0}'
	run enforce /usr/bin/python3 -c 'while True: pass'
	[ "$status" -eq $((128 + 24)) ]
}

@test "nproc does not hold root, and a warning says so" {
	policy <<<'default: allow
limits: {nproc: 100}'
	enforce true
	if is_root; then
		expect_event '.type == "warning" and .code == "limits.nproc"'
	else
		expect_no_event '.type == "warning" and .code == "limits.nproc"'
	fi
}

@test "audit sets none of them" {
	policy <<<'default: allow
limits: {nofile: 17}
user: 65534'
	[ "$(audit sh -c 'ulimit -n; id -u')" = "$(ulimit -n)"$'\n'"$(id -u)" ]
}

# Root gives itself up: the directory must be readable by the other user.
needs_root() {
	is_root || skip 'only root can become another user'
}

@test "the command becomes the user, in its group and no other, without capabilities" {
	needs_root
	policy <<<'default: allow
user: 65534
group: 65533'
	enforce cat /proc/self/status >said
	grep -qE '^Uid:\s65534\s65534\s65534\s65534' said
	grep -qE '^Gid:\s65533\s65533\s65533\s65533' said
	grep -qE '^Groups:\s*$' said
	[ "$(grep -cE '^Cap(Inh|Prm|Eff|Bnd|Amb):\s0000000000000000$' said)" -eq 5 ]
	grep -qE '^NoNewPrivs:\s1' said
}

@test "root does not come back" {
	needs_root
	policy <<<'default: allow
user: 65534'
	code='import os, sys
tried = 0
for call in (lambda: os.setuid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgid(0),
             lambda: os.setgroups([0]), lambda: open("/etc/shadow"), lambda: os.kill(1, 0)):
    tried += 1
    try:
        call()
        sys.exit(9)
    except PermissionError:
        pass
print(tried)'
	[ "$(enforce /usr/bin/python3 -c "$code")" = 6 ]
	dir=$(mktemp -d /tmp/limits-XXXXXX)
	chmod 755 "$dir"
	install -m 4755 "$(command -v id)" "$dir/suid-id"
	who=$(enforce "$dir/suid-id" -u)
	rm -r "$dir"
	[ "$who" = 65534 ]
}

@test "root's keys are not the user's: its session keyring is another" {
	needs_root
	# keyctl(2): a new session keyring (1), and the search of it (10); add_key(2).
	make='import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.syscall(250, 1, None) < 0 or libc.syscall(248, b"user", b"callgate-test", b"x", 1, -3) < 0:
    sys.exit("no keys")
os.execv(sys.argv[1], sys.argv[1:])'
	find='import ctypes
libc = ctypes.CDLL(None, use_errno=True)
key = libc.syscall(250, 10, -3, b"user", b"callgate-test", 0)
print("reads it" if key > 0 and libc.syscall(250, 11, key, None, 0) >= 0 else "has none")'
	policy <<<'default: allow'
	/usr/bin/python3 -c "$make" /usr/bin/true || skip 'this kernel gives out no keys'
	[ "$(/usr/bin/python3 -c "$make" "$CALLGATE" enforce -p policy.yaml -o "$TEXT" \
		/usr/bin/python3 -c "$find")" = 'reads it' ]
	echo 'user: 65534' >>policy.yaml
	[ "$(/usr/bin/python3 -c "$make" "$CALLGATE" enforce -p policy.yaml -o "$TEXT" \
		/usr/bin/python3 -c "$find")" = 'has none' ]
}

@test "calls on behalf are made as that user" {
	needs_root
	policy <<<'default: allow
user: 65534'
	chmod 755 .
	mkdir closed open
	chmod 777 open
	code='import socket, sys, os
socket.socket(socket.AF_UNIX).bind(sys.argv[1])'
	run enforce /usr/bin/python3 -c "$code" closed/socket
	[ "$status" -ne 0 ]
	[ ! -e closed/socket ]
	enforce /usr/bin/python3 -c "$code" open/socket
	[ "$(stat -c %u open/socket)" = 65534 ]
}

@test "who is not root can only stay" {
	is_root && skip 'this is about who is not'
	policy <<<"default: allow
user: $(id -u)"
	enforce true
	policy <<<'default: allow
user: 1'
	run enforce true
	[ "$status" -eq 125 ]
	[[ "$output" == *'policy.yaml:3: only root can become another user'* ]]
}

@test "what rules say of the user is about the new one" {
	needs_root
	policy <<-'POLICY'
		default: {exec: allow, spawn: allow, socket: deny}
		user: 65534
		rules: [{uid: 65534, socket: inet, verdict: allow}]
	POLICY
	enforce /usr/bin/python3 -c 'import socket; socket.socket()'
	expect_event '.call == "socket" and .verdict == "allow" and .reason == "rule"'
}
