# learn: from the log of a run to a policy under which it passes, and nothing more.

load judged

learn() {
	"$CALLGATE" learn "$@"
}

# A copy of the policy for each of its rules, without that rule: without.1, ...
without_each_rule() {
	local rules n
	rules=$(grep -c '^  - id: ' learned.yaml)
	for ((n = 1; n <= rules; n++)); do
		awk -v n="$n" '
			/^  - id: / { seen++ }
			/^  / && seen == n { next }
			{ print }' learned.yaml >"without.$n"
	done
	echo "$rules"
}

# What a run under enforce with this policy was denied.
denied_under() {
	rm -f enforced.jsonl
	timeout 120 "$CALLGATE" enforce -p "$1" --log enforced.jsonl -o enforced.text \
		"${@:2}" >enforced.out 2>enforced.err </dev/null
	echo "$?" >enforced.status
	jq -c 'select(.type == "call" and (.verdict == "deny" or .verdict == "kill")) |
		[.exe, .call, .args.path, .args.address, .target, .reason]' enforced.jsonl
}

# Put back before every run what the last one changed.
reset_place() {
	:
}

# The run traced, learned from, and under what was learned: it passes, without a
# denial; the policy is short and clean; and there is no rule it could do without.
expect_round_trip() {
	local rules n status=0
	reset_place
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" "$@" >traced.out 2>traced.err </dev/null || status=$?
	learn "$LOG" -o learned.yaml
	cat learned.yaml
	[ "$(wc -l <learned.yaml)" -lt 60 ]
	run -0 "$CALLGATE" check learned.yaml
	run -0 "$CALLGATE" check learned.yaml --against "$LOG"
	echo "$output"
	[[ $output != *'[rule.idle]'* ]]
	reset_place
	expect_same '' "$(denied_under learned.yaml "$@")"
	expect_same "$status" "$(cat enforced.status)"
	rules=$(without_each_rule)
	[ "$rules" -gt 0 ]
	for ((n = 1; n <= rules; n++)); do
		reset_place
		# The command itself may not even begin.
		if [ -z "$(denied_under "without.$n" "$@")" ] && [ "$(cat enforced.status)" != 126 ]; then
			echo "not needed: $(diff learned.yaml "without.$n")"
			return 1
		fi
	done
}

