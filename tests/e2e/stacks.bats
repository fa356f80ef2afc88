# Where in a program a call was made: -k, of every kind of program.

# shellcheck disable=SC2016

load stacks

@test "a program built as usual: every function of the way to the call" {
	build usual gcc -O2
	stack_of ./usual plain
	expect_frames 'inner middle middle outer plain'
	expect_event '.call == "connect" and (.stack[0].symbol | endswith("connect"))
		and (.stack[0].module | endswith("/libc.so.6")) and .stack[1].module == "'"$PWD"'/usual"
		and (.stack_end | not)'
	grep -q "^ *inner+[0-9]*  $PWD/usual$" "$TEXT"
}

@test "without frame pointers, not position-independent, static, at no optimisation" {
	build nofp gcc -O2 -fomit-frame-pointer
	build fixed gcc -O1 -no-pie -fno-pie
	build static gcc -O2 -static
	build slow gcc -O0
	local name
	for name in nofp fixed static slow; do
		stack_of "./$name" plain
		expect_frames 'inner middle middle outer plain'
	done
}

@test "by frame pointers, where there are no unwind tables" {
	build tableless gcc -O1 -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
		-fno-unwind-tables
	stack_of ./tableless plain
	expect_frames 'inner middle middle outer plain'
}

@test "a thread, and the child of a vfork" {
	build usual gcc -O2
	stack_of ./usual vfork
	expect_frames 'inner middle middle outer in_vfork'
	stack_of ./usual thread
	[[ $(frames) == 'inner middle middle outer in_thread start_thread '* ]]
}

@test "a signal handler, and what it interrupted" {
	build usual gcc -O2
	stack_of ./usual signal
	[[ $(frames) == 'inner middle middle outer in_handler __restore_rt '*' interrupted in_signal' ]]
}

@test "names of C++ and Rust are shown as they are written" {
	build plus g++ -O2 -x c++
	stack_of ./plus mangled
	expect_frames 'inner() middle(int) middle(int) outer() tests::Caller::call(int) mangled()'
	build usual gcc -O2
	stack_of ./usual mangled
	expect_frames 'inner middle middle outer tests::legacy::call tests::v0::call'
}

@test "a stripped program says that it lacks symbols; the offsets are those of its tables" {
	build whole gcc -O2
	strip -o stripped whole
	stack_of ./stripped plain
	expect_event '.call == "connect" and .stack[1].symbol == null
		and .stack[1].lacks == "symbols"'
	local offset
	offset=$(events '.call == "connect"' | jq '.stack[1].offset')
	# The function of the unstripped program that has this address.
	[ "$(addr2line -f -e whole "$(printf '%x' $((offset - 1)))" | head -n 1)" = inner ]
	grep -q '<no symbols>$' "$TEXT"
}

@test "mini debug info, and a separate debug file by build-id" {
	build whole gcc -O2 -Wl,--build-id
	with_mini_debug_info whole minimal
	stack_of ./minimal plain
	expect_frames 'inner middle middle outer plain'
	is_root || skip 'separate debug files stand where only root can write'
	local id dir
	id=$(od -An -N 20 -tx1 /dev/urandom | tr -d ' \n')
	build unique gcc -O2 "-Wl,--build-id=0x$id"
	dir=/usr/lib/debug/.build-id/${id:0:2}
	mkdir -p "$dir"
	cp unique "$dir/${id:2}.debug"
	strip unique
	stack_of ./unique plain
	rm "$dir/${id:2}.debug"
	rmdir --ignore-fail-on-non-empty "$dir"
	expect_frames 'inner middle middle outer plain'
}

@test "-kk adds the line of the source, -kN bounds the frames" {
	build debug gcc -O1 -g
	run -0 "$CALLGATE" trace -kk3 --log "$LOG" -o "$TEXT" -e connect ./debug plain
	local line
	line=$(grep -n 'kept = connect' "$SOURCE/fixtures/stack_frames.c" | cut -d : -f 1)
	expect_event '.call == "connect" and (.stack | length) == 3 and .stack_end == "limit"
		and (.stack[1].source | endswith("/stack_frames.c")) and .stack[1].line == '"$line"
	grep -q "/stack_frames.c:$line$" "$TEXT"
}

