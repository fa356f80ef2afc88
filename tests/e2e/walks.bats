# The walks of docs/contributing.md: each touches two files, and what it adds compiles; in
# the soak it is built, and does what it says.

# shellcheck disable=SC2030,SC2031

load helper

# The walk whose heading has this word, done in a copy of the sources. What it makes and
# changes is in the files made and changed, a name a line.
walk() {
	mkdir tree
	find "$SOURCE" -mindepth 1 -maxdepth 1 ! -name build ! -name '.*' \
		-exec cp -r {} tree \;
	awk -v word="$1" '
		/^## / { on = index($0, word) }
		/^```/ { kind = $0 == "```" ? "" : substr($0, 4); first = 1; next }
		on && kind == "c" && first { name = $2; print name >"made"; first = 0 }
		on && kind == "c" { if ($0 != "// " name) print >"tree/" name }
		on && kind == "diff" { print >"walk.diff" }
	' "$SOURCE/docs/contributing.md"
	sed -n 's|^+++ b/||p' walk.diff >changed
	(cd tree && git apply -C1 ../walk.diff)
}

compile() {
	local file
	for file; do
		gcc -std=gnu17 -D_GNU_SOURCE -DCALLGATE_VERSION='"0"' -I tree -fsyntax-only -Wall -Wextra \
			-Wshadow -Wmissing-prototypes -Wstrict-prototypes -Werror "tree/$file" || return 1
	done
}

# walk_touches HEADING FILE FILE: makes the first, changes the second, and nothing else.
walk_touches() {
	walk "$1"
	expect_same "$2" "$(cat made)"
	expect_same "$3" "$(cat changed)"
	[ "$(grep -c '^[+-][^+-]' walk.diff)" -eq 1 ]
}

@test "an address family is a file and a line" {
	walk_touches "an address family" decoders/family/tipc.c decoders/family.h
	compile decoders/family/tipc.c decoders/sockaddr.c
}

@test "a sink is a file and a line" {
	walk_touches "a sink" report/programs_sink.c report/sink.h
	compile report/programs_sink.c cli/log_files.c cli/option_table.c
}

@test "a subcommand is a file and a line" {
	walk_touches "a subcommand" cli/modes.c cli/command.h
	compile cli/modes.c cli/command_table.c
}

@test "a walk takes less than ten lines" {
	awk '
		/^## / { name = $0; lines = 0; code = 0 }
		/^```/ { code = 1 }
		/^## Adding/ { walks++ }
		name ~ /Adding/ && !code && NF && !/^## / && ++lines >= 10 { print name; bad = 1 }
		END { exit bad || walks != 3 }
	' "$SOURCE/docs/contributing.md"
}

@test "all three at once build, and do what they say" {
	[ "${CALLGATE_SOAK:-}" = 1 ] || skip "builds callgate anew: CALLGATE_SOAK=1"
	for heading in "an address family" "a sink" "a subcommand"; do
		walk "$heading"
		mv tree "$heading"
		rm walk.diff made changed
	done
	mv "an address family" tree
	cp "a sink/report/programs_sink.c" "a sink/report/sink.h" tree/report
	cp "a subcommand/cli/modes.c" "a subcommand/cli/command.h" tree/cli
	cmake -G Ninja -S tree -B built -DCALLGATE_TESTS=OFF >/dev/null
	ninja --quiet -C built callgate
	expect_same "trace audit ask enforce" "$(built/callgate modes | xargs)"
	built/callgate -q -o text --programs ran -- sh -c '/bin/true; /usr/bin/env true'
	expect_same 4 "$(grep -c '/' ran)"
	built/callgate --log log.jsonl -o text -- python3 -c '
import ctypes
ctypes.CDLL(None).connect(0, b"\x1e\0\x03\0\x05\0\0\0\x07\0\0\0\0\0\0\0", 16)'
	grep -q "tipc 7:5" text
	expect_event '.call == "connect" and .args.node == 7 and .args.ref == 5'
}
