# A command that goes to another root before it runs the program it is for: the
# programs that the policy names are then those of that root.

load judged

# The directory `root` with copies of programs, which are other files than the originals.
make_root() {
	local program library
	for program in "$@"; do
		mkdir -p "root$(dirname "$program")"
		cp -L "$program" "root$program"
		for library in $(ldd "$program" | grep -o '/[^ ]*'); do
			mkdir -p "root$(dirname "$library")"
			cp -L "$library" "root$library"
		done
	done
}

# What bash may do, and nobody else.
policy_for_bash() {
	make_root /usr/bin/bash
	policy <<-POLICY
		default: {exec: deny, spawn: allow, socket: allow}
		syscalls: {allow: [chroot$1]}
		rules:
		  - {id: programs, exec: [/usr/sbin/chroot, /usr/bin/unshare, /usr/bin/bwrap, /usr/bin/sh, /usr/bin/bash], verdict: allow}
		  - {id: bash-reaches, exe: ${2:-/usr/bin/bash}, connect: "127.0.0.1:1", verdict: allow}
	POLICY
}

connects='echo >/dev/tcp/127.0.0.1/1; echo >/dev/tcp/127.0.0.1/2'

expect_one_allowed() {
	expect_event '.call == "connect" and .args.port == 1 and .rule.id == "bash-reaches"'
	expect_event '.call == "connect" and .args.port == 2 and (.would // .verdict) == "deny"'
	expect_events 1 '.type == "warning" and .code == "policy.root"'
}

needs_root() {
	is_root || skip 'only root can change its root so'
}

@test "chroot DIR PROGRAM: rules mean the program in DIR, from its exec on" {
	needs_root
	policy_for_bash
	run enforce chroot root /usr/bin/bash -c "$connects"
	expect_one_allowed
	expect_event '.call == "execve" and .exe == "/usr/sbin/chroot" and .verdict == "allow" and
		.rule.id == "programs" and .args.path == "/usr/bin/bash"'
	run audit chroot root /usr/bin/bash -c "$connects"
	expect_one_allowed
	run enforce --backend ptrace unshare -R root /usr/bin/bash -c "$connects"
	expect_one_allowed
}

@test "files are those of callgate's root: in another, no path tells where a Unix socket would be" {
	needs_root
	"$CALLGATE" doctor --json | jq -e '.. | objects | select(.name? == "Landlock") | .works' \
		>/dev/null || skip 'this kernel has no Landlock'
	mkdir work
	mkdir -p "root$PWD/work"
	policy <<-'POLICY'
		default: allow
		files: {write: [work]}
		syscalls: {allow: chroot}
	POLICY
	code='import os, socket, sys
os.chroot("root") if len(sys.argv) > 2 else None
socket.socket(socket.AF_UNIX).bind(sys.argv[1])'
	run enforce /usr/bin/python3 -c "$code" "$PWD/work/socket" there
	[[ "$output" == *PermissionError* ]]
	[ ! -e "root$PWD/work/socket" ]
	expect_event '.call == "bind" and .verdict == "deny" and .reason == "files.write"'
	enforce /usr/bin/python3 -c "$code" "$PWD/work/socket"
	[ -S work/socket ]
}

@test "links are followed in that root" {
	needs_root
	policy_for_bash '' /opt/tool
	mkdir root/opt
	ln -s /etc/alternatives/tool root/opt/tool
	mkdir -p root/etc/alternatives
	ln -s ../../usr/bin/bash root/etc/alternatives/tool
	run enforce chroot root /usr/bin/bash -c "$connects"
	expect_one_allowed
	expect_no_event '.code == "policy.load" and (.text | test("/opt/tool"))'
}

@test "bwrap, by whoever may have user namespaces" {
	command -v bwrap >/dev/null || skip 'there is no bwrap here'
	policy_for_bash ', mount, umount2, pivot_root, "clone:newuser", "unshare:newuser"'
	bwrap --unshare-user --bind root / /usr/bin/bash -c : || skip 'bwrap does not work here'
	run enforce bwrap --unshare-user --bind root / /usr/bin/bash -c "$connects"
	expect_one_allowed
}

@test "only the first exec counts: a root that is made later lends nobody a name" {
	needs_root
	policy_for_bash
	run enforce sh -c 'chroot root /usr/bin/bash -c "exit 0"; echo $?'
	grep -qx 126 <<<"$output"
	expect_event '.call == "execve" and .args.path == "/usr/bin/bash" and .verdict == "deny" and
		.reason == "identity.changed"'
	expect_no_event '.code == "policy.root"'
	run enforce chroot root /usr/bin/bash -c 'exec -a again /usr/bin/bash -c "exit 0"'
	[ "$status" -eq 0 ]
	sed -i 's|/usr/bin/bash\], v|/usr/bin/bash, /usr/bin/env], v|' policy.yaml
	run enforce env X=1 chroot root /usr/bin/bash -c 'exit 0'
	[ "$status" -eq 126 ]
	expect_event '.args.path == "/usr/bin/bash" and .verdict == "deny" and
		.reason == "identity.changed" and (.advice | test("or one of another root directory"))'
	run enforce chroot / sh -c "chroot $PWD/root /usr/bin/bash -c 'exit 0'; echo \$?"
	expect_event '.args.path == "/usr/bin/bash" and .reason == "identity.changed"'
}

