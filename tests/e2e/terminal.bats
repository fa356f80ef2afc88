# Interactive use: the keyboard's signals, job control, and whose input it is.

load helper

# play SHELL: the lines of the test's script, from standard input, are played
# against an interactive shell. begun is what the commands print when they are
# ready; it is written be""gun where it is typed, so that the echo of the
# keyboard is not taken for it.
play() {
	local shell=$1
	export CALLGATE TEXT PS1='ready> ' TERM=dumb ENV=
	cat >script
	case $shell in
	bash) set -- bash --norc --noprofile -i ;;
	sh) set -- sh -i ;;
	esac
	"$FIXTURES/pty_driver" script "$@" 3>&-
}

ctrl_c() {
	play "$1" <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'echo be""gun; exec sleep 1000'\n
		expect begun
		send \x03
		expect ready>
		send echo status $?\n
		expect status 130
		expect ready>
		send exit 0\n
	SCRIPT
}

@test "Ctrl-C ends the command, and callgate as by SIGINT (bash)" {
	ctrl_c bash
}

@test "Ctrl-C ends the command, and callgate as by SIGINT (sh)" {
	ctrl_c sh
}

@test "Ctrl-C is the command's to handle: callgate stays until it ends" {
	play bash <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'trap "echo cau""ght; exit 5" INT; echo be""gun; while :; do sleep 0.05; done'\n
		expect begun
		send \x03
		expect caught
		expect ready>
		send echo status $?\n
		expect status 5
		send exit 0\n
	SCRIPT
}

@test "Ctrl-\\ ends the command, and callgate as by SIGQUIT" {
	play bash <<-'SCRIPT'
		expect ready>
		send ulimit -c 0\n
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'echo be""gun; exec sleep 1000'\n
		expect begun
		send \x1c
		expect ready>
		send echo status $?\n
		expect status 131
		send exit 0\n
	SCRIPT
}

ctrl_z_and_fg() {
	play "$1" <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'echo be""gun; read line; echo "got <$line>"; exit 4'\n
		expect begun
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		send hello\n
		expect got <hello>
		expect ready>
		send echo status $?\n
		expect status 4
		send exit 0\n
	SCRIPT
}

@test "Ctrl-Z stops the command and callgate; fg continues both (bash)" {
	ctrl_z_and_fg bash
}

@test "Ctrl-Z stops the command and callgate; fg continues both (sh)" {
	ctrl_z_and_fg sh
}

@test "Ctrl-Z again and again, with more than one process in the job" {
	{
		cat <<-'SCRIPT'
			expect ready>
			send "$CALLGATE" trace -o "$TEXT" -- sh -c 'sleep 1000 & while read x; do echo "got <$x>"; [ "$x" != end ] || break; done; kill $!; exit 4'\n
			send first\n
			expect got <first>
		SCRIPT
		for i in $(seq 20); do
			printf '%s\n' 'send \x1a' 'expect Stopped' 'expect ready>' 'send fg\n' \
				"send again $i\\n" "expect got <again $i>"
		done
		cat <<-'SCRIPT'
			send end\n
			expect got <end>
			expect ready>
			send echo status $?\n
			expect status 4
			send exit 0\n
		SCRIPT
	} | play bash
}

@test "in the background, reading from the terminal stops it; fg lets it read" {
	play bash <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'read line; echo "got <$line>"' &\n
		expect ready>
		send until jobs | grep -q Stopped; do sleep 0.05; done; echo it has st""opped\n
		expect it has stopped
		send fg\n
		expect read line
		send hello\n
		expect got <hello>
		expect ready>
		send exit 0\n
	SCRIPT
}

@test "in the background, the command runs to its end" {
	play bash <<-'SCRIPT'
		expect ready>
		send "$CALLGATE" trace -o "$TEXT" -- sh -c 'echo from be""hind; exit 6' & wait $!; echo status $?\n
		expect from behind
		expect status 6
		send exit 0\n
	SCRIPT
}

