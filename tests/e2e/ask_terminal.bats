# A person at the gate: the terminal, what happens to it and who has it.

# shellcheck disable=SC2016,SC2030,SC2031

load ask

@test "the command cannot type the answer: TIOCSTI is denied" {
	# It can where nobody stops it; Linux 6.2 may forbid it by itself (dev.tty.legacy_tiocsti).
	printf 'expect \\n\n' >script
	"$FIXTURES/pty_driver" script timeout 1 "$FIXTURES/type_answer" y >seen 3>&- || true
	grep -q typed seen || skip 'this kernel does not let anybody type so'
	policy <<-'POLICY'
		default: {connect: ask, bind: deny, exec: allow, spawn: allow, socket: allow}
	POLICY
	talk -p policy.yaml -- sh -c '"$0" y & curl -s http://127.0.0.1:81/; echo "status $?"; kill $!' \
		"$FIXTURES/type_answer" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		expect ioctl
		expect ioctl
		send n
		expect status 7
	SCRIPT
	grep -q '^EPERM' seen
	[ "$(seen 'allowed once')" -eq 0 ]
	expect_event '.call == "ioctl" and .verdict == "deny" and .reason == "syscall.denied"'
}

@test "Ctrl-C denies; once more, and the run ends" {
	talk -- sh -c 'curl -s http://127.0.0.1:81/; echo "status $?"; curl -s http://127.0.0.1:82/; echo still he""re' <<-'SCRIPT'
		expect wants to run
		expect  > 
		send r
		expect :81
		expect  > 
		send \x03
		expect denied once
		expect status 7
		expect :82
		expect again ends the run > 
		send \x03
		expect the run ends
	SCRIPT
	[ "$(seen 'still here')" -eq 0 ]
	[ "$ended" -eq 137 ]
}

@test "Ctrl-D is no answer, and so is a time that is over: denied, as ask.unanswered" {
	talk --ask-timeout 3 -- sh -c 'curl -s http://127.0.0.1:81/; curl -s http://127.0.0.1:82/; echo "status $?"' <<-'SCRIPT'
		expect wants to run
		expect  > 
		send r
		expect :81
		expect  > 
		send \x04
		expect no answer: denied
		expect :82
		expect no answer in time: denied
		expect status 7
	SCRIPT
	expect_events 2 '.verdict == "deny" and .reason == "ask.unanswered" and .call == "connect"'
}

@test "without a terminal nobody is asked: denied, and said" {
	run setsid -w "$CALLGATE" ask --log "$LOG" -- curl -s http://127.0.0.1:81/ </dev/null
	[ "$status" -eq 7 ]
	[[ "$output" == *'there is no terminal to ask at'* ]]
	expect_event '.reason == "ask.unanswered" and .call == "connect"'
	expect_event '.type == "warning" and .code == "ask.nobody"'
}

@test "a terminal that goes away while it asks: denied, as ask.unanswered" {
	policy_asking_connects
	talk -p policy.yaml -o text -- sh -c 'trap "" HUP
		curl -s http://127.0.0.1:81/; echo "status $?" >first
		curl -s http://127.0.0.1:82/; echo "status $?" >second' <<-'SCRIPT'
		expect wants to connect
		expect  > 
		hangup
	SCRIPT
	[ "$(cat first second)" = $'status 7\nstatus 7' ]
	expect_events 2 '.call == "connect" and .verdict == "deny" and .reason == "ask.unanswered"'
	talk -p policy.yaml -o text -- sh -c 'trap "" HUP; echo be""gun; until [ -e go ]; do sleep 0.05; done
		curl -s http://127.0.0.1:81/; echo "status $?" >third' <<-'SCRIPT'
		expect begun
		hangup
		run touch go
	SCRIPT
	[ "$(cat third)" = 'status 7' ]
}

@test "a narrow terminal: no line is longer, and after a resize the question comes again" {
	WIDTH=40 talk -- curl -s 'http://127.0.0.1:81/a/path/that/is/longer/than/the/terminal/is/wide' <<-'SCRIPT'
		expect callgate: 
		expect  > 
		resize 30 24
		expect callgate: 
		expect  > 
		send n
		expect denied once
	SCRIPT
	awk 'length($0) > 40' seen | grep -v DENY >long || true
	awk 'length($0) > 30' RS='\r?\n' <(sed '1,/ > $/d' seen | sed '/denied once/q') >>long
	cat long
	[ ! -s long ]
}

@test "colour where it is wanted, and not where it is not" {
	printf 'expect  > \nsend n\n' >script
	NO_COLOR='' TERM=xterm "$FIXTURES/pty_driver" script "$CALLGATE" ask -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	grep -q $'\x1b\\[' seen
	TERM=xterm "$FIXTURES/pty_driver" script "$CALLGATE" ask --color never -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	run ! grep -q $'\x1b' seen
	TERM=dumb "$FIXTURES/pty_driver" script "$CALLGATE" ask -o text -- \
		curl -s http://127.0.0.1:81/ >seen 3>&- || true
	run ! grep -q $'\x1b' seen
}