@test "a program in that root that is replaced later is another one" {
	needs_root
	policy_for_bash
	mkdir root/usr/bin/new
	cp root/usr/bin/bash root/usr/bin/new/bash
	chmod +x root/usr/bin/new/bash
	make_root /usr/bin/mv
	sed -i 's|/usr/bin/bash\], v|/usr/bin/bash, /usr/bin/mv], v|' policy.yaml
	run enforce chroot root /usr/bin/bash -c \
		'/usr/bin/mv /usr/bin/new/bash /usr/bin/bash; /usr/bin/bash -c "exit 0"'
	[ "$status" -eq 126 ]
	expect_event '.reason == "identity.changed" and .args.path == "/usr/bin/bash"'
}

@test "a policy that is loaded again is for that root, too" {
	needs_root
	make_root /usr/bin/bash "$FIXTURES/connect_both"
	policy <<-POLICY
		default: {exec: allow, spawn: allow, socket: allow}
		syscalls: {allow: chroot}
		rules: [{id: before, exe: $FIXTURES/connect_both, connect: "127.0.0.2", verdict: allow}]
	POLICY
	"$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		chroot root "$FIXTURES/connect_both" stop >said 2>&1 3>&- &
	GATE=$!
	eventually grep -q '"before"' "$LOG"
	sed -i 's/before/after/' policy.yaml
	kill -HUP "$GATE"
	eventually grep -q '"id":"after".*"verdict":"allow"\|"verdict":"allow".*"id":"after"' "$LOG"
	touch root/stop
	wait "$GATE"
}

@test "when the policy cannot be read again, nothing in that root is what it names" {
	needs_root
	policy_for_bash
	run "$CALLGATE" enforce -p <(cat policy.yaml) --log "$LOG" -o "$TEXT" \
		chroot root /usr/bin/bash -c "$connects"
	[ "$status" -eq 126 ]
	expect_event '.code == "policy.root" and (.text | test("could not be looked up there"))'
	expect_event '.args.path == "/usr/bin/bash" and .verdict == "deny"'
}

@test "the exec waits until its programs were looked up, and nobody else does" {
	needs_root
	policy_for_bash
	seq 60000 | awk '{ printf "10.%d.%d.%d\n", int($1 / 65536), int($1 / 256) % 256, $1 % 256 }' >many
	sed -i 's|/usr/bin/bash\], v|/usr/bin/bash, /usr/bin/python3], v|' policy.yaml
	echo '  - {exe: /usr/bin/python3, connect: ["file:many", "127.0.0.9"], verdict: allow}' >>policy.yaml
	cat >both.py <<-'PYTHON'
		import os, socket
		parent = os.getpid()
		pid = os.fork()
		if pid == 0:
		    while os.getppid() == parent:
		        socket.socket(2, 2).connect_ex(("127.0.0.9", 9))
		os.chroot("root")
		os.execv("/usr/bin/bash", ["bash", "-c", f"kill {pid}"])
	PYTHON
	enforce /usr/bin/python3 both.py
	begun=$(jq -r 'select(.call == "chroot") | .mono_ns' "$LOG")
	rooted=$(jq -r 'select(.code == "policy.root") | .mono_ns' "$LOG")
	# Of the child's connects only: a shell may have one to nscd(8).
	allowed='.call == "connect" and .args.address == "127.0.0.9" and .verdict == "allow"'
	[ "$(count_events "$allowed and .mono_ns > $begun and .mono_ns < $rooted")" -gt 0 ]
	# Its program is not one of that root: from then on it may not.
	expect_no_event "$allowed and .mono_ns > $rooted"
}

@test "a process with mounts of its own: what runs is what lies there" {
	mkdir other
	cp -L /usr/bin/id other/true
	policy <<-POLICY
		default: {exec: deny, spawn: allow, socket: allow}
		syscalls: {allow: [mount, umount2, mount_setattr, open_tree, move_mount, "clone:newuser", "unshare:newuser"]}
		rules: [{id: named, exec: [/usr/bin/unshare, /usr/bin/sh, /usr/bin/mount, /usr/bin/true], verdict: allow}]
	POLICY
	swap='mount --bind other/true /usr/bin/true'
	unshare -rm sh -c "$swap" || skip 'no mounts of its own here'
	# The first one runs as ever, before; the one with the mount is denied, and not killed.
	run enforce sh -c "/usr/bin/true; /usr/bin/true; echo \$?
		unshare -rm sh -c '$swap; /usr/bin/true; echo \$?'; /usr/bin/true; echo \$?"
	[[ "$output" == 0*126*0 ]]
	expect_event '.args.path == "/usr/bin/true" and .verdict == "deny" and
		.reason == "identity.changed"'
	expect_no_event '.reason == "exec.tampered"'
}
