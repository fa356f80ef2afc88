# Many at once, many one after the other: nothing lost, nothing left, no growth.

load helper

# Every task that started has ended, and the log is whole.
expect_nothing_lost() {
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
	expect_event '.type == "summary" and .lost == 0'
	jq -e -n '[inputs.seq] | . == [range(1; length + 1)]' "$LOG" >/dev/null
}

@test "300 processes at once" {
	run gate "$FIXTURES/processes_at_once" 300
	[ "$status" -eq 0 ]
	[ "$output" = '300 processes were alive at once and ended well' ]
	expect_nothing_lost
	expect_events 301 '.type == "start"'
	expect_events 300 '.call == "socket" and .result >= 0'
	expect_event '.type == "summary" and .processes == 301 and .peak_processes == 301'
}

@test "200 threads at once" {
	run gate "$FIXTURES/threads_at_once" 200
	[ "$status" -eq 0 ]
	[ "$output" = '200 threads were alive at once' ]
	expect_nothing_lost
	expect_events 200 '.type == "start" and .thread'
	expect_events 200 '.call == "socket" and .result >= 0'
	expect_event '.type == "summary" and .peak_tasks == 201'
}

@test "10,000 short processes: all are logged, and callgate's memory does not grow" {
	local wanted=10000 early late
	[ -z "${CALLGATE_SOAK:-}" ] || wanted=1000000
	run gate "$FIXTURES/short_processes" "$wanted"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$wanted processes ended well" ]
	[[ "${lines[1]}" =~ ([0-9]+)\ KiB,\ ([0-9]+)\ KiB ]]
	early=${BASH_REMATCH[1]} late=${BASH_REMATCH[2]}
	echo "callgate holds $early KiB after a tenth of the run, $late KiB at the end"
	# Less than 100 bytes a process: what is kept of a process that ended is nothing.
	[ $((late - early)) -lt $((wanted / 11)) ]
	expect_events $((wanted + 1)) '.type == "start"'
	expect_events $((wanted + 1)) '.type == "exit" and .exit_code == 0'
	expect_events $((wanted + 1)) '.call == "execve" and .result == 0'
	expect_event '.type == "summary" and .lost == 0 and .processes == '$((wanted + 1))
}

@test "a killed callgate takes the whole tree with it" {
	LOG=cut-off
	start_gate sh -c 'sleep 1000 & echo $! >inner; wait'
	eventually test -s inner
	kill -KILL "$GATE"
	wait "$GATE" || true
	eventually gone "$(cat inner)"
	"$SOURCE/tests/schema/validate" --partial "$LOG"
}

gone() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}
