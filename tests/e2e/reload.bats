# Another policy for a running command: SIGHUP, callgate reload, --watch.

load judged

# Policies that allow one of two places, and deny the other each in its own way.
two_policies() {
	cat >one.yaml <<-POLICY
		version: 1
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		$1
		rules:
		  - {id: one-allows, connect: "127.0.0.2", verdict: allow}
		  - {id: one-denies, connect: "127.0.0.3", verdict: deny, errno: EHOSTUNREACH}
	POLICY
	cat >two.yaml <<-POLICY
		version: 1
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		$1
		rules:
		  - {id: two-denies, connect: "127.0.0.2", verdict: deny, errno: ENETUNREACH}
		  - {id: two-allows, connect: "127.0.0.3", verdict: allow}
	POLICY
	cp one.yaml policy.yaml
}

start_enforce() {
	"$CALLGATE" enforce -p policy.yaml --log "$LOG" -o "$TEXT" "$@" >said 2>&1 3>&- &
	GATE=$!
	eventually began
}

began() {
	grep -q '"call":"connect"' "$LOG"
}

told() {
	grep -q "\"code\":\"$1\"" "$LOG"
}

end_run() {
	touch stop
	wait "$GATE"
}

@test "SIGHUP and callgate reload: calls to come are judged by the new policy" {
	two_policies
	start_enforce "$FIXTURES/connect_both" stop
	cp two.yaml policy.yaml
	"$CALLGATE" reload "$GATE"
	eventually told policy.reloaded
	cp one.yaml policy.yaml
	kill -HUP "$GATE"
	eventually eval '[ "$(grep -c policy.reloaded "$LOG")" -eq 2 ]'
	end_run
	expect_event '.rule.id == "one-allows" and .args.address == "127.0.0.2" and .result == 0'
	expect_event '.rule.id == "two-allows" and .args.address == "127.0.0.3" and .result == 0'
	expect_event '.type == "warning" and (.text | startswith("the policy was loaded again: 2 rules added (two-denies (policy.yaml:5), two-allows (policy.yaml:6)), 2 rules removed (one-allows"))'
}

@test "programs are looked up anew: one that was replaced is then what the rule means" {
	cp "$FIXTURES/connect_both" program
	policy <<-POLICY
		default: {exec: allow, spawn: allow, socket: allow}
		rules: [{id: named, exe: $PWD/program, connect: "127.0.0.2", verdict: allow}]
	POLICY
	start_enforce sh -c 'until [ -e first ]; do ./program first; done; ./program second'
	eventually grep -q '"id":"named"' "$LOG"
	cp program other
	mv other program
	touch first
	eventually grep -q '"reason":"identity.changed"' "$LOG"
	[ "$(events '.rule.id == "named"' | jq -s 'map(.pid) | unique | length')" -eq 1 ]
	kill -HUP "$GATE"
	eventually eval '[ "$(events ".rule.id == \"named\"" | jq -s "map(.pid) | unique | length")" -eq 2 ]'
	touch second
	wait "$GATE"
}

@test "a policy that takes long to load holds up no call" {
	two_policies
	seq 60000 | awk '{ printf "10.%d.%d.%d\n", int($1 / 65536), int($1 / 256) % 256, $1 % 256 }' >many
	sed 's|"127.0.0.3"|["127.0.0.3", "file:many"]|' two.yaml >new
	start_enforce "$FIXTURES/connect_both" stop
	mv new policy.yaml
	before=$(count_events '.call == "connect"')
	kill -HUP "$GATE"
	eventually told policy.reloaded
	end_run
	reloaded=$(jq -r 'select(.code == "policy.reloaded") | .mono_ns' "$LOG")
	[ "$(count_events ".call == \"connect\" and .mono_ns < $reloaded")" -gt "$before" ]
}

@test "1000 reloads under load, half of them broken: every call is judged by one whole policy" {
	two_policies 'on-error: keep'
	start_enforce "$FIXTURES/connect_both" stop
	python3 "$SOURCE/tests/e2e/reload.py" "$GATE" "$LOG" policy.yaml 1000 two.yaml one.yaml
	end_run
	[ "$(grep -c '"code":"policy.reloaded"' "$LOG")" -eq 500 ]
	[ "$(grep -c '"code":"policy.kept"' "$LOG")" -eq 500 ]
	made=$(sed -n 's/^connected \([0-9]*\) times$/\1/p' said)
	[ "$made" -gt 0 ]
	expect_events "$made" '.call == "connect"'
	expect_no_event '.call == "connect" and ([.args.address, .rule.id, .errno // "ok"] | join(" ") |
		IN("127.0.0.2 one-allows ok", "127.0.0.3 one-denies EHOSTUNREACH",
		   "127.0.0.2 two-denies ENETUNREACH", "127.0.0.3 two-allows ok") | not)'
}

