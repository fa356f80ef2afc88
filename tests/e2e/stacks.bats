# Where in a program a call was made: -k.

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

# with_mini_debug_info FROM TO: as rpm's find-debuginfo makes it, the symbols that .dynsym
# lacks, compressed.
with_mini_debug_info() {
	objcopy --only-keep-debug "$1" mini
	strip --strip-debug mini
	xz -f mini
	objcopy --strip-all --add-section .gnu_debugdata=mini.xz "$1" "$2"
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
	rm "/tmp/perf-$(events '.type == "exit"' | jq .pid).map"
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

# A library whose file is gone while it is in use.
@test "a library that was removed: its file is found by who may, and said to be gone else" {
	cat >lib.c <<-'C'
		#include <stdio.h>
		#include <sys/socket.h>
		#include <unistd.h>
		int by_library(const char *file);
		int by_library(const char *file)
		{
			return unlink(file) + connect(-1, 0, 0);
		}
	C
	echo 'int by_library(const char *); int main(void) { return by_library("libmine.so.1") + 1; }' >main.c
	gcc -O2 -shared -fPIC -o libmine.so.1 lib.c
	gcc -O2 -o usual main.c ./libmine.so.1
	stack_of ./usual
	expect_event '.call == "connect" and (.stack[1].module | endswith("/libmine.so.1"))'
	if is_root; then
		expect_frames by_library
	else
		expect_frames '?'
		expect_event '.call == "connect" and .stack[1].lacks == "file"'
	fi
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

# That node connects by way of libuv, which is a part of it or a library that lacks symbols.
by_node='(.stack[1] | .symbol // .module | test("^uv_+tcp_connect$|/libuv[.]so")) and
	any(.stack[]; .symbol // "" | test("node::TCPWrap::Connect"))'

denied_to_node() {
	backend -k node -e 'require("net").connect(1, "127.0.0.1").on("error", () => {})'
	expect_event '.args.port == 1 and .verdict == "deny" and '"$by_node"
	expect_no_event '.verdict == "deny" and (.stack | not)'
}

@test "curl, python3 and node: the libraries and interpreters by name" {
	local refused='http://127.0.0.1:1/'
	"$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect curl -s "$refused" || true
	expect_event '.args.port == 1 and any(.stack[]; .symbol == "curl_easy_perform" and
		(.module | test("libcurl")))'
	"$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect python3 -c '
import socket
socket.socket().connect_ex(("127.0.0.1", 1))'
	expect_event '.args.port == 1 and any(.stack[]; .symbol == "_PyEval_EvalFrameDefault")
		and any(.stack[]; .symbol == "Py_BytesMain")'
	policy_allowing 127.0.0.1:2
	audit -k node -e 'require("net").connect(1, "127.0.0.1").on("error", () => {})'
	expect_event '.args.port == 1 and .would == "deny" and '"$by_node"
	in_each_backend denied_to_node
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

denied_with_frames() {
	policy_allowing 127.0.0.1:2
	backend -k ./usual plain
	expect_frames 'inner middle middle outer plain'
	expect_events 1 '.call == "connect" and .verdict == "deny" and .stack'
	expect_no_event '.verdict == "allow" and .stack'
	backend -k ./usual vfork
	expect_frames 'inner middle middle outer in_vfork'
	backend -k ./usual thread
	[[ $(frames) == 'inner middle middle outer in_thread start_thread '* ]]
	backend -k ./usual signal
	[[ $(frames) == 'inner middle middle outer in_handler __restore_rt '*' interrupted in_signal' ]]
	backend -k=all ./usual plain
	expect_event '.call == "socket" and .verdict == "allow" and .stack[1].symbol == "inner"'
}

@test "what enforce denies has the same frames at the listener and in ptrace stops" {
	build usual gcc -O2
	in_each_backend denied_with_frames
}

every_kind_with_frames() {
	local name
	policy_allowing 127.0.0.1:2
	for name in usual nofp fixed static minimal; do
		backend -k "./$name" plain
		expect_frames 'inner middle middle outer plain'
	done
	backend -k ./plus mangled
	expect_frames 'inner() middle(int) middle(int) outer() tests::Caller::call(int) mangled()'
	backend -k ./usual mangled
	expect_frames 'inner middle middle outer tests::legacy::call tests::v0::call'
	backend -k ./stripped plain
	expect_event '.call == "connect" and .verdict == "deny" and .stack[1].lacks == "symbols"'
	backend -k sh -c 'exec 3<gone; rm gone; exec /proc/self/fd/3 plain'
	expect_frames 'inner middle middle outer plain'
	cp usual gone
	policy <<-'POLICY'
		default: allow
		syscalls: {deny: [clock_gettime]}
	POLICY
	backend -k ./usual vdso
	expect_event '.call == "clock_gettime" and .verdict == "deny" and .stack[2].symbol == "in_vdso"
		and .stack[0].module == "[vdso]" and (.stack[0].symbol | endswith("clock_gettime"))'
}

@test "the same of every kind of program: C++, Rust, static, stripped, deleted, in the vDSO" {
	[ "$(uname -m)" = x86_64 ] || skip 'other vDSOs make other calls'
	build usual gcc -O2
	build nofp gcc -O2 -fomit-frame-pointer
	build fixed gcc -O1 -no-pie -fno-pie
	build static gcc -O2 -static
	build plus g++ -O2 -x c++
	with_mini_debug_info usual minimal
	strip -o stripped usual
	cp usual gone
	in_each_backend every_kind_with_frames
}

foreign_code_with_frames() {
	policy_allowing 127.0.0.1:2
	backend -k ./usual code
	expect_frames 'inner middle middle outer ? in_code'
	backend -k ./usual told
	rm "/tmp/perf-$(events '.type == "exit"' | jq .pid).map"
	expect_frames 'inner middle middle outer made at run time in_code'
	backend -k ./usual trampoline
	expect_frames 'inner middle middle outer ? in_code'
	[ -x "$FIXTURES/sockets.m32" ] || return 0
	policy <<-'POLICY'
		default: allow
		rules: [{connect: "unix:@**", verdict: deny}]
	POLICY
	backend -k "$FIXTURES/sockets.m32"
	expect_event '.abi == "i386" and .verdict == "deny" and .stack[0].module == "[vdso]"
		and .stack[0].symbol == "__kernel_vsyscall" and .stack[1].symbol == "syscall"
		and .stack[2].symbol == "main" and (.stack[2].module | endswith("/sockets.m32"))'
}

@test "the same of code made at run time, and of i386 tasks" {
	[ "$(uname -m)" = x86_64 ] || skip 'the code is for x86-64'
	build usual gcc -O2
	in_each_backend foreign_code_with_frames
}

# Signals whose handlers run in between: the fixture's own for SIGWINCH, without SA_RESTART.
denied_under_signals() {
	policy_allowing 127.0.0.1:2
	run -0 backend -k sh -c './usual plain 300 & p=$!
		while kill -WINCH $p 2>/dev/null; do :; done; wait $p'
	[ "$output" = 'calls 300' ]
	expect_events 300 '.call == "connect"'
	expect_events 300 '.call == "connect" and .verdict == "deny" and .result == -13 and
		.stack[1].symbol == "inner"'
}

@test "what is denied under signals is denied once, with its stack, and never interrupted" {
	build usual gcc -O2
	in_each_backend denied_under_signals
}

allowed_under_signals() {
	policy_allowing 127.0.0.1:9
	run -0 backend -k=all sh -c './usual plain 300 & p=$!
		while kill -WINCH $p 2>/dev/null; do :; done; wait $p'
	[ "$output" = 'calls 300' ]
	expect_events 300 '.call == "connect"'
	expect_events 300 '.call == "connect" and .verdict == "allow" and .result == 0 and
		.stack[1].symbol == "inner"'
}

@test "what is allowed under signals is made once, with its stack" {
	build usual gcc -O2
	in_each_backend allowed_under_signals
}

killed_with_frames() {
	run backend -k ./usual plain
	[ "$status" -eq 137 ]
	expect_events 1 '.call == "connect"'
	expect_events 1 '.call == "connect" and .verdict == "kill" and .stack[1].symbol == "inner"'
}

@test "what is killed for its call has a stack" {
	build usual gcc -O2
	policy <<-'POLICY'
		default: allow
		rules: [{connect: "*", verdict: kill}]
	POLICY
	in_each_backend killed_with_frames
}

@test "what is denied and left for good, by a handler that jumps, is told of once" {
	policy_allowing 127.0.0.1:2
	local ports
	# Whether a signal comes while the stack is taken is chance: a few hundred times it does.
	for _ in {1..10}; do
		run -0 enforce --backend notify -k "$FIXTURES/abandoned_calls" 500
		expect_no_event '.call == "connect" and .verdict != "deny"'
		ports=$(events '.call == "connect"' | jq .args.port)
		expect_same '' "$(sort <<<"$ports" | uniq -d)"
		expect_no_event '.call == "connect" and (.stack | not)'
		[ "$(events '.call == "connect" and .result == null' | wc -l)" -eq 0 ] || return 0
	done
	false
}

@test "in audit -k is of what would be denied; =all is of everything" {
	build usual gcc -O2
	policy_allowing 127.0.0.1:2
	audit -k ./usual plain
	expect_events 1 '.call == "connect" and .would == "deny" and .stack[1].symbol == "inner"'
	expect_no_event '.would == "allow" and .stack'
	# What made the exec was the shell; the new program has another stack.
	audit -k=all sh -c 'exec ./usual plain'
	expect_event '.call == "execve" and (.exe | endswith("/dash")) and .stack'
	run -125 "$CALLGATE" trace -k=denied true
	[[ "$output" == *'trace denies nothing'* ]]
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

# Two libraries of the same code, size and place under names of their own, and a program that
# opens, calls and closes those it is told. "run COMMAND" changes something in between.
replaced_library() {
	local name
	for name in first second; do
		gcc -O2 -shared -fPIC -o "lib$name.so" -x c - <<-C
			#include <sys/socket.h>
			int by_$name(int fd, const struct sockaddr *to, socklen_t len);
			int by_$name(int fd, const struct sockaddr *to, socklen_t len)
			{
				return connect(fd, to, len) ? 1 : 2;
			}
		C
	done
	cat >main.c <<-'C'
		#include <arpa/inet.h>
		#include <dlfcn.h>
		#include <stdlib.h>
		#include <string.h>
		typedef int by(int fd, const struct sockaddr *to, socklen_t len);
		static void call_by(const char *library, const char *name, int fd)
		{
			struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
			void *opened = dlopen(library, RTLD_NOW), *at = dlsym(opened, name);
			by *call;
			memcpy(&call, &at, sizeof(call));
			to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			call(fd, (void *)&to, sizeof(to));
			dlclose(opened);
		}
		int main(int argc, char **argv)
		{
			int fd = socket(AF_INET, SOCK_DGRAM, 0);
			for (int i = 1; i + 1 < argc; i += 2) {
				if (strcmp(argv[i], "run") == 0)
					system(argv[i + 1]);
				else
					call_by(argv[i], argv[i + 1], fd);
			}
			return 0;
		}
	C
	gcc -O2 -o replaces main.c
}

# expect_names NAME...: of the functions that called connect(2), all at one place.
expect_names() {
	expect_same "$*" "$(events '.call == "connect"' | jq -r '.stack[1].symbol' | paste -sd ' ')"
	expect_same 1 "$(events '.call == "connect"' | jq '.stack[1].address' | uniq | wc -l)"
}

replaced_by_another() {
	policy_allowing 127.0.0.1:2
	backend -k ./replaces ./libfirst.so by_first ./libfirst.so by_first \
		./libsecond.so by_second ./libfirst.so by_first
	expect_names by_first by_first by_second by_first
}

@test "a library that takes the place of another, of the same size: the names are its own" {
	replaced_library
	in_each_backend replaced_by_another
}

@test "a library that was written over, and opened again at the same place" {
	replaced_library
	stack_of ./replaces ./libfirst.so by_first ./libfirst.so by_first \
		run 'cat libsecond.so >libfirst.so' ./libfirst.so by_second
	expect_names by_first by_first by_second
}

@test "the same where the kernel does not tell of single mappings: all are read again" {
	replaced_library
	run -0 "$FIXTURES/without" procmap-query "$CALLGATE" trace -k --log "$LOG" -o "$TEXT" -e connect \
		./replaces ./libfirst.so by_first ./libfirst.so by_first \
		./libsecond.so by_second ./libsecond.so by_second \
		run 'cat libfirst.so >libsecond.so' ./libsecond.so by_first
	expect_names by_first by_first by_second by_second by_first
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

# Connects by way of a library of its own, and then from the program itself.
library() {
	cat >lib.c <<-'C'
		#include <sys/socket.h>
		int by_library(int fd, const struct sockaddr *to, socklen_t len)
		{
			int rc = connect(fd, to, len);
			return rc < 0 ? -1 : rc + 1;
		}
	C
	cat >main.c <<-'C'
		#include <arpa/inet.h>
		#include <stdio.h>
		int by_library(int fd, const struct sockaddr *to, socklen_t len);
		int main(void)
		{
			struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
			int fd = socket(AF_INET, SOCK_DGRAM, 0);
			to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
			printf("library %s\n", by_library(fd, (void *)&to, sizeof(to)) < 0 ? "no" : "yes");
			printf("program %s\n", connect(fd, (void *)&to, sizeof(to)) < 0 ? "no" : "yes");
			return 0;
		}
	C
	gcc -O2 -shared -fPIC -o libmine.so.1 lib.c
	gcc -O2 -o usual main.c ./libmine.so.1
}

@test "a rule with stack: what the library connects to, the program may not" {
	library
	policy <<-'POLICY'
		default: {connect: deny, bind: allow, exec: allow, spawn: allow, socket: allow}
		rules:
		  - id: mine
		    stack: {module: "libmine.so*"}
		    connect: "127.0.0.1:9"
		    verdict: allow
	POLICY
	run -0 enforce --backend notify ./usual
	[ "$output" = $'library yes\nprogram no' ]
	expect_no_event '.stack'
	run -0 enforce ./usual
	[ "$output" = $'library yes\nprogram no' ]
	expect_event '.type == "session" and .backend == "ptrace"'
	expect_event '.verdict == "allow" and .rule.id == "mine" and (.stack | not)
		and (.module | endswith("/libmine.so.1"))'
	expect_event '.verdict == "deny" and (.module | endswith("/usual"))'
	run -0 audit -k ./usual
	[ "$output" = $'library yes\nprogram yes' ]
	expect_events 1 '.would == "deny" and .stack[1].symbol == "main"'
	# The stacks that were recorded are judged again as they were.
	run -1 "$CALLGATE" check policy.yaml --against "$LOG"
	[[ "$output" == *'0 of '*' verdicts are not those recorded'* ]]
	# A static program is its own C library.
	gcc -O2 -static -o static main.c lib.c
	run -0 enforce ./static
	[ "$output" = $'library no\nprogram no' ]
	run -0 "$CALLGATE" check policy.yaml
	[[ "$output" == *'note: '*'[stack.hint]' ]]
	run -0 "$CALLGATE" explain policy.yaml --stack /lib/libyours.so connect udp:127.0.0.1:9
	[[ "$output" == *'the call is made from /lib/libyours.so, not libmine.so*'* ]]
}