@test "-kk shows functions that the compiler put into others, each where it stands" {
	cat >inlined.h <<-'C'
		static inline __attribute__((always_inline)) int innermost(int fd)
		{
			return connect(fd, 0, 0) + 1;
		}
	C
	cat >inlined.cc <<-'C'
		#include <sys/socket.h>
		#include "inlined.h"
		namespace tests {
		template <class T> __attribute__((always_inline)) inline int within(T fd)
		{
			return innermost(fd) + 1;
		}
		}
		static __attribute__((noinline)) int around(int fd)
		{
			return tests::within(fd) + 1;
		}
		int main(int argc, char **argv) { return around(argc) + (argv != 0); }
	C
	g++ -O2 -g -o inlined inlined.cc
	run "$CALLGATE" trace -kk --log "$LOG" -o "$TEXT" -e connect ./inlined
	expect_same 'innermost inlined.h:3 inlined
int tests::within<int>(int) inlined.cc:6 inlined
around(int) inlined.cc:11
main inlined.cc:13' "$(events '.call == "connect"' | jq -r '.stack[1:5][] |
		"\(.symbol) \(.source | sub(".*/"; "")):\(.line)" +
			if .inlined then " inlined" else "" end')"
	expect_event '.call == "connect" and .stack[1].address == .stack[3].address'
	grep -q '^ *int tests::within<int>(int)  .*/inlined  .*/inlined.cc:6  <inlined>$' "$TEXT"
	# They are frames to -kN, too. Without -kk nobody looks for them.
	run "$CALLGATE" trace -kk3 --log "$LOG" -o "$TEXT" -e connect ./inlined
	expect_event '.call == "connect" and (.stack | length) == 3 and .stack_end == "limit"'
	run "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect ./inlined
	expect_event '.call == "connect" and .stack[1].symbol == "around(int)"'
}

@test "an i386 task" {
	[ -x "$FIXTURES/sockets.m32" ] || skip 'no i386 compiler here'
	stack_of "$FIXTURES/sockets.m32"
	expect_event '.abi == "i386" and any(.stack[]; .symbol == "main" and
		(.module | endswith("/sockets.m32")))'
}

@test "a program whose file was removed is found all the same" {
	build usual gcc -O2
	cp usual gone
	stack_of sh -c 'exec 3<gone; rm gone; exec /proc/self/fd/3 plain'
	# /proc/PID/exe leads to it.
	expect_frames 'inner middle middle outer plain'
}

@test "code made at run time lacks a name, until a perf map gives it one" {
	[ "$(uname -m)" = x86_64 ] || skip 'the code is for x86-64'
	build usual gcc -O2
	stack_of ./usual code
	expect_frames 'inner middle middle outer ? in_code'
	expect_event '.call == "connect" and .stack[5].lacks == "code" and
		(.stack[5].module | not)'
	stack_of ./usual told
	expect_frames 'inner middle middle outer made at run time in_code'
	grep -q '^ *made at run time+6$' "$TEXT"
	rm "/tmp/perf-$(events '.call == "connect"' | jq .pid).map"
}

@test "out of code without unwind tables or frame pointer, where its way out is certain" {
	[ "$(uname -m)" = x86_64 ] || skip 'the code is for x86-64'
	build nofp gcc -O2 -fomit-frame-pointer
	stack_of ./nofp trampoline
	expect_frames 'inner middle middle outer ? in_code'
	expect_event '.call == "connect" and (.stack_end | not)'
}