@test "on-error: close, as in enforce without the word: nothing passes until it loads again" {
	two_policies
	start_enforce "$FIXTURES/connect_both" stop
	echo 'version: 1' >policy.yaml
	kill -HUP "$GATE"
	eventually told policy.closed
	eventually grep -q '"reason":"policy.closed"' "$LOG"
	cp two.yaml policy.yaml
	kill -HUP "$GATE"
	eventually told policy.reloaded
	eventually grep -q two-allows "$LOG"
	end_run
	# In between nothing was let through.
	expect_no_event '.call == "connect" and .verdict == "allow" and .reason == "policy.closed"'
	closed=$(jq -s 'map(.code == "policy.closed") | index(true)' "$LOG")
	opened=$(jq -s 'map(.code == "policy.reloaded") | index(true)' "$LOG")
	[ "$(jq -sc ".[$closed + 1:$opened] | map(select(.verdict == \"allow\" and .kind == \"connect\")) | length" "$LOG")" -eq 0 ]
}

@test "100 reloads with the gate closing: it is closed exactly while the last try failed" {
	two_policies
	start_enforce "$FIXTURES/connect_both" stop
	python3 "$SOURCE/tests/e2e/reload.py" "$GATE" "$LOG" policy.yaml 100 two.yaml one.yaml
	end_run
	[ "$(grep -c '"code":"policy.reloaded"' "$LOG")" -eq 50 ]
	[ "$(grep -c '"code":"policy.closed"' "$LOG")" -eq 50 ]
}

@test "--watch: a file that changes, or is replaced, is loaded" {
	two_policies
	start_enforce --watch "$FIXTURES/connect_both" stop
	cp two.yaml policy.yaml
	eventually told policy.reloaded
	cp one.yaml new
	mv new policy.yaml
	eventually eval '[ "$(grep -c policy.reloaded "$LOG")" -ge 2 ]'
	end_run
}

@test "--watch: it is said when the command itself may change what is loaded" {
	mkdir apart
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		include: apart/more.yaml
	POLICY
	printf 'version: 1\nrules: [{connect: "127.0.0.2", verdict: allow}]\n' >apart/more.yaml
	enforce --watch /bin/true
	expect_event '.code == "policy.open" and (.text | startswith("policy.yaml: "))'
	echo "files: {write: apart}" >>policy.yaml
	enforce --watch /bin/true
	expect_event '.code == "policy.open" and (.text | contains("apart/more.yaml: "))'
	printf 'version: 1\nfiles: {write: /nonexistent, require: best}\n' >files.yaml
	sed -i 's/^files.*//' policy.yaml
	"$CALLGATE" enforce --watch -p policy.yaml -p files.yaml --log "$LOG" -o "$TEXT" /bin/true
	expect_no_event '.code == "policy.open"'
	enforce /bin/true
	expect_no_event '.code == "policy.open"'
}

@test "--watch: included files and lists are watched as well" {
	two_policies
	mkdir -p lists
	echo '127.0.0.2' >lists/places
	printf 'version: 1\nrules: [{id: listed, connect: "file:lists/places", verdict: allow}]\n' >more.yaml
	printf 'version: 1\ndefault: {connect: deny, exec: allow, spawn: allow, socket: allow}\ninclude: more.yaml\n' >policy.yaml
	start_enforce --watch "$FIXTURES/connect_both" stop
	echo '127.0.0.3' >lists/places
	eventually told policy.reloaded
	eventually grep -q '"address":"127.0.0.3".*"verdict":"allow"' "$LOG"
	end_run
}

@test "audit keeps the last good policy" {
	two_policies
	"$CALLGATE" audit -p policy.yaml --log "$LOG" -o "$TEXT" "$FIXTURES/connect_both" stop >said 3>&- &
	GATE=$!
	eventually began
	echo nonsense >policy.yaml
	kill -HUP "$GATE"
	eventually told policy.kept
	end_run
	expect_no_event '.would == "deny" and .reason == "policy.closed"'
}

@test "what holds from the start cannot be changed: that is a policy that does not load" {
	two_policies 'on-error: keep'
	start_enforce "$FIXTURES/connect_both" stop
	for change in 'files: {write: [/]}' 'limits: {nofile: 99}' 'network: restricted' \
		'syscalls: {deny: [getpid]}'; do
		sed "3s|.*|on-error: keep\n$change|" one.yaml >new
		mv new policy.yaml
		n=$(grep -c policy.kept "$LOG" || true)
		kill -HUP "$GATE"
		eventually eval "[ \"\$(grep -c policy.kept \"\$LOG\")\" -gt $n ]"
		grep -q 'start the command anew' <(tail -n 400 "$TEXT")
	done
	end_run
	expect_no_event '.code == "policy.reloaded"'
}

@test "budgets that change count what is there" {
	policy <<-'POLICY'
		default: allow
		budgets: [{processes: 50}]
	POLICY
	cat >tree.py <<-'PYTHON'
		import os, socket, subprocess, time
		children = [subprocess.Popen(["sleep", "300"]) for _ in range(7)]
		socket.socket(2, 2).connect_ex(("127.0.0.2", 9))
		while not os.path.exists("stop"):
		    time.sleep(0.02)
		try:
		    subprocess.run(["true"])
		    print("made")
		except OSError as e:
		    print("refused", e.errno)
		for c in children:
		    c.kill()
	PYTHON
	start_enforce --kill-on-exit /usr/bin/python3 tree.py
	policy <<-'POLICY'
		default: allow
		budgets: [{processes: 8}]
	POLICY
	kill -HUP "$GATE"
	eventually told policy.reloaded
	end_run
	grep -q 'refused 11' said
	expect_event '.reason == "budget.processes" and .verdict == "deny" and (.advice | test("process 9 of 8"))'
}

@test "callgate reload is for audit and enforce, and says so" {
	run "$CALLGATE" reload $$
	[ "$status" -eq 125 ]
	[[ "$output" == *"process $$ is no callgate audit or enforce"* ]]
	run "$CALLGATE" reload x
	[ "$status" -eq 125 ]
	start_gate sleep 30
	run "$CALLGATE" reload "$GATE"
	[ "$status" -eq 125 ]
	kill "$GATE"
	wait "$GATE" || true
}
