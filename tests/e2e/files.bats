# `files:` in a policy: what the kernel lets the command write and read. Every
# test holds for root as for an ordinary user.

load judged

need_landlock() {
	"$CALLGATE" doctor --json | jq -e '.. | objects | select(.name? == "Landlock") | .works' \
		>/dev/null || skip 'this kernel has no Landlock'
}

# The directory `work` may be written, `outside` may not.
writable_work() {
	need_landlock
	mkdir work outside
	echo before >outside/file
	policy <<-POLICY
		default: allow
		files: {write: [${1:-work}]}
	POLICY
}

# A shell script that must fail for lack of permission.
refused() {
	run enforce sh -c "$1"
	[ "$status" -ne 0 ] && [[ "$output" == *'Permission denied'* ]] && return 0
	echo "$1: status $status: $output"
	return 1
}

@test "inside a writable root everything can be done, by child processes as well" {
	writable_work
	enforce sh -c 'cd work && mkdir a b && echo 1 >a/file && echo 2 >>a/file && mv a/file b/ &&
		ln -s file b/link && ln b/file a/hard && mkfifo b/fifo && truncate -s 1 b/file &&
		chmod 600 b/file && rm -r a b/fifo'
	[ "$(find work -type f | wc -l)" -eq 1 ]
	echo 'all: ; cp /etc/passwd work/' >Makefile
	enforce make -s
	[ -s work/passwd ]
}

@test "outside nothing can be written, and all can be read" {
	writable_work
	refused 'echo x >outside/file'
	refused 'echo x >>outside/file'
	refused 'echo x >outside/new'
	refused 'mkdir outside/new'
	refused 'rm outside/file'
	refused 'ln -s file outside/link'
	refused 'mkfifo outside/fifo'
	refused 'truncate -s 0 outside/file'
	refused "/usr/bin/python3 -c 'import os; os.truncate(\"outside/file\", 0)'"
	[ "$(cat outside/file)" = before ]
	[ "$(ls outside)" = file ]
	[ "$(enforce cat outside/file)" = before ]
	[ "$(enforce ls outside)" = file ]
}

@test "/dev/null can be written" {
	writable_work
	enforce sh -c 'echo x >/dev/null && cat /etc/passwd >>/dev/null'
}

@test "links do not lead out, and roots may be named by links" {
	writable_work link-to-work
	ln -s work link-to-work
	ln -s ../outside work/out
	refused 'echo x >work/out/file'
	refused 'echo x >link-to-work/out/new'
	enforce sh -c 'echo through >link-to-work/file && echo straight >work/other'
	[ "$(cat work/file work/other | wc -l)" -eq 2 ]
}

@test "nothing is renamed or linked in or out" {
	writable_work
	echo inside >work/file
	run enforce /usr/bin/python3 -c 'import os
for call, a, b in ((os.rename, "outside/file", "work/taken"), (os.rename, "work/file", "outside/x"),
                   (os.link, "outside/file", "work/hard"), (os.link, "work/file", "outside/x")):
    try:
        call(a, b)
        print("done", a, b)
    except OSError as e:
        print(e.errno in (13, 18))'
	[ "$output" = $'True\nTrue\nTrue\nTrue' ]
	[ "$(cat outside/file work/file)" = $'before\ninside' ]
}

@test "with a list of what may be read, nothing else is" {
	need_landlock
	mkdir seen hidden
	echo data | tee seen/file >hidden/file
	policy <<-POLICY
		default: allow
		files:
		  read: [/usr, /bin, /lib, /lib64, /etc/ld.so.cache, seen]
		  write: []
	POLICY
	[ -d /lib64 ] || sed -i 's| /lib64,||' policy.yaml
	[ "$(enforce cat seen/file)" = data ]
	refused 'cat hidden/file'
	refused 'ls hidden'
	refused 'cat /etc/passwd'
	refused 'echo x >seen/file'
	enforce sh -c 'echo x >/dev/null'
}

@test "a Unix socket is no file where none may be written" {
	writable_work
	code='import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])'
	enforce /usr/bin/python3 -c "$code" work/socket
	[ -S work/socket ]
	run enforce /usr/bin/python3 -c "$code" outside/socket
	[ "$status" -eq 1 ]
	[ ! -e outside/socket ]
	expect_event '.call == "bind" and .verdict == "deny" and .reason == "files.write" and
		.errno == "EACCES" and .rule.line == 3'
	run audit /usr/bin/python3 -c "$code" outside/socket
	[ -S outside/socket ]
	expect_event '.call == "bind" and .would == "deny" and .reason == "files.write"'
}

@test "a program may not write to the memory of another one of the run" {
	cat >memory.py <<-'PYTHON'
		import os, subprocess
		child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
		try:
		    os.open(f"/proc/{child.pid}/mem", os.O_RDWR)
		    print("open")
		except OSError as e:
		    print(e.errno)
	PYTHON
	writable_work
	[ "$(enforce /usr/bin/python3 memory.py)" = 13 ]
	# Without the list the kernel decides, as without callgate.
	sed -i '/^files/d' policy.yaml
	expect_same "$(/usr/bin/python3 memory.py)" "$(enforce /usr/bin/python3 memory.py)"
}

@test "a path that is not there: hard does not start, best says so and does" {
	writable_work '/not/there, work'
	run enforce touch work/made
	[ "$status" -eq 125 ]
	[[ "$output" == *'/not does not exist'* ]]
	[[ "$output" == *'policy.yaml:3'*'cannot be held here: /not/there cannot be opened'*'require: best'* ]]
	[ ! -e work/made ]
	sed -i 's/]}/], require: best}/' policy.yaml
	enforce touch work/made
	[ -e work/made ]
	expect_event '.type == "warning" and .code == "files.partial"'
	refused 'echo x >outside/file'
}

@test "audit holds nothing back" {
	writable_work
	audit sh -c 'echo x >outside/file'
	[ "$(cat outside/file)" = x ]
}

@test "real work: git, make and gcc inside a root" {
	writable_work 'work, /tmp'
	cd work
	make_project
	cd ..
	enforce make -s -j2 -C work/project
	work/project/program
	run enforce make -s -C work/project CFLAGS="-o ../../outside/x"
	enforce git init -q work/repository
	[ -d work/repository/.git ]
}

@test "explain says what may be read and written" {
	writable_work
	run -0 "$CALLGATE" explain policy.yaml write "$PWD/work/x"
	[[ "${lines[0]}" == 'allow by files.write (policy.yaml:3)' ]]
	run -0 "$CALLGATE" explain policy.yaml write "$PWD/outside/file"
	[[ "${lines[0]}" == 'deny EACCES by files.write (policy.yaml:3): '* ]]
	run -0 "$CALLGATE" explain policy.yaml read "$PWD/outside/file"
	[[ "${lines[0]}" == 'allow '* ]]
}