@test "what a program chose is escaped; in a locale without UTF-8 all of it is ASCII" {
	cp /usr/bin/true $'evil\e[2J\xe2\x80\xae\xc3\xa9'
	LC_ALL=C.UTF-8 talk -- sh -c './evil*' <<-'SCRIPT'
		expect wants to run
		expect evil\\x1b[2J\\u{202e}\xc3\xa9
		expect  > 
		send n
	SCRIPT
	LC_ALL=C talk -- sh -c './evil*' <<-'SCRIPT'
		expect evil\\x1b[2J\\u{202e}\\u{E9}
		expect  > 
		send n
	SCRIPT
	sed -n '/wants to run/,/denied once/p' seen >prompt
	grep -q 'u{E9}' prompt
	run ! grep -qP '[^\x00-\x7f]' prompt
}

@test "the terminal is handed back as it was: modes, and the foreground process group" {
	cat >look <<-'SH'
		stty -g; ps -o pgid=,tpgid= -p $$
	SH
	talk -- sh -c '. ./look >before; curl -s http://127.0.0.1:81/; . ./look >after' <<-'SCRIPT'
		expect /usr/bin/stty
		expect  > 
		send r
		expect /usr/bin/ps
		expect  > 
		send r
		expect /usr/bin/curl
		expect  > 
		send r
		expect :81
		expect  > 
		send n
	SCRIPT
	diff before after
	[ -s before ]
}

@test "a shell with job control under ask: questions step in front of its jobs" {
	cat >script <<-'SCRIPT'
		expect ready>
		send curl -s http://127.0.0.1:81/; echo status $?\n
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect :81
		expect  > 
		send n
		expect status 7
		expect ready>
		send curl -s http://127.0.0.1:82/ | sed "s/.*/got <&>/"; echo status $?\n
		expect  > 
		send r
		expect :82
		expect  > 
		send n
		expect status 0
		expect ready>
		send exit 3\n
	SCRIPT
	export PS1='ready> ' TERM=dumb
	run "$FIXTURES/pty_driver" script "$CALLGATE" ask -o "$TEXT" -- bash --norc --noprofile -i 3>&-
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" != *'no job control'* ]]
}

@test "in the background the question waits until the job is brought to the foreground" {
	cat >script <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" ask -o text -- curl -s http://127.0.0.1:81/ &\n
		expect a question waits
		send echo still the sh""ell\n
		expect still the shell
		send fg\n
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect ready>
		send echo status $?\n
		expect status 7
		send exit 0\n
	SCRIPT
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script bash --norc --noprofile -i 3>&-
}

# Plays the script that comes in against an interactive shell.
in_a_shell() {
	cat >script
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script bash --norc --noprofile -i 3>&-
}

@test "Ctrl-Z at a question stops the whole job; fg brings both back" {
	in_a_shell <<-'SCRIPT'
		expect ready>
		send stty -g >before; "$CALLGATE" ask -o text -- sh -c 'curl -s http://127.0.0.1:81/; echo "status $?"'\n
		expect wants to run /usr/bin/curl
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send stty -g >between; ps -o s=,comm= -t "$(tty)" | grep callgate >states; fg\n
		expect wants to run /usr/bin/curl
		expect  > 
		send r
		expect wants to connect
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect wants to connect
		expect  > 
		send n
		expect denied once
		expect status 7
		expect ready>
		send exit 0\n
	SCRIPT
	diff before between
	[ "$(cat states)" = 'T callgate' ]
}

@test "Ctrl-Z in a shell under ask stops the job of that shell that is asked about" {
	cat >script <<-'SCRIPT'
		expect ready>
		send curl -s http://127.0.0.1:81/\n
		expect wants to run /usr/bin/curl
		expect  > 
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		expect wants to run /usr/bin/curl
		expect  > 
		send n
		expect ready>
		send exit 3\n
	SCRIPT
	export PS1='ready> ' TERM=dumb
	"$FIXTURES/pty_driver" script "$CALLGATE" ask -o "$TEXT" -- bash --norc --noprofile -i \
		>seen 3>&- || ended=$?
	cat seen
	[ "$ended" -eq 3 ]
}

@test "Ctrl-Z where a job cannot be stopped: the question comes again" {
	talk -- curl -s http://127.0.0.1:81/ <<-'SCRIPT'
		expect wants to connect
		expect  > 
		send \x1a
		expect told to stop
		expect wants to connect
		expect  > 
		send n
		expect denied once
	SCRIPT
	[ "$ended" -eq 7 ]
}

@test "what the command writes over the question does not matter: Ctrl-L and Enter show it again" {
	policy_asking_connects
	talk -p policy.yaml -- sh -c "$(job_until_go 'curl -s http://127.0.0.1:81/' 'printf "garbled\rtwice"')" <<-'SCRIPT'
		expect wants to connect
		expect  > 
		run touch go
		expect twice
		send \x0c
		expect wants to connect
		expect  > 
		send \n
		expect wants to connect
		expect  > 
		send n
		expect status 7
	SCRIPT
	[ "$(seen 'no such key')" -eq 0 ]
}

@test "a run whose time is over gives the terminal back, too" {
	cat >script <<-'SCRIPT'
		expect ready>
		send stty -g >before; "$CALLGATE" ask -o text --timeout 1 -- curl -s http://127.0.0.1:81/; stty -g >after\n
		expect wants to connect
		expect ready>
		send exit 0\n
	SCRIPT
	export CALLGATE PS1='ready> ' TERM=dumb ENV=
	"$FIXTURES/pty_driver" script sh -i 3>&-
	diff before after
}
