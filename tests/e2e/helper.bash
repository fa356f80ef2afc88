# What the end-to-end tests share. Every test runs in a directory of its own,
# which is gone afterwards, and so are the servers it started. Every log made
# there is held against the schema when the test ends.

# jq expressions have $ of their own; PORT and others are for the tests.
# shellcheck disable=SC2016,SC2034

bats_require_minimum_version 1.5.0

SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
CALLGATE=${CALLGATE:-$SOURCE/build/callgate}
FIXTURES=${FIXTURES:-$SOURCE/build/fixtures}
# How long something may take that a machine does at once: only a hang is slower.
DEADLINE=60
# What is typed here is nothing to remember for whoever runs the tests (bash(1), HISTFILE), and
# how they like their own terminal is nothing to the tests.
export HISTFILE=
unset NO_COLOR
SERVERS=()

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	LOG=$BATS_TEST_TMPDIR/log.jsonl
	TEXT=$BATS_TEST_TMPDIR/text
}

teardown() {
	stop_servers
	validate_logs
}

# Runs a command under callgate, with a log in $LOG and the text lines in $TEXT.
# Options of callgate may stand before the command.
gate() {
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" "$@"
}

# The same, watching every call that strace's %net and %process have.
gate_all() {
	gate -e %net,%process "$@"
}

# The same in the background, as a job whose process is callgate's own: $GATE.
start_gate() {
	"$CALLGATE" trace --log "$LOG" -o "$TEXT" "$@" 3>&- &
	GATE=$!
}

validate_logs() {
	local log
	for log in "$BATS_TEST_TMPDIR"/*.jsonl; do
		[ -s "$log" ] || continue
		"$SOURCE/tests/schema/validate" "$log" || return 1
	done
}

# The events for which a jq expression holds: events '.call == "connect"'
events() {
	jq -c "select($1)" "${2:-$LOG}"
}

count_events() {
	events "$@" | wc -l
}

# Some event must satisfy the expression; the log's calls are shown when none does.
expect_event() {
	[ -n "$(events "$1")" ] && return 0
	echo "no event with: $1"
	echo "the log has:"
	jq -c 'del(.time, .mono_ns, .lineage, .seq)' "$LOG" | cut -c 1-400 | head -n 200
	return 1
}

# Exactly this many must.
expect_events() {
	local found
	found=$(count_events "$2")
	[ "$found" -eq "$1" ] && return 0
	echo "$found events, and not $1, with: $2"
	events "$2" | cut -c 1-400 | head -n 50
	return 1
}

expect_no_event() {
	expect_events 0 "$1"
}

# Two words, or texts, must be the same.
expect_same() {
	[ "$1" = "$2" ] && return 0
	diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
	return 1
}

# A fixture says "CALL RESULT  what" for each call it makes: expect_account FILE
# [EXE]. The log must have the same calls of that program with the same results
# in the same order, and no more calls of those names.
expect_account() {
	local said logged names
	said=$(awk 'NF > 1 && $2 ~ /^-?[0-9]+$/ { print $1, $2 }' "$1")
	[ -n "$said" ]
	names=$(cut -d ' ' -f 1 <<<"$said" | sort -u | jq -R . | jq -sc .)
	logged=$(events '.type == "call" and (.exe // "" | endswith("/'"$2"'")) and
		(.call as $c | '"$names"' | index($c))' | jq -r '"\(.call) \(.result)"')
	expect_same "$said" "$logged"
}

# Tries a command again and again until it succeeds, or the deadline is over.
eventually() {
	local end=$((SECONDS + DEADLINE))
	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			echo "not within $DEADLINE s: $*"
			return 1
		fi
		sleep 0.02
	done
}

# Starts a program that goes on in the background until the test ends; what it
# says goes to the file server.out.
start_server() {
	"$@" >server.out 2>&1 3>&- </dev/null &
	SERVERS+=($!)
}

stop_servers() {
	local pid
	for pid in "${SERVERS[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	SERVERS=()
}

# A web server over the directory `www`; its port is then in $PORT.
start_web_server() {
	mkdir -p www
	echo 'this is the page' >www/index.html
	start_server python3 -u -m http.server --bind 127.0.0.1 --directory www 0
	eventually grep -q 'port [0-9]' server.out
	PORT=$(sed -n 's/.*port \([0-9]*\).*/\1/p' server.out | head -n 1)
}

# A git daemon that serves the repository `origin.git`, with one commit; its
# port is then in $PORT.
start_git_server() {
	git_repository origin.git
	start_server python3 -u "$SOURCE/tests/e2e/inetd.py" git daemon --inetd --export-all \
		--base-path="$PWD"
	eventually grep -q '^port [0-9]' server.out
	PORT=$(sed -n 's/^port //p' server.out)
}

# A user's settings must not change what git does here.
git_quietly() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 git -c user.name=n -c user.email=e@e "$@"
}

git_repository() {
	git_quietly init -q work
	echo content >work/file
	git_quietly -C work add file
	git_quietly -C work commit -q -m first
	git_quietly clone -q --bare work "$1"
}

# A C project of three files with a makefile, in the directory `project`.
make_project() {
	local name
	mkdir -p project
	for name in one two; do
		echo "int $name(void); int $name(void) { return 1; }" >project/$name.c
	done
	echo 'int one(void); int two(void); int main(void) { return one() + two() - 2; }' \
		>project/main.c
	cat >project/Makefile <<-'MAKEFILE'
		all: program
		program: main.o one.o two.o ; gcc -o $@ $^
		%.o: %.c ; gcc -c -o $@ $<
	MAKEFILE
}

# No control characters but newlines, no invalid UTF-8, no text that reorders
# or hides other text.
expect_harmless() {
	run ! env LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]' "$1"
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null
	run ! env LC_ALL=C.UTF-8 grep -nP \
		'[\x{80}-\x{9f}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2069}\x{feff}]' "$1"
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}