@test "round trip: make" {
	make_project
	reset_place() {
		make -s -C project clean >/dev/null 2>&1 || rm -f project/program project/*.o
	}
	expect_round_trip make -C project -j2
	[ -x project/program ] || [ -n "$(ls project)" ]
}

@test "round trip: git over a local daemon" {
	start_git_server
	reset_place() {
		rm -rf clone
	}
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		expect_round_trip git clone -q "git://127.0.0.1:$PORT/origin.git" clone
	grep -q "connect: \"tcp:127.0.0.1:$PORT\"" learned.yaml
}

@test "round trip: a python client and its server" {
	cat >both.py <<-'PYTHON'
		import http.server, subprocess, sys, threading, urllib.request
		if len(sys.argv) > 1:
		    print(urllib.request.urlopen(sys.argv[1]).read())
		    sys.exit(0)
		server = http.server.HTTPServer(("127.0.0.1", 18431), http.server.SimpleHTTPRequestHandler)
		threading.Thread(target=server.serve_forever, daemon=True).start()
		subprocess.run(["/usr/bin/python3", sys.argv[0], "http://127.0.0.1:18431/both.py"], check=True)
		server.shutdown()
	PYTHON
	expect_round_trip /usr/bin/python3 both.py
	grep -q 'bind: "tcp:127.0.0.1:18431"' learned.yaml
	grep -q 'connect: .*"tcp:127.0.0.1:18431"' learned.yaml
}

@test "round trip: a server on a port that the kernel chooses" {
	cat >both.py <<-'PYTHON'
		import socket
		server = socket.create_server(("127.0.0.1", 0))
		client = socket.create_connection(server.getsockname())
		server.accept()[0].sendall(b"x")
		assert client.recv(1) == b"x"
	PYTHON
	expect_round_trip /usr/bin/python3 both.py
	grep -q 'bind: "tcp:127.0.0.1:0"' learned.yaml
	grep -q 'connect: "tcp:127.0.0.1:[0-9]*-[0-9]*"  # once; .*: the kernel chose the port' learned.yaml
}

@test "round trip: node with child processes" {
	expect_round_trip node -e "
const { execFileSync, spawnSync } = require('child_process');
console.log(execFileSync('/usr/bin/uname', ['-s']).toString());
spawnSync('sh', ['-c', 'echo hello | tr a-z A-Z']);"
}

@test "round trip: npm install from a local directory" {
	command -v npm >/dev/null || skip "npm is not here"
	mkdir -p package app
	echo '{"name": "package", "version": "1.0.0",
		"scripts": {"postinstall": "echo installed | cat"}}' >package/package.json
	echo '{"name": "app", "version": "1.0.0"}' >app/package.json
	reset_place() {
		rm -rf app/node_modules app/package-lock.json cache
	}
	npm_config_cache=$PWD/cache npm_config_audit=false npm_config_fund=false \
		npm_config_update_notifier=false npm_config_offline=true \
		expect_round_trip npm install --prefix app --foreground-scripts ./package
}

@test "round trip: a shell pipeline" {
	expect_round_trip sh -c 'seq 20 | sort -r | head -n 5 | tee five | (wc -l; cat) >/dev/null'
}

# A name server of its own, which knows one name, and a web server under that name's address.
in_own_network() {
	cat >name_server.py <<-'PYTHON'
		import socket, struct
		server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		server.bind(("127.0.0.1", 53))
		while True:
		    question, asker = server.recvfrom(512)
		    end = question.index(b"\0", 12) + 5
		    # RFC 1035, section 4.1: one answer for type A, none for others
		    answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, 7])
		    if question[end - 3] != 1:
		        answer = b""
		    server.sendto(question[:2] + b"\x81\x80" + question[4:6] + struct.pack(">HHH", bool(answer), 0, 0)
		                  + question[12:end] + answer, asker)
	PYTHON
	echo 'nameserver 127.0.0.1' >resolv.conf
	cat >inside <<-'SH'
		set -e
		ip link set lo up
		ip addr add 192.0.2.7/32 dev lo
		mount --bind resolv.conf /etc/resolv.conf
		python3 name_server.py & names=$!
		python3 -m http.server --bind 192.0.2.7 8000 >/dev/null 2>&1 & web=$!
		trap 'kill $names $web' EXIT
		until curl -s -o /dev/null http://name.test:8000/; do sleep 0.1; done
		"$@"
	SH
	unshare "$(is_root && echo -nm || echo -rnm)" timeout "$DEADLINE" sh inside "$@"
}

@test "names that the run asked for stand for addresses, and without them that is said" {
	unshare "$(is_root && echo -nm || echo -rnm)" true 2>/dev/null || skip "no namespaces here"
	command -v ip >/dev/null || skip "there is no ip"
	cat >both <<-'SH'
		callgate=$1
		get="curl -s -o page http://name.test:8000/"
		$callgate trace --log named.jsonl -v -o text $get
		$callgate learn named.jsonl -o named.yaml
		rm page
		$callgate enforce -p named.yaml --log enforced.jsonl -o text $get && [ -s page ]
		echo "enforce: $?"
		$callgate trace --log unnamed.jsonl -o text $get
		$callgate learn unnamed.jsonl -o unnamed.yaml
	SH
	run -0 in_own_network sh both "$CALLGATE"
	echo "$output"
	grep 'connect: ' named.yaml unnamed.yaml
	[[ $output == *'enforce: 0'* ]]
	[[ $output == *'addresses without a name: 1; the run asked name servers, but the log does not say for what: with -v it does'* ]]
	[ "$(grep -c 'addresses without' <<<"$output")" = 1 ]
	grep -qF '"tcp:name.test:8000"]  # 2 times; name.test was 192.0.2.7 (asked for by the run)' named.yaml
	grep -qF '"udp:@resolvers:53"' named.yaml
	grep -qF '"tcp:192.0.2.7:8000"' unnamed.yaml
}

@test "learning from several logs merges them, and from what they have in common says it once" {
	"$CALLGATE" trace --log one.jsonl -o "$TEXT" sh -c 'cat /dev/null; true'
	"$CALLGATE" trace --log two.jsonl -o "$TEXT" sh -c 'cat /dev/null; /usr/bin/id' >/dev/null
	learn one.jsonl two.jsonl -o learned.yaml
	[ "$(grep -c 'exec: \["/usr/bin/cat", "/usr/bin/id"\]' learned.yaml)" = 1 ]
	for log in one.jsonl two.jsonl; do
		run -0 "$CALLGATE" check learned.yaml --against "$log"
	done
}

@test "learning onto a policy adds what it lacks, and leaves the rest as it was" {
	cat >learned.yaml <<-'POLICY'
		# Mine.
		version: 1
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: deny}
		rules:
		    - id: shell   # a remark
		      exec: /usr/bin/dash
		      verdict: allow
		    - {id: no-id, exec: /usr/bin/id, verdict: deny}

		# What follows stays behind.
		budgets: [{processes: 50}]
	POLICY
	chmod 640 learned.yaml
	cp learned.yaml before.yaml
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" sh -c 'cat /dev/null; /usr/bin/id; true' >/dev/null
	run -0 learn "$LOG" -o learned.yaml
	[[ $output == *'calls that no rule can be added for: 1,'* ]]
	# Only lines that are added, and none that is there already.
	[ -z "$(diff before.yaml learned.yaml | grep '^<')" ]
	grep -q '^    - id: dash ' learned.yaml
	grep -q '^      exec: "/usr/bin/cat"' learned.yaml
	grep -q '# not allowed, once: /usr/bin/dash exec /usr/bin/id .*denied by no-id (learned.yaml:8)' learned.yaml
	expect_same 640 "$(stat -c %a learned.yaml)"
	# Once more adds nothing but what is refused.
	cp learned.yaml before.yaml
	sed -i 's/, verdict: deny}/, verdict: allow}/' learned.yaml before.yaml
	learn "$LOG" -o learned.yaml
	grep -v '^ *#' learned.yaml >after
	grep -v '^ *#' before.yaml | diff - after
}

@test "from denial to denial: what enforce denied is learned onto the policy, until it passes" {
	local run
	learn_and_try() {
		learn "$LOG" -o learned.yaml
		rm -f "$LOG"
		"$CALLGATE" enforce -p learned.yaml --log "$LOG" -o "$TEXT" sh -c 'cat five | (exec /usr/bin/sort)' \
			>sorted 2>denied </dev/null
	}
	printf '2\n1\n' >five
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" sh -c true
	for run in 1 2 3; do
		learn_and_try || true
		[ ! -s denied ] && break
	done
	expect_same "$(printf '1\n2')" "$(cat sorted)"
	expect_no_event '.type == "call" and .verdict != "allow"'
	[ "$run" -gt 1 ]
}

@test "what policies lack is a policy of its own with -p" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: deny, spawn: allow, socket: deny}
		rules: [{exec: /usr/bin/dash, verdict: allow}]
	POLICY
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" sh -c 'cat /dev/null; true'
	learn "$LOG" -p policy.yaml -o more.yaml
	run -0 "$CALLGATE" check policy.yaml more.yaml --against "$LOG"
	! grep -q dash\" more.yaml || ! grep -q 'exec: .*dash' more.yaml
	# In one line it cannot be added to; that is said, and nothing is written.
	cp policy.yaml before.yaml
	run -125 learn "$LOG" -o policy.yaml
	[[ $output == *'policy.yaml:3:8: the rules do not stand in lines of their own'*'-p policy.yaml -o NEW'* ]]
	diff policy.yaml before.yaml
}

@test "a policy without a rule yet, and one with an end mark, get theirs in the right place" {
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" true
	printf 'version: 1\nrules: [] # none yet\ndefault: deny\n' >one.yaml
	printf 'version: 1\nrules:\ndefault: deny\n' >two.yaml
	printf -- '---\nversion: 1\ndefault: deny\n...\n' >three.yaml
	for policy in one two three; do
		learn "$LOG" -o $policy.yaml
		run -0 "$CALLGATE" check $policy.yaml --against "$LOG"
		[ "$(grep -c verdict: $policy.yaml)" = 1 ]
	done
	grep -q '^rules: # none yet$' one.yaml
	expect_same ... "$(tail -n 1 three.yaml)"
}

@test "a note that the policy has already is not written once more" {
	connect_log /usr/bin/curl 10.1.2.3 5432
	printf 'version: 1\ndefault: deny\nrules: [] # mine\n' >noted.yaml
	learn "$LOG.made" -o noted.yaml
	cat noted.yaml
	[ "$(grep -c '# risky, once: @private' noted.yaml)" = 1 ]
	cp noted.yaml before.yaml
	learn "$LOG.made" -o noted.yaml
	diff before.yaml noted.yaml
}

# A log of one call, made up: made_log EXE CALL KIND ARGS
made_log() {
	cat >"$LOG.made" <<-LOG
		{"v":1,"type":"session","seq":1,"mode":"trace","uid":0}
		{"v":1,"type":"call","seq":2,"time":"2026-01-02T03:04:05.678901234Z","mono_ns":5,"pid":1,"tid":1,"comm":"x","exe":$1,"lineage":[$1],"abi":"x86_64","call":"$2","nr":42,"kind":"$3","args":$4,"mode":"trace","verdict":"allow","result":0${5:-}}
		{"v":1,"type":"summary","seq":3}
	LOG
	rm -f learned.yaml
}

connect_log() {
	made_log "\"$1\"" connect connect "{\"fd\":3,\"family\":\"inet\",\"address\":\"$2\",\"port\":$3,\"type\":\"stream\",\"protocol\":\"tcp\"}"
}

# The grant is there as a comment, with the reason, and with --risky as a rule.
expect_risky() {
	learn "$LOG.made" -o learned.yaml
	cat learned.yaml
	grep -q "# risky, once: .*$1" learned.yaml
	grep -q "^  #- {.*$2.*, verdict: allow}" learned.yaml
	! grep -q '^  - ' learned.yaml
	"$CALLGATE" check learned.yaml
	# Its "#" taken away, it is a rule.
	sed -e 's/^  #- /  - /' -e 's/^# rules:/rules:/' learned.yaml >taken.yaml
	"$CALLGATE" check taken.yaml --against "$LOG.made" | grep '^0 of 1 calls would be denied'
	rm learned.yaml
	learn --risky "$LOG.made" -o learned.yaml
	"$CALLGATE" check learned.yaml --against "$LOG.made" | grep '^0 of 1 calls would be denied'
}

@test "risky grants are comments, with the reason" {
	connect_log /usr/bin/curl 169.254.169.254 80
	expect_risky '@metadata' 'tcp:169.254.169.254:80'
	connect_log /usr/bin/curl 10.1.2.3 5432
	expect_risky '@private' 'tcp:10.1.2.3:5432'
	connect_log /usr/bin/bash 192.0.2.7 443
	expect_risky 'a shell that reaches the network' 'tcp:192.0.2.7:443'
	made_log '"/usr/bin/ping"' socket socket '{"family":"inet","type":"raw","type_flags":[],"protocol":"icmp"}'
	expect_risky 'no default allows it' 'inet:icmp/raw'
}

# A script that runs python with a variable of its own, and that another program.
run_with_variables() {
	echo 'import subprocess; subprocess.run(["/usr/bin/true"], check=True)' >inner.py
	echo "LD_LIBRARY_PATH=/nowhere exec /usr/bin/python3 inner.py" >inner
	NODE_OPTIONS=--no-warnings "$CALLGATE" "$@" sh inner </dev/null
}

@test "what enforce would take out of the environment is a comment, with the reason" {
	run_with_variables trace --log "$LOG" -o "$TEXT"
	expect_events 1 '.type == "session" and (.code_variables | index("NODE_OPTIONS"))'
	expect_event '.call == "execve" and .program == "/usr/bin/true" and .code_variables == ["LD_LIBRARY_PATH"]'
	run -0 learn "$LOG" -o learned.yaml
	[[ $output == *'risky grants: '*', as comments'* ]]
	cat learned.yaml
	grep -q '^#   NODE_OPTIONS: the command started with it; removed, unless kept$' learned.yaml
	grep -q '^#   LD_LIBRARY_PATH: set for 2 execs, first of /usr/bin/python3.*; denied, unless kept$' learned.yaml
	# The replay knows it, and says what the run would say.
	run -1 "$CALLGATE" check learned.yaml --against "$LOG"
	[[ $output == *'DENY'*'exec     /usr/bin/python3'*'env.code'* ]]
	run ! run_with_variables enforce -p learned.yaml -o "$TEXT"
	grep -q 'DENY.*LD_LIBRARY_PATH puts code into it' "$TEXT"
	# Its "#" taken away, everything passes.
	sed -i 's/^# env:/env:/' learned.yaml
	"$CALLGATE" check learned.yaml --against "$LOG" | grep '^0 of .* calls would be denied'
	run_with_variables enforce -p learned.yaml -o "$TEXT"
	run ! grep -E 'DENY|removed' "$TEXT"
	# What the policy keeps already is not said again.
	cp learned.yaml before.yaml
	learn "$LOG" -o learned.yaml
	diff before.yaml learned.yaml
	rm learned.yaml
	learn --risky "$LOG" -o learned.yaml
	grep -q '^env: {keep: \["NODE_OPTIONS".*"LD_LIBRARY_PATH"\]}$' learned.yaml
}

@test "where no rule names the program, its variables matter to nobody" {
	NODE_OPTIONS=--no-warnings "$CALLGATE" trace --log "$LOG" -o "$TEXT" true
	expect_event '.type == "session" and .code_variables'
	learn "$LOG" -o learned.yaml
	! grep -q env: learned.yaml
}

@test "what others may write is risky: a program, a socket" {
	mkdir open
	chmod 777 open
	cp /usr/bin/true open/program
	made_log '"/usr/bin/make"' execve exec '{"path":"x","argv":["x"],"envp_count":0}' ",\"program\":\"$PWD/open/program\""
	# An ordinary user's own files are written by him.
	expect_risky 'open.* may be written by' "$PWD/open/program"
	made_log '"/usr/bin/make"' connect connect "{\"fd\":3,\"family\":\"unix\",\"path\":\"$PWD/open/sock\",\"type\":\"stream\"}"
	expect_risky 'open may be written by' "unix:$PWD/open/sock"
}

@test "ports are joined, and networks written only when asked for" {
	{
		head -n 1 <(connect_log /usr/bin/curl 192.0.2.1 80 && cat "$LOG.made")
		for place in '192.0.2.7 443' '192.0.2.7 8080' '192.0.2.7 8081' '192.0.2.7 8082' '192.0.2.9 443'; do
			# shellcheck disable=SC2086
			connect_log /usr/bin/curl $place
			sed -n 2p "$LOG.made"
		done
	} >joined.log
	learn joined.log -o learned.yaml
	grep -qF 'connect: ["tcp:192.0.2.7:443,8080-8082", "tcp:192.0.2.9:443"]  # 5 times' learned.yaml
	rm learned.yaml
	learn --widen net joined.log -o learned.yaml
	grep -qF 'connect: "tcp:192.0.2.0/24:443,8080-8082"  # 5 times' learned.yaml
}

@test "hostile names stay within quotes and comments" {
	made_log '"/usr/bin/x\n  - {verdict: allow}\n#\"\u202e"' execve exec '{"path":"x","argv":["x"],"envp_count":0}' ',"program":"/usr/bin/y\n\"]\n  - {verdict: allow}\u0007"'
	learn "$LOG.made" -o learned.yaml
	cat learned.yaml
	[ "$(grep -c '^  - ' learned.yaml)" = 1 ]
	run -1 "$CALLGATE" explain learned.yaml --exe /usr/bin/other exec /usr/bin/y 2>/dev/null || true
	"$CALLGATE" explain learned.yaml --exe /usr/bin/other exec /usr/bin/id | grep '^deny'
	"$CALLGATE" check learned.yaml --against "$LOG.made" | grep '^0 of 1 calls would be denied'
	! grep -q $'\a' learned.yaml
}

@test "what has no name in a policy is said, and not allowed" {
	made_log '"/memfd:x (deleted)"' connect connect '{"fd":3,"family":"inet","address":"192.0.2.7","port":1,"type":"stream","protocol":"tcp"}' ',"nameless":[0]'
	learn "$LOG.made" -o learned.yaml
	grep -q '# not allowed, 1 call.*: no path of a rule can name the program /memfd:x (deleted)' learned.yaml
	"$CALLGATE" check learned.yaml
	made_log '"/usr/bin/x"' ptrace syscall '{"request":"attach","pid":1,"addr":"0x0","data":"0x0"}'
	learn "$LOG.made" -o learned.yaml
	grep -q 'denied, unless `syscalls: {allow: \["ptrace"\]}` stands in the policy' learned.yaml
}

@test "a log that is no log teaches nothing" {
	echo hello >"$LOG.none"
	run -0 --separate-stderr learn "$LOG.none"
	[[ $stderr == *'has no session line'* ]]
	[[ $output == *'version: 1'* && $output != *rules:* ]]
	run -125 learn nothing.jsonl
	[[ $output == *'cannot open the log nothing.jsonl'* ]]
	run -125 learn "$LOG.none" -o /nowhere/policy.yaml
	[[ $output == *'cannot write /nowhere/policy.yaml'* ]]
}
