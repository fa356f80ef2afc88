# What is made of a log: text, trace events, folded stacks. The page has a file of its own.

load judged

report() {
	"$CALLGATE" report "$@"
}

# A run with a denial of each kind that a rule can mend, of which audit lets all through.
audited() {
	policy <<-POLICY
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: no-wc
		    exec: /usr/bin/wc
		    verdict: deny
		    why: nothing here is to be counted
	POLICY
	start_web_server
	audit sh -c "curl -s http://127.0.0.1:$PORT/ | wc -c; true" >/dev/null
}

@test "the text says what ran, what was denied and why, and who reached what" {
	audited
	report "$LOG" >out
	head -n 1 out | grep -qF "audit  sh -c 'curl -s http://127.0.0.1:$PORT/ | wc -c; true'"
	grep -A 1 -E 'WOULD exec +/usr/bin/wc$' out |
		grep -qE '^ +by /.*sh\[[0-9]+\] at [0-9.]+: EACCES, no-wc \(policy.yaml:4\)$'
	grep -q 'why: nothing here is to be counted' out
	grep -A 1 -E "WOULD connect +tcp 127.0.0.1:$PORT$" out | grep -q 'by /usr/bin/curl'
	grep -qE '^ +[0-9]+\.[0-9]{3} +[0-9]+\.[0-9]{3}    curl\[[0-9]+\]  1 denied  curl -s http' out
	grep -qE "^ +1 .* /usr/bin/curl  tcp 127.0.0.1:$PORT" out
	grep -q 'slowest connects' out
}

@test "the rules that a report proposes let the run pass, and without one of them it does not" {
	audited
	report "$LOG" >out
	sed -n '/^  - exe/,/^$/p' out | sed '/^$/d' >rules
	[ "$(grep -c 'verdict: allow' rules)" -eq 2 ]
	{
		sed '/^rules:/q' policy.yaml
		cat rules
		sed '1,/^rules:/d' policy.yaml
	} >mended.yaml
	"$CALLGATE" enforce -p mended.yaml --log enforced.jsonl -o "$TEXT" \
		sh -c "curl -s http://127.0.0.1:$PORT/ | wc -c; true" >stdout
	[ "$(cat stdout)" = 17 ]
	[ "$(count_events '.verdict == "deny"' enforced.jsonl)" -eq 0 ]
	sed -i '/^  - exe.*curl/,/verdict/d' mended.yaml
	"$CALLGATE" enforce -p mended.yaml --log enforced.jsonl -o "$TEXT" \
		sh -c "curl -s http://127.0.0.1:$PORT/ | wc -c; true" >stdout
	[ "$(count_events '.verdict == "deny"' enforced.jsonl)" -gt 0 ]
}

@test "with -k a denial is shown with its place in the program" {
	policy_allowing 192.0.2.1
	audit -k python3 -c 'import socket; socket.socket().connect_ex(("127.0.0.1", 1))'
	report "$LOG" >out
	grep -A 3 -E 'WOULD connect +tcp 127.0.0.1:1$' out | grep -qE '^ +(__)?connect\+[0-9]+  /'
	# The innermost frames are enough here.
	[ "$(grep -cE '^ +[^ ]+\+[0-9]+  /' out)" -le 6 ]
}

@test "a program that is denied by every path to it is denied once" {
	policy <<-'POLICY'
		default: allow
		rules: [{id: no-wc, exec: /usr/bin/wc, verdict: deny}]
	POLICY
	ln -s /usr/bin/wc wc
	PATH=$PWD:/usr/bin enforce sh -c 'wc </dev/null' || true
	expect_events 2 '.call == "execve" and .verdict == "deny"'
	report "$LOG" >out
	grep -qE '^ +2  DENY +exec  /usr/bin/wc$' out
	expect_same 1 "$(grep -c ' DENY ' out)"
}

@test "on a terminal the lines of the tree end where it does" {
	gate sh -c "/bin/true $(printf 'word %.0s' {1..40}); exit 3" || true
	script -qec "stty cols 60; $CALLGATE report --color never $LOG" /dev/null </dev/null | tr -d '\r' >out
	grep -qE '^ +[0-9.]+ +[0-9.]+    true\[[0-9]+\]  .*word.*\.\.\.$' out
	# What matters stands before what is cut.
	grep -qE '^ +[0-9.]+ +[0-9.]+  .*sh\[[0-9]+\]  exit 3  .*\.\.\.$' out
	sed -n '/^processes/,/^$/p' out >tree
	[ "$(awk '{ print length }' tree | sort -n | tail -n 1)" -eq 60 ]
	report "$LOG" | grep -q 'word word.*; exit 3'
}

@test "a search along PATH is no failure, but what is nowhere is" {
	mkdir empty
	PATH=$PWD/empty:$PATH gate env true
	report "$LOG" >out
	grep -qE '^ +[0-9]+  of these are steps of searches along PATH$' out
	report "$LOG" --format html | grep -q '"failed":0,"searches":[1-9]'
	gate env nothing-of-this-name || true
	report "$LOG" --format html | grep -q '"failed":[1-9][0-9]*,"searches":[01],'
}

@test "processes alike stand in one line" {
	gate sh -c 'for i in 1 2 3 4 5; do /bin/true; done'
	report "$LOG" >out
	grep -qE '  true x 5, [0-9.]+ s in all' out
}

@test "a run without a policy has nothing that was denied" {
	gate /bin/true
	report "$LOG" >out
	run ! grep -E 'WOULD|DENY|(was|be) denied|rules' out
}

