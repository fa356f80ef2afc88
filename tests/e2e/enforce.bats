# Real programs under enforce: what the policy allows works as ever, everything
# else fails with the errno of the rule, and each denial is a line that says why.

load judged

# Two web servers, of which one is allowed: $PORT. The other is $OTHER.
start_servers() {
	start_web_server
	OTHER=$PORT
	mkdir second
	cd second || return
	start_web_server
	cd .. || return
}

policy_of_tools() {
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: fetchers
		    exe: [/usr/bin/curl, /usr/bin/python3, /usr/bin/node, /usr/bin/git,
		          /usr/lib/git-core/git, /usr/lib/git-core/git-remote-http]
		    connect: "tcp:127.0.0.1:${PORT:-1}"
		    verdict: allow
		  - id: not-there
		    connect: "tcp:127.0.0.1:${OTHER:-2}"
		    verdict: deny
		    errno: EHOSTUNREACH
		    why: it is the other one
		  - id: no-ids
		    exec: /usr/bin/id
		    verdict: deny
		    errno: ENOENT
	POLICY
}

# The denial is in the log, and is one line in the text: expect_denial JQ WORDS...
expect_denial() {
	expect_event '.verdict == "deny" and .rule.id == "not-there" and .rule.line == 9 and
		(.rule.file | endswith("policy.yaml")) and .reason == "rule" and
		.why == "it is the other one" and .errno == "EHOSTUNREACH" and '"$1"
	[ "$(grep -c DENY "$TEXT")" -eq "$(count_events '.verdict == "deny"')" ]
	grep -q "DENY.*127.0.0.1:$OTHER.*EHOSTUNREACH.*not-there (.*policy.yaml:9)" "$TEXT"
}

