# audit: every call goes on, and the log says what enforce would have done with
# it: exactly what enforce does.

load judged

start_servers() {
	start_web_server
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: python-only
		    exe: /usr/bin/python3
		    connect: "tcp:127.0.0.1:$PORT"
		    verdict: allow
		  - id: no-packets
		    socket: ["packet", "netlink"]
		    verdict: deny
		    errno: EAFNOSUPPORT
		  - id: no-ids
		    exec: ["/usr/bin/id", "/usr/bin/tty"]
		    verdict: deny
	POLICY
}

# What was denied, or would have been: one line each, without what differs from
# run to run.
denials() {
	events ".type == \"call\" and .$1 != \"allow\"" |
		jq -c '[.call, .exe, .script, .args.address, .args.port, .args.path, .args.family,
			.rule, .reason, .why, .errno, .'"$1"']' | sort -u
}

# A command natively, under audit and under enforce.
compare() {
	local native=0 audited=0
	"$@" >native.out 2>native.err </dev/null || native=$?
	audit "$@" >audit.out 2>audit.err </dev/null || audited=$?
	expect_same "$native" "$audited"
	expect_same "$(cat native.out)" "$(cat audit.out)"
	expect_no_event '.type == "call" and .verdict != "allow"'
	denials would >expected
	rm -f "$LOG"
	enforce "$@" >enforce.out 2>enforce.err </dev/null || true
	denials verdict >denied
	rm -f "$LOG"
	echo "$*"
	diff <(sed 's/"\(kill\|deny\)"\]$/\1/' expected) <(sed 's/"\(kill\|deny\)"\]$/\1/' denied)
}

expect_some_denied() {
	[ -s expected ]
}

@test "programs that reach what they may, and what they may not" {
	start_servers
	compare curl -s "http://127.0.0.1:$PORT/"
	expect_some_denied
	compare /usr/bin/python3 -c "import urllib.request
print(urllib.request.urlopen('http://127.0.0.1:$PORT/').read())"
	compare node -e "require('http').get('http://127.0.0.1:$PORT/', r => r.pipe(process.stdout))
		.on('error', () => 0)"
	expect_some_denied
}

@test "shells, pipes, and programs that may not be run" {
	start_servers
	compare sh -c 'echo a | tr a b; exit 5'
	compare sh -c '/usr/bin/id -un; echo x | cat; exit 4'
	expect_some_denied
	compare sh -c '/usr/bin/tty; /usr/bin/id; exec /usr/bin/id -g'
	expect_some_denied
	compare bash -c 'for i in 1 2 3; do (echo $i | cat) & wait; done; kill -TERM $$'
}

@test "addresses of every kind" {
	start_servers
	compare "$FIXTURES/addresses"
	expect_some_denied
}

@test "git and make" {
	start_servers
	git_repository origin.git
	compare git -C work log --format=%s
	make_project
	compare make -s -B -C project
}

@test "system calls that enforce denies" {
	policy_allowing 127.0.0.2
	compare "$FIXTURES/bypass_kernel" userfaultfd
	expect_some_denied
	run audit "$FIXTURES/bypass_kernel" io_uring
	expect_event '.call == "io_uring_setup" and .would == "deny" and .errno == "ENOSYS"'
}

@test "budgets: audit counts, and lets pass" {
	policy <<-POLICY
		default: allow
		budgets:
		  - processes: 4
	POLICY
	[ "$(audit "$FIXTURES/processes_at_once" 8)" = '8 processes were alive at once and ended well' ]
	expect_events 5 '.would == "deny" and .reason == "budget.processes" and .errno == "EAGAIN"'
}

@test "the text says WOULD, with the rule and its place" {
	start_servers
	audit curl -s "http://127.0.0.1:$PORT/" >/dev/null
	grep -q "WOULD.*curl.*connect.*127.0.0.1:$PORT.*default (policy.yaml:2)" "$TEXT"
	audit sh -c id >/dev/null
	grep -q 'WOULD.*exec.*/usr/bin/id.*no-ids (.*policy.yaml:12)' "$TEXT"
}
