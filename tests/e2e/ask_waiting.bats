# A person at the gate: calls that wait for an answer, and what happens to them meanwhile.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154

load ask

@test "what was typed before the question is not its answer" {
	talk -- sh -c 'sleep 0.1; echo be""gun; until [ -e go ]; do sleep 0.05; done
		curl -s http://127.0.0.1:81/; echo "status $?"' <<-'SCRIPT'
		expect wants to run /usr/bin/sleep
		expect  > 
		send r
		expect begun
		send yyyrrr
		run touch go
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect status 7
	SCRIPT
}

@test "a process that dies withdraws its question; the next one is asked" {
	policy_asking_connects
	talk -p policy.yaml -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' 'kill -KILL $!')"'
		curl -s http://127.0.0.1:82/; echo "status $?"' <<-'SCRIPT'
		expect 127.0.0.1:81
		expect  > 
		run touch go
		expect the process is gone
		expect status 137
		expect 127.0.0.1:82
		expect  > 
		send n
		expect status 7
	SCRIPT
}

@test "50 at once that ask the same are one question, and one answer serves all" {
	start_web_server
	talk -- sh -c 'for i in $(seq 50); do curl -s http://127.0.0.1:'"$PORT"'/ & done; wait' <<-'SCRIPT'
		expect wants to run /usr/bin/seq
		expect  > 
		send r
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect 50 waiting for this answer
		send y
		expect allowed once
	SCRIPT
	[ "$(seen 'this is the page')" -eq 50 ]
	[ "$(seen 'wants to connect')" -eq 1 ]
	expect_events 50 '.call == "connect" and .reason == "ask.once"'
}

@test "50 at once that ask different things wait in line; a wide rule answers the rest" {
	talk -- sh -c 'for i in $(seq 101 150); do curl -s http://127.0.0.1:$i/ & done; wait' <<-'SCRIPT'
		expect  > 
		send r
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send n
		expect wants to connect
		expect  > 
		send w
		expect connect: "127.0.0.1", verdict
		expect  > 
		send R
		expect for this run
	SCRIPT
	[ "$(seen 'wants to connect')" -le 4 ]
	expect_events 50 '.call == "connect" and .verdict == "deny" and .args.family == "inet"'
}

signal_kills() {
	policy_asking_connects
	talk -p policy.yaml --backend "$1" -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' 'kill $!')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect status 143
	SCRIPT
	[ "$(seen 'wants to')" -eq 1 ]
	expect_event '.call == "connect" and .verdict == "ask" and .error == "ERESTARTNOINTR"'
	expect_event '.type == "exit" and .comm == "curl" and .signal == "SIGTERM"'
}

@test "a signal that kills is not held up by a question (ptrace)" {
	signal_kills ptrace
}

@test "a signal that kills is not held up by a question (notify)" {
	signal_kills notify
}

@test "a program that waits to be run dies of a signal, too; and so does all of a killed run" {
	policy <<-'POLICY'
		default: {connect: deny, bind: deny, exec: allow, spawn: allow, socket: allow}
		rules:
		  - exec: /usr/bin/true
		    verdict: ask
	POLICY
	talk -p policy.yaml -- sh -c "$(job_until_go /usr/bin/true 'kill $!')" <<-'SCRIPT'
		expect wants to run /usr/bin/true
		expect  > 
		run touch go
		expect status 143
	SCRIPT
	talk -p policy.yaml -- env true <<-'SCRIPT'
		expect wants to run /usr/bin/true
		expect  > 
		run kill $PLAYED
	SCRIPT
	[ "$ended" -eq 143 ]
}

# The question stays where it is: it is still the same call.
handlers_run() {
	policy_asking_connects
	talk -p policy.yaml --backend "$1" -- "$FIXTURES/signalled_connect" 81 <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run kill -USR1 $PLAYED
		expect handled 1
		run kill -USR1 $PLAYED
		expect handled 2
		run kill -USR1 $PLAYED
		expect handled 3
		send n
		expect denied once
		expect connect -13
	SCRIPT
	[ "$(seen 'wants to connect')" -eq 1 ]
}

@test "handlers of signals run while a call waits, and the question stays (ptrace)" {
	handlers_run ptrace
}

@test "handlers of signals run while a call waits, and the question stays (notify)" {
	handlers_run notify
}

@test "a process that is stopped takes its question back, and asks again when it goes on" {
	policy_asking_connects
	talk -p policy.yaml -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' \
		'kill -STOP $!; until [ -e on ]; do sleep 0.05; done; kill -CONT $!')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect the process is gone, or stopped
		run touch on
		expect wants to connect
		expect  > 
		send n
		expect status 7
	SCRIPT
}