@test "curl: the allowed page comes, the other does not" {
	start_servers
	policy_of_tools
	[ "$(enforce curl -s "http://127.0.0.1:$PORT/")" = 'this is the page' ]
	expect_no_event '.verdict == "deny" and .reason != "syscall.denied"'
	expect_event '.call == "connect" and .verdict == "allow" and .rule.id == "fetchers"
		and (.result == 0 or .error == "EINPROGRESS")'
	run enforce curl -s "http://127.0.0.1:$OTHER/"
	[ "$status" -eq 7 ]
	expect_denial '.exe == "/usr/bin/curl"'
}

@test "python3" {
	start_servers
	policy_of_tools
	fetch='import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode().strip())'
	[ "$(enforce /usr/bin/python3 -c "$fetch" "http://127.0.0.1:$PORT/")" = 'this is the page' ]
	run enforce /usr/bin/python3 -c "$fetch" "http://127.0.0.1:$OTHER/"
	[ "$status" -eq 1 ]
	[[ "$output" == *'No route to host'* ]]
	expect_denial '(.exe | startswith("/usr/bin/python3"))'
}

@test "node, with its event loop and its threads" {
	start_servers
	policy_of_tools
	fetch='require("http").get(process.argv[1], r => r.pipe(process.stdout))
		.on("error", e => { console.log(e.code); process.exit(3) })'
	[ "$(enforce node -e "$fetch" "http://127.0.0.1:$PORT/")" = 'this is the page' ]
	run enforce node -e "$fetch" "http://127.0.0.1:$OTHER/"
	[ "$status" -eq 3 ]
	[[ "$output" == *EHOSTUNREACH* ]]
	expect_denial '.exe == "/usr/bin/node"'
}

@test "git clones from the server that is allowed, and from no other" {
	start_web_server
	OTHER=$PORT
	stop_servers
	rm server.out
	start_git_server
	policy_of_tools
	enforce git clone -q "git://127.0.0.1:$PORT/origin.git" copy
	[ "$(cat copy/file)" = content ]
	run enforce git clone -q "git://127.0.0.1:$OTHER/origin.git" none
	[ "$status" -eq 128 ]
	[ ! -e none ]
	expect_denial 'true'
}

@test "make builds a project with the tools it may run" {
	make_project
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: allow}
		rules:
		  - id: tools
		    exec: ["/usr/bin/**", "/usr/lib/gcc/**", "/usr/libexec/gcc/**"]
		    verdict: allow
	POLICY
	enforce make -s -C project -j2
	[ -x project/program ]
	expect_no_event '.verdict == "deny" and .reason != "syscall.denied"'
	run enforce sh -c 'project/program; echo "status $?"'
	[[ "$output" == *'status 126'* ]]
	expect_event '.call == "execve" and .verdict == "deny" and .reason == "default"
		and .errno == "EACCES"'
}

@test "npm" {
	start_servers
	printf '%s' '{"name": "thing", "dist-tags": {"latest": "1.2.3"},
		"versions": {"1.2.3": {"name": "thing", "version": "1.2.3"}}}' >second/www/thing
	policy_of_tools
	export HOME=$PWD
	run enforce npm view thing version --registry "http://127.0.0.1:$PORT/" --fetch-retries 0
	echo "$output"
	[[ "$output" == *1.2.3* ]]
	[ "$status" -eq 0 ]
	run enforce npm view thing version --registry "http://127.0.0.1:$OTHER/" --fetch-retries 0
	[ "$status" -ne 0 ]
	expect_denial '.exe == "/usr/bin/node"'
}

@test "ssh-keyscan" {
	command -v ssh-keyscan >/dev/null && [ -x /usr/sbin/sshd ] || skip 'there is no OpenSSH here'
	start_servers
	local server=(python3 -u "$SOURCE/tests/e2e/inetd.py" /usr/sbin/sshd -i -f "$PWD/sshd_config")
	# As root it wants a directory of its own.
	! is_root || server=(unshare -m sh -c 'mount -t tmpfs none /run && mkdir /run/sshd &&
		exec "$@"' sh "${server[@]}")
	rm server.out
	start_server "${server[@]}"
	ssh-keygen -q -t ed25519 -N '' -f host_key
	printf 'HostKey %s/host_key\nUsePAM no\n' "$PWD" >sshd_config
	eventually grep -q '^port [0-9]' server.out
	PORT=$(sed -n 's/^port //p' server.out)
	policy_of_tools
	sed -i "s#exe: \[/usr/bin/curl#exe: [/usr/bin/ssh-keyscan, /usr/bin/curl#" policy.yaml
	run --separate-stderr enforce ssh-keyscan -t ed25519 -p "$PORT" 127.0.0.1
	[ "$output" = "[127.0.0.1]:$PORT $(cut -d ' ' -f 1,2 host_key.pub)" ]
	run enforce ssh-keyscan -t ed25519 -p "$OTHER" 127.0.0.1
	[[ "$output" != *ssh-ed25519* ]]
	expect_denial '(.exe | endswith("/ssh-keyscan"))'
}

@test "a port is free as soon as its socket was closed" {
	policy <<<'default: allow'
	cat >rebind.py <<-'PYTHON'
		import socket
		s = socket.socket()
		s.bind(("127.0.0.1", 0))
		address = s.getsockname()
		s.close()
		for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM:
		    for _ in range(100):
		        s = socket.socket(socket.AF_INET, kind)
		        s.bind(address)
		        s.close()
		print("all bound")
	PYTHON
	[ "$(enforce python3 rebind.py)" = 'all bound' ]
	[ "$(enforce --backend ptrace python3 rebind.py)" = 'all bound' ]
	[ "$(audit python3 rebind.py)" = 'all bound' ]
}

@test "addresses of every length get what they get without callgate" {
	policy <<<'default: allow'
	mkdir native enforced
	(cd native && "$FIXTURES/address_lengths" >../native.out)
	(cd enforced && "$CALLGATE" enforce -q -o /dev/null -p ../policy.yaml \
		"$FIXTURES/address_lengths" >../enforced.out)
	[ "$(wc -l <native.out)" -gt 4000 ]
	run diff native.out enforced.out
	echo "$output" | head -n 20
	[ "$status" -eq 0 ]
}

@test "chromium, whose processes tell each other by their messages who they are" {
	command -v chromium >/dev/null || skip 'there is no chromium'
	policy <<<'default: allow'
	echo '<p>the page</p>' >page.html
	enforce chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" \
		--dump-dom "file://$PWD/page.html" >said 2>errors
	grep -q 'the page' said
}

@test "who a message through a Unix stream is from is told as without callgate" {
	policy <<<'default: allow'
	"$FIXTURES/message_credentials" | grep -v '^dgram' >native
	[ "$(grep -c ': the sender$' native)" -eq 8 ]
	enforce "$FIXTURES/message_credentials" | grep -v '^dgram' >watched
	diff native watched
}

@test "in a user namespace of its own" {
	unshare -Ur true || skip 'no user namespaces here'
	policy <<<'default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}'
	run unshare -Ur "$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		bash -c 'exec 3<>/dev/tcp/127.0.0.1/9'
	[[ "$output" == *'Permission denied'* ]]
	expect_event '.call == "connect" and .verdict == "deny" and .errno == "EACCES"'
}

@test "a program that may not be run fails with the rule's errno" {
	policy_of_tools
	run enforce sh -c 'id; echo "status $?"'
	[[ "$output" == *'status 127'* ]]
	expect_event '.verdict == "deny" and .rule.id == "no-ids" and .errno == "ENOENT"'
	grep -q 'DENY.*exec.*/usr/bin/id.*ENOENT.*no-ids (.*policy.yaml:14)' "$TEXT"
}

@test "the command itself is judged, and the denial says what to write" {
	policy_of_tools
	run enforce id
	echo "$output"
	[ "$status" -ge 125 ]
	[[ "$output" == *no-ids* ]]
}

@test "verdict kill ends the process before its call" {
	policy <<-POLICY
		default: allow
		rules:
		  - id: no-packets
		    socket: "packet"
		    verdict: kill
	POLICY
	run enforce sh -c '/usr/bin/python3 -c "import socket; print(1)
socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM); print(2)"; echo "status $?"'
	[[ "$output" == *'status 137'* ]]
	[[ "$output" != *2$'\n'* ]]
	expect_event '.verdict == "kill" and .rule.id == "no-packets"'
}

@test "blocking and non-blocking connects return what they would have returned" {
	start_web_server
	policy_allowing 127.0.0.1
	enforce /usr/bin/python3 -c '
import errno, select, socket, sys
place = ("127.0.0.1", int(sys.argv[1]))
s = socket.socket(); s.connect(place); print(s.connect_ex(place) == errno.EISCONN)
s = socket.socket(); s.setblocking(False)
print(s.connect_ex(place) in (0, errno.EINPROGRESS))
select.select([], [s], []); print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
s = socket.socket(); print(s.connect_ex(("127.0.0.1", 1)) == errno.ECONNREFUSED)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(s.sendto(b"x", ("127.0.0.1", 9)))' "$PORT" >said
	[ "$(tr '\n' ' ' <said)" = 'True True 0 True 1 ' ]
}

# Who made the first call is not who sees what comes next, and hears of it later.
@test "a program that runs another one right after a call that may block" {
	policy <<<'default: allow'
	run -0 enforce "$FIXTURES/connect_then" exec 100
	expect_same "$output" '100 of 100 did'
	expect_same "$(jq -r 'select(.call == "connect") | .result' "$LOG" | sort | uniq -c | xargs)" \
		'100 -111'
	# And the command's own.
	expect_same "$(jq -r 'select(.call == "execve") | .verdict' "$LOG" | sort | uniq -c | xargs)" \
		'101 allow'
}

@test "a task that ends right after a call that may block: its result is in the log" {
	policy <<<'default: allow'
	run -0 enforce "$FIXTURES/connect_then" exit 200
	expect_same "$output" '200 of 200 did'
	expect_same "$(jq -r 'select(.call == "connect") | .result' "$LOG" | sort | uniq -c | xargs)" \
		'200 -111'
}

@test "the log is the policy's: a denial replayed gives the same verdict" {
	start_servers
	policy_of_tools
	run enforce curl -s "http://127.0.0.1:$OTHER/"
	run "$CALLGATE" explain policy.yaml --exe /usr/bin/curl connect "tcp:127.0.0.1:$OTHER"
	[[ "$output" == 'deny EHOSTUNREACH by not-there'* ]]
}

@test "a program that its user may run but not read: nobody but root can see that it runs" {
	policy <<<'default: allow'
	cp "$(type -P true)" unread
	chmod 0111 unread
	run enforce sh -c './unread; echo "ended with $?"'
	if is_root; then
		[ "$output" = 'ended with 0' ]
		return
	fi
	[[ "$output" == *'ended with 137'* ]]
	expect_event '.call == "execve" and .verdict == "kill" and .reason == "unreadable"'
	run "$CALLGATE" check policy.yaml --against "$LOG"
	[[ "$output" == *$'\n0 of '*' verdicts are not those recorded'* ]]
}
