# What the tests of stacks share.

# shellcheck disable=SC2016

load judged

# build NAME COMPILER OPTION...: makes the fixture in another way.
build() {
	local name=$1
	shift
	"$@" -D_GNU_SOURCE -pthread -o "$name" "$SOURCE/fixtures/stack_frames.c"
}

# The symbols of the connect's frames from the caller of connect(2) up to main, on one line.
frames() {
	events '.call == "connect"' | tail -n 1 |
		jq -r '[.stack[] | .symbol // "?"] | .[1:(index("main") // length)] | join(" ")'
}

expect_frames() {
	expect_same "$1" "$(frames)"
}

stack_of() {
	run -0 "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect "$@"
}

# with_mini_debug_info FROM TO: as rpm's find-debuginfo makes it, the symbols that .dynsym
# lacks, compressed.
with_mini_debug_info() {
	objcopy --only-keep-debug "$1" mini
	strip --strip-debug mini
	xz -f mini
	objcopy --strip-all --add-section .gnu_debugdata=mini.xz "$1" "$2"
}

# Runs a function for each way in which enforce stops calls. No `||` here: after it, what
# fails within the function would go unseen.
in_each_backend() {
	for BACKEND in notify ptrace; do
		echo "with --backend $BACKEND"
		"$@"
	done
}

backend() {
	enforce --backend "$BACKEND" "$@"
}