@test "an interactive shell under callgate has job control of its own" {
	export PS1='ready> ' TERM=dumb
	cat >script <<-'SCRIPT'
		expect ready>
		send sed -u "s/.*/got <&>/"\n
		send one\n
		expect got <one>
		send \x1a
		expect Stopped
		expect ready>
		send fg\n
		send two\n
		expect got <two>
		send \x03
		expect ready>
		send echo status $?\n
		expect status 130
		send sleep 1000 &\n
		expect ready>
		send kill %1; wait; exit 7\n
	SCRIPT
	run "$FIXTURES/pty_driver" script "$CALLGATE" trace -o "$TEXT" -- \
		bash --norc --noprofile -i 3>&-
	echo "$output"
	[ "$status" -eq 7 ]
	[[ "$output" != *'no job control'* ]]
}

@test "a command that its own child stops and continues goes on" {
	run timeout --kill-after=5 "$DEADLINE" "$CALLGATE" trace -o "$TEXT" -- \
		sh -c '(kill -STOP $$; sleep 0.1; kill -CONT $$) & wait; echo after'
	[ "$status" -eq 0 ]
	[ "$output" = after ]
}

@test "a stop by SIGSTOP, and SIGCONT, from outside" {
	local inner
	start_gate sh -c 'echo $$ >inner; while ! [ -e go ]; do sleep 0.01; done'
	eventually test -s inner
	inner=$(cat inner)
	kill -STOP "$inner"
	eventually grep -q '^State:.*[tT] ' "/proc/$inner/status"
	touch go
	kill -CONT "$inner"
	wait "$GATE"
}

state_of() {
	sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status"
}

is_in_state() {
	[[ "$(state_of "$1")" == ["$2"] ]]
}

@test "SIGCONT to callgate alone continues a command that somebody stopped" {
	local inner
	start_gate sh -c 'echo $$ >inner; while ! [ -e go ]; do sleep 0.01; done'
	eventually test -s inner
	inner=$(cat inner)
	kill -STOP "$inner"
	eventually is_in_state "$inner" tT
	touch go
	kill -CONT "$GATE"
	wait "$GATE"
}

@test "SIGTSTP to callgate alone stops both, and SIGCONT to callgate alone continues both" {
	local inner
	# A process group of its own: in an orphaned one, as the tests' may be, SIGTSTP does
	# not stop (setpgid(2)).
	set -m
	start_gate sh -c 'echo $$ >inner; while ! [ -e go ]; do sleep 0.01; done'
	set +m
	eventually test -s inner
	inner=$(cat inner)
	kill -TSTP "$GATE"
	eventually is_in_state "$GATE" T
	is_in_state "$inner" tT
	touch go
	kill -CONT "$GATE"
	wait "$GATE"
}

@test "SIGTSTP and SIGCONT to callgate alone, one right after the other: nothing stays stopped" {
	start_gate sh -c 'while ! [ -e go ]; do sleep 0.01; done'
	eventually grep -q exec "$TEXT"
	for _ in $(seq 200); do
		kill -TSTP "$GATE"
		kill -CONT "$GATE"
	done
	touch go
	timeout "$DEADLINE" tail --pid="$GATE" -s 0.05 -f /dev/null
	wait "$GATE"
}

@test "the command's standard input is its own: what it does not read is left" {
	run sh -c 'printf "one\ntwo\nthree\n" |
		("$0" trace -o text -- sh -c "read line; echo read \$line"; cat)' "$CALLGATE"
	[ "$output" = $'read one\ntwo\nthree' ]
}

@test "the command's standard output is its own: callgate's lines go to standard error" {
	run --separate-stderr "$CALLGATE" trace echo hello
	[ "$status" -eq 0 ]
	[ "$output" = hello ]
	[[ "$stderr" == *exec* ]]
}

@test "the log may go to standard output, when that is asked for" {
	"$CALLGATE" trace --log - -o "$TEXT" true >"$LOG"
	expect_event '.type == "session"'
	expect_event '.type == "summary"'
}

@test "a terminal whose colours are not wanted gets none: NO_COLOR, and a file" {
	gate true
	run ! grep -q $'\x1b' "$TEXT"
	printf 'eof\n' >script
	NO_COLOR=1 "$FIXTURES/pty_driver" script "$CALLGATE" trace true >seen 3>&-
	run ! grep -q $'\x1b' seen
	"$FIXTURES/pty_driver" script env -u NO_COLOR TERM=xterm "$CALLGATE" trace true >seen 3>&-
	grep -q $'\x1b' seen
}
