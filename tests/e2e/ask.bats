# A person at the gate: whole conversations, played at a terminal of their own.

load judged

# The lines of the test's script, from standard input, are played against
# `callgate ask` with these arguments; all that came out is in the file seen.
talk() {
	cat >script
	NO_COLOR=1 "$FIXTURES/pty_driver" script "$CALLGATE" ask --log "$LOG" "$@" >seen 3>&-
	local status=$?
	# Only the end is of interest when something went wrong.
	tail -n 60 seen
	return $status
}

# How often a text was seen.
seen() {
	grep -c -F -e "$1" seen || true
}

# A page is asked for so many times, by one process each time.
pages() {
	echo "for i in $(seq -s ' ' "$1"); do curl -s http://127.0.0.1:$PORT/ || echo failed \$?; done"
}

@test "y allows one call: the next one is asked about again, and says what was answered before" {
	start_web_server
	talk -- sh -c "$(pages 2)" <<-SCRIPT
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect to tcp 127.0.0.1:$PORT (@loopback)
		expect /usr/bin/curl
		expect curl -s http://127.0.0.1:$PORT/
		expect  > 
		send y
		expect allowed once
		expect this is the page
		expect wants to connect
		expect allowed once: 1, denied once: 0
		expect  > 
		send n
		expect denied once
		expect failed 7
	SCRIPT
	expect_events 1 '.call == "connect" and .verdict == "allow" and .reason == "ask.once"'
	expect_events 1 '.call == "connect" and .verdict == "deny" and .reason == "ask.denied" and
		.errno == "EACCES"'
}

@test "r allows by the rule for the run: nothing like it is asked again" {
	start_web_server
	talk -- sh -c "$(pages 3)" <<-SCRIPT
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect for this run: {exec: "/usr/bin/curl", verdict: allow}
		expect wants to connect
		expect  > 
		send r
		expect for this run: {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: allow}
	SCRIPT
	[ "$(seen 'this is the page')" -eq 3 ]
	[ "$(seen 'wants to')" -eq 2 ]
	expect_events 3 '.call == "connect" and .reason == "ask.run" and .rule.file == "(this run)"'
}

@test "s saves the rule, shows its text, and nothing is asked in the next run" {
	start_web_server
	talk --save saved.yaml -- sh -c "$(pages 2)" <<-SCRIPT
		expect wants to run
		expect  > 
		send s
		expect saved: saved.yaml
		expect   - {exec: "/usr/bin/curl", verdict: allow}
		expect wants to connect
		expect  > 
		send s
		expect   - {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: allow}
	SCRIPT
	[ "$(seen 'wants to')" -eq 2 ]
	cat saved.yaml
	expect_events 2 '.call == "connect" and .reason == "rule" and (.rule.file == "saved.yaml")
		and .rule.line == '"$(grep -n "127.0.0.1:$PORT" saved.yaml | cut -d : -f 1)"
	talk --save saved.yaml -- sh -c "$(pages 2)" <<-'SCRIPT'
		eof
	SCRIPT
	[ "$(seen 'wants to')" -eq 0 ]
	[ "$(seen 'this is the page')" -eq 2 ]
}

@test "what was saved is a policy: enforce passes with it, and fails without one of its rules" {
	start_web_server
	talk --save policy.yaml -- sh -c "$(pages 1)" <<-'SCRIPT'
		expect  > 
		send s
		expect wants to connect
		expect  > 
		send s
	SCRIPT
	"$CALLGATE" check policy.yaml || [ $? -eq 1 ]
	[ "$(enforce sh -c "$(pages 1)")" = 'this is the page' ]
	sed -i '/connect: "127/d' policy.yaml
	[ "$(enforce sh -c "$(pages 1)")" = 'failed 7' ]
}

@test "n, R and S deny: once, for the run, and for good" {
	start_web_server
	talk --save saved.yaml -- sh -c "$(pages 3)" <<-SCRIPT
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect failed 7
		expect wants to connect
		expect  > 
		send S
		expect {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: deny}
		expect failed 7
		expect failed 7
	SCRIPT
	[ "$(seen 'wants to connect')" -eq 2 ]
	grep -q 'verdict: deny}$' saved.yaml
	talk -- sh -c "$(pages 2)" <<-SCRIPT
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send R
		expect for this run: {exe: "/usr/bin/curl", connect: "127.0.0.1:$PORT", verdict: deny}
		expect failed 7
		expect failed 7
	SCRIPT
	expect_events 2 '.call == "connect" and .verdict == "deny" and .reason == "ask.run"'
}

@test "k kills the process before its call" {
	start_web_server
	talk -- sh -c 'curl -s http://127.0.0.1:1/; echo status $?' <<-'SCRIPT'
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send k
		expect killed
		expect status 137
	SCRIPT
	expect_event '.verdict == "kill" and .reason == "ask.killed"'
}

@test "w goes up the ladder of destinations, and round; the rule's text is always there" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect rule        {exe: "/usr/bin/curl", connect: "127.0.0.1:81", verdict: allow}
		expect  > 
		send w
		expect connect: "127.0.0.1", verdict
		expect  > 
		send w
		expect connect: "127.0.0.0/24", verdict
		expect  > 
		send w
		expect connect: "*:81", verdict
		expect  > 
		send w
		expect connect: "*", verdict
		expect  > 
		send w
		expect connect: "127.0.0.1:81", verdict
		expect  > 
		send n
	SCRIPT
	talk -- curl -s 'http://[::1]:81/' <<-'SCRIPT' || [ $? -eq 7 ]
		expect connect: "[::1]:81", verdict
		expect  > 
		send w
		expect connect: "[::1]", verdict
		expect  > 
		send w
		expect connect: "[::/64]", verdict
		expect  > 
		send n
	SCRIPT
}
