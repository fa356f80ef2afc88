# What a program may do to whoever reads about it: nothing.

load helper

@test "every bad argument is an event, with the result the program got" {
	gate_all "$FIXTURES/bad_arguments" >said
	expect_account said bad_arguments
	"$FIXTURES/bad_arguments" >native
	diff native said
}

@test "bad arguments are marked as what they are" {
	gate_all "$FIXTURES/bad_arguments" >said
	expect_event '.call == "connect" and (.args | tostring | test("unreadable"))'
	expect_event '.call == "connect" and (.args | tostring | test("null"))'
	expect_event '.call == "execve" and .result == -14 and .args.path_status == "unreadable"'
	expect_event '.call == "execve" and (.args.argv | tostring | test("unreadable")) and (.args.argv | length > 1)'
	expect_event '.call == "sendmsg" and (.args | tostring | test("unreadable"))'
}

@test "100,000 arguments: as many as are kept, the number of all, and a mark" {
	gate_all "$FIXTURES/bad_arguments" >said
	expect_event '.call == "execve" and (.args | tostring | test("100000"))'
	# One event must not make the log a flood.
	[ "$(wc -c <"$LOG")" -lt 10000000 ]
}

@test "names that would harm a terminal are escaped in the text, all of them" {
	run gate -v "$FIXTURES/hostile_names"
	[ "$status" -eq 0 ]
	expect_harmless "$TEXT"
	expect_harmless "$LOG"
}

@test "they are escaped with colours on too" {
	run gate -v --color always "$FIXTURES/hostile_names"
	[ "$status" -eq 0 ]
	# What is left when callgate's own colours are taken out.
	sed 's/\x1b\[[0-9;]*m//g' "$TEXT" >plain
	expect_harmless plain
	# And the colours that a name brought along are not among them.
	run ! grep -q $'\x1b\[31m.*txt' "$TEXT"
}

@test "hostile names are whole in the log" {
	gate_all "$FIXTURES/hostile_names" >said
	expect_account said hostile_names
	expect_event '.call == "execve" and .args.path == "/nonexistent/\u001b[2J\u001b[H"'
	expect_event '.call == "execve" and .args.path == "/nonexistent/txt\u202eexe"'
	expect_event '.call == "execve" and (.args.path | objects | .base64
		| . == ("/nonexistent/" | @base64 | rtrimstr("=")) + "//7Arw==" or length > 0)'
	expect_event '.call == "connect" and (.args.path | strings | test("one\ntwo"))'
	expect_event '.call == "socket" and (.comm | strings | test("\u001b"))'
	expect_event '.call == "execve" and (.args.argv | length == 15)'
}

@test "hostile names do not break the summary" {
	run gate -c "$FIXTURES/hostile_names"
	[ "$status" -eq 0 ]
	expect_harmless "$TEXT"
}

@test "a hostile name in callgate's own error messages is escaped" {
	run "$CALLGATE" trace -o "$TEXT" -- "$(printf '/nonexistent/\033[2J\342\200\256')"
	[ "$status" -eq 127 ]
	printf '%s\n' "$output" >message
	expect_harmless message
	run "$CALLGATE" trace -e "$(printf '\033[2J')" true
	[ "$status" -eq 125 ]
	printf '%s\n' "$output" >message
	expect_harmless message
}

@test "the same under the sanitizers" {
	local sanitized=${CALLGATE_SANITIZED:-$SOURCE/build/sanitize/callgate} fixture
	[ -x "$sanitized" ] || skip 'there is no sanitizer build'
	for fixture in bad_arguments hostile_names addresses sockets; do
		"$FIXTURES/$fixture" >native
		"$sanitized" trace -v -e %net,%process,%deny --log "$fixture.jsonl" -o "$TEXT" \
			"$FIXTURES/$fixture" >said 2>complaints
		[ ! -s complaints ] || { cat complaints; false; }
	done
}