@test "the trace events are what viewers read, and have every process and call" {
	audited
	report "$LOG" --format chrome >trace.json
	"$SOURCE/tests/support/chrome_trace.py" trace.json
	expect_same "$(count_events '.type == "call" and .result != null')" \
		"$(jq '[.traceEvents[] | select(.ph == "X" and .cat != "program")] | length' trace.json)"
	expect_same "$(events '.type == "start"' | jq -s 'map(.pid) | unique | length')" \
		"$(jq '[.traceEvents[] | select(.cat == "program").pid] | unique | length' trace.json)"
	jq -e 'any(.traceEvents[]; .cat == "denied" and .cname == "terrible" and .args.rule == "no-wc")' trace.json
	jq -e '.otherData.mode == "audit"' trace.json
}

@test "the checker of trace events finds what is wrong with them" {
	gate sh -c '/bin/true; /bin/true'
	report "$LOG" --format chrome >trace.json
	for spoil in '.traceEvents[3].ph = "Z"' 'del(.traceEvents[0].args.name)' \
		'(.traceEvents[] | select(.ph == "X")).dur = "1"' \
		'(.traceEvents[] | select(.ph == "X" and .cat != "program")).dur = 99999999' \
		'(.traceEvents[] | select(.ph == "s")).ts = 99999999' 'del(.traceEvents)'; do
		jq "$spoil" trace.json >spoiled.json
		run "$SOURCE/tests/support/chrome_trace.py" spoiled.json
		[ "$status" -eq 1 ] || { echo "accepted: $spoil"; return 1; }
	done
}

@test "folded stacks have a line for each way to a call, with its count" {
	gate sh -c '/bin/true; /bin/true; /bin/true'
	report "$LOG" --format folded >lines
	grep -qxE '[a-z]*sh;spawn 3' lines
	grep -qxE '[a-z]*sh;exec 3' lines
	expect_same "$(count_events '.type == "call"')" "$(awk '{ n += $NF } END { print n }' lines)"
}

@test "folded stacks go on with the functions where the log has them" {
	gate /bin/true
	jq -c 'if .type == "call" then .stack = [
		{module: "/lib/libc.so.6", symbol: "execve", offset: 7, address: "0x1"},
		{module: "/a b/lib;x.so", offset: 4660, address: "0x2"},
		{module: "/bin/sh", symbol: "main", offset: 1, address: "0x3"}] else . end' "$LOG" >stacks.log
	report stacks.log --format folded >lines
	grep -qxF 'callgate;main;lib\x3bx.so+0x1234;execve;exec 1' lines
}

@test "a run with -k is folded down to the function that made the call" {
	gate -k sh -c '/bin/true; /bin/true'
	report "$LOG" --format folded >lines
	[ "$(grep -cE '^[a-z]*sh;.*;(__)?libc_start_main[^ ]*;(__)?execve;exec 1$' lines)" -eq 2 ]
}

@test "a log from a pipe is read like a file" {
	gate /bin/true
	report - <"$LOG" >piped
	report "$LOG" >named
	expect_same "$(sed "s,$LOG,-," named)" "$(cat piped)"
}

@test "a log that is cut off, or no log, is said and no fault" {
	gate /bin/true
	head -c -30 "$LOG" >cut.log
	report cut.log >out
	grep -q 'note: .*cut' out
	head -n 3 "$LOG" >short.log
	for format in html chrome folded; do
		report short.log --format $format >out 2>said
	done
	report short.log --format chrome >trace.json
	"$SOURCE/tests/support/chrome_trace.py" trace.json
	echo 'this is no log' >text.log
	for format in text html chrome folded; do
		report text.log --format $format >out 2>said
		[ -s out ] || [ $format = folded ]
	done
	: >empty.log
	report empty.log >out
}

@test "a long log is read in little memory, and what is left out is said" {
	local format
	for format in text html chrome folded; do
		"$SOURCE/tests/support/long_log.py" 100000 |
			(ulimit -v 102400 && report - --format $format) >made.$format
	done
	grep -q 'note: 6[0-9]* processes of this long run are not shown one by one' made.text
	# All of them are counted all the same.
	expect_same "$("$SOURCE/tests/support/long_log.py" 100000 | grep -c '"type":"call"')" \
		"$(awk '{ n += $NF } END { print n }' made.folded)"
	"$SOURCE/tests/support/chrome_trace.py" made.chrome
	[ "$(wc -c <made.html)" -lt 10000000 ]
}

@test "a log that cannot be read, and an unknown format, are callgate's own failure" {
	run report none.jsonl
	[ "$status" -eq 125 ]
	[[ "$output" == "callgate: cannot open the log none.jsonl: "* ]]
	run report "$LOG" --format pdf
	[ "$status" -eq 125 ]
	run report
	[ "$status" -eq 125 ]
}

@test "a report that cannot be written is a failure" {
	gate /bin/true
	for format in text html chrome folded; do
		run report "$LOG" --format $format >/dev/full
		status=0
		"$CALLGATE" report "$LOG" --format $format >/dev/full 2>said || status=$?
		[ "$status" -eq 125 ]
		grep -q 'No space left' said
	done
}

@test "nothing of a log reaches the terminal as it is" {
	gate_all "$FIXTURES/hostile_names" >said
	for format in text html chrome folded; do
		report "$LOG" --format $format >out
		expect_harmless out
	done
	report "$LOG" --format chrome >trace.json
	"$SOURCE/tests/support/chrome_trace.py" trace.json
	report "$LOG" --color always | sed 's/\x1b\[[0-9;]*m//g' >plain
	expect_harmless plain
}
