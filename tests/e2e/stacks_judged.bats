# Where in a program a call was made that audit or enforce judged, and rules that say where.

# shellcheck disable=SC2016,SC2030,SC2031

load stacks

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
	rm "/tmp/perf-$(events '.call == "connect"' | jq .pid).map"
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

# kill_after SECONDS COMMAND...
kill_after() {
	enforce --backend notify -k sh -c '
		moment=$1; shift; "$@" & sleep "$moment"; kill -KILL $!; wait $!' sh "$@"
}

@test "what is denied to a process that is killed before its stack is taken is told of once" {
	policy_allowing 127.0.0.1:2
	# Most of its time it waits for its stack: some of those that are killed do so then.
	for moment in {100..400..5}; do
		run kill_after "0.0$moment" "$FIXTURES/abandoned_calls" 1000000
		[ "$status" -eq 137 ]
		expect_no_event '.call == "connect" and .verdict != "deny"'
		expect_same '' "$(events '.call == "connect"' | jq .args.port | sort | uniq -d)"
		[ -z "$(events '.call == "connect" and .result == null and (.stack | not)')" ] || return 0
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
