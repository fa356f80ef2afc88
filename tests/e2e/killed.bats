# Tasks killed at the worst moment: nothing hangs, nothing runs unaccounted for.

load helper

@test "makers killed between their child's birth and the report of it" {
	run gate "$FIXTURES/killed_while_forking" 300
	[ "$status" -eq 0 ]
	[ "$output" = '300 makers were killed, and no child is left' ]
	expect_events "$(count_events '.type == "start"')" '.type == "exit"'
	# A child whose maker is dead still has the maker's lineage.
	expect_no_event '.type == "start" and .how != "spawn" and (.lineage | length) == 0'
}

# Which is told of by the number of the first one alone.
@test "a thread killed in its exec: it has an end like any task, and its place is free again" {
	cat >policy.yaml <<-'POLICY'
		version: 1
		default: allow
		rules: [{connect: "127.0.0.3", verdict: kill}]
		budgets: [{processes: 4, tasks: 6}]
	POLICY
	"$CALLGATE" enforce -k -p policy.yaml --log "$LOG" -o "$TEXT" "$FIXTURES/attack_outlive" first 200 10
	[ "$(count_events '.type == "start"')" -gt 400 ]
	expect_same "$(events '.type == "start"' | jq .tid | sort)" \
		"$(events '.type == "exit"' | jq .tid | sort)"
}

moments=100
[ -z "${CALLGATE_SOAK:-}" ] || moments=1000

nobody_is_left() {
	! grep -lsz "CALLGATE_KILLED_MARK=$BATS_TEST_TMPDIR" /proc/[0-9]*/environ >left
}

# Every one of them would go on for ever, and try again and again what is denied.
@test "callgate is killed at random moments: no task lives on, nothing denied gets through" {
	start_web_server
	cat >policy.yaml <<-POLICY
		version: 1
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
	POLICY
	cat >busy.sh <<-'SCRIPT'
		while :; do
			/usr/bin/python3 -S -c 'import socket,sys
		for _ in range(20):
		    try: socket.create_connection(("127.0.0.1", int(sys.argv[1]))); print("through")
		    except OSError: pass' "$1" &
			(sleep 0) &
			wait
		done
	SCRIPT
	# By its environment each task of the run is known.
	export CALLGATE_KILLED_MARK=$BATS_TEST_TMPDIR
	for ((i = 0; i < moments; i++)); do
		"$CALLGATE" enforce -q -o /dev/null -p policy.yaml -- \
			sh busy.sh "$PORT" >>through 2>/dev/null 3>&- &
		sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
		kill -KILL $!
		wait $! || true
	done 2>/dev/null
	unset CALLGATE_KILLED_MARK
	[ ! -s through ]
	# A task is gone once the kernel has got through its end.
	eventually nobody_is_left || { cat left; false; }
}