# A python3 that makes trampolines for perf: CPython 3.12 or later.
python_with_trampolines() {
	local python
	for python in $(type -P python3 python3.1{2,3,4}) ~/.pyenv/versions/*/bin/python3; do
		"$python" -X perf -c 'import sys; sys.exit(not sys.is_stack_trampoline_active())' \
			2>/dev/null || continue
		echo "$python"
		return
	done
}

@test "CPython says what its functions are called, when it is asked to: the whole way" {
	local python
	python=$(python_with_trampolines)
	[ "$python" ] || skip 'no python3 that makes trampolines for perf here'
	cat >script.py <<-'PYTHON'
		import socket
		def reach_out():
		    socket.socket().connect_ex(("127.0.0.1", 1))
		def wrapper():
		    reach_out()
		wrapper()
	PYTHON
	stack_of "$python" -X perf script.py
	rm -f "/tmp/perf-$(events '.call == "connect"' | jq .pid).map"
	expect_same "py::reach_out:$PWD/script.py py::wrapper:$PWD/script.py py::<module>:$PWD/script.py" \
		"$(events '.call == "connect"' |
			jq -r '[.stack[].symbol // "" | select(startswith("py::"))] | join(" ")')"
	expect_event '.call == "connect" and .stack[-1].symbol == "_start" and (.stack_end | not)'
}

@test "node says what its functions are called, when it is asked to" {
	echo 'function reach_out() { process.binding("spawn_sync"); require("child_process").spawnSync("/bin/true"); }
		reach_out()' >script.js
	"$CALLGATE" trace -k=all --log "$LOG" -o "$TEXT" -e %process \
		node --no-warnings --perf-basic-prof --interpreted-frames-native-stack script.js
	rm -f "/tmp/perf-$(events '.call == "execve" and (.program | endswith("/node"))' | jq .pid).map"
	expect_event '.kind == "spawn" and any(.stack[]; .symbol // "" | test("reach_out .*script.js"))'
}

@test "another root: the files are those of the process, whatever stands at their names here" {
	unshare -Ur true || skip 'no user namespaces for this user'
	build static gcc -O2 -static
	mkdir root
	mv static root/program
	echo 'no program' >program
	PATH=$PATH:/usr/sbin stack_of unshare -Ur chroot root /program plain
	expect_frames 'inner middle middle outer plain'
	expect_event '.call == "connect" and .stack[1].module == "/program"'
}

@test "no call is lost or made twice, with stacks, threads and signals" {
	build usual gcc -O2
	run -0 "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect \
		sh -c './usual plain 300 & p=$!
			while kill -WINCH $p 2>/dev/null; do :; done; wait $p'
	[ "$output" = 'calls 300' ]
	expect_events 300 '.call == "connect"'
	expect_events 300 '.call == "connect" and .result == 0 and .stack[1].symbol == "inner"'
}

@test "gdb sees the same frames" {
	command -v gdb >/dev/null || skip 'no gdb here'
	build usual gcc -O2
	stack_of ./usual signal
	local theirs ours
	theirs=$(gdb -nx -q -batch -ex 'handle SIGUSR1 nostop noprint' -ex 'catch syscall connect' \
		-ex run -ex 'backtrace' --args ./usual signal 2>/dev/null |
		sed -n 's/^#[0-9]* *\(0x[0-9a-f]* in \)\?\([A-Za-z_][A-Za-z_0-9]*\|<signal handler called>\).*/\2/p')
	ours=$(events '.call == "connect"' | jq -r '.stack[].symbol' |
		sed 's/^__restore_rt$/<signal handler called>/')
	# libc's own functions have several names each; those of the program have one.
	local own='^(inner|middle|outer|in_handler|interrupted|in_signal|main|<signal.*)$'
	expect_same "$(grep -E "$own" <<<"$theirs")" "$(grep -E "$own" <<<"$ours")"
	[ "$(grep -cE "$own" <<<"$theirs")" -eq 9 ]
}

@test "where stacks cannot be read: each call says so, and once, that no more are taken" {
	build usual gcc -O2
	# By it the process that reads them is ended: without, each is given up at once.
	run -0 "$FIXTURES/without" pidfd_open "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" \
		-e connect ./usual plain 20
	expect_events 20 '.call == "connect" and .result == 0 and (.stack | length) == 0'
	expect_events 16 '.stack_end == "failed"'
	expect_events 4 '.stack_end == "off"'
	expect_events 1 '.type == "warning" and .code == "stacks.off"'
	grep -q 'no more stacks are taken: reading them failed 16 times' "$TEXT"
}
