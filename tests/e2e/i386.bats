# Calls of the i386 ABI: whole programs, int 0x80 from a 64-bit one, socketcall.

load helper

need_m32() {
	[ -x "$FIXTURES/sockets.m32" ] || skip 'the compiler cannot make i386 programs here'
	"$FIXTURES/sockets.m32" >/dev/null || skip 'the kernel cannot run i386 programs'
}

need_int80() {
	! "$FIXTURES/int80" | grep -q 'no IA32 emulation' || skip 'the kernel has no IA32 emulation'
}

@test "an i386 program's calls are logged as i386's, with the results it got" {
	need_m32
	gate_all "$FIXTURES/sockets.m32" >said
	expect_account said sockets.m32
	expect_events 0 '.call == "socket" and .abi != "i386"'
}

@test "the arguments of an i386 program are those of the same program for x86-64" {
	need_m32
	arguments() {
		# Without what differs from run to run: ports, autobind names, the sender's pid.
		jq -c 'select(.type == "call" and (.exe | test("/sockets")) and
			(.call | test("^(socket|socketpair|bind|listen|connect|sendto|sendmsg|sendmmsg)$")))
			| [.call, (.args | walk(if type == "object" then
				with_entries(select(.key | IN("port", "abstract", "pid", "address_ptr") | not))
				else . end))]' "$1" | sed 's/"fd":[0-9]*/"fd":N/'
	}
	gate_all "$FIXTURES/sockets" >said
	grep -v '^accept ' said >wanted
	mv "$LOG" wide.jsonl
	gate_all "$FIXTURES/sockets.m32" >said
	expect_same "$(arguments wide.jsonl)" "$(arguments "$LOG")"
}

@test "socketcall is unpacked: the calls it makes are logged by their names" {
	need_m32
	gate_all "$FIXTURES/socketcall.m32" >said
	expect_account said socketcall.m32
	expect_events 0 '.call == "socket" and .nr != 102 and (.exe | endswith("/socketcall.m32"))'
	expect_event '.call == "sendmmsg" and (.args.messages | length == 3)'
}

@test "int 0x80 from a 64-bit program is decoded as i386, socketcall included" {
	need_int80
	gate_all "$FIXTURES/int80" >said
	grep -q 'by int 0x80' said
	expect_account said int80
	expect_event '.abi == "i386" and .call == "connect" and .nr == 362 and .args.port == 9'
	expect_event '.abi == "i386" and .call == "connect" and .nr == 102 and .args.port == 9'
	expect_event '.abi == "i386" and .call == "sendto" and .args.address == "127.0.0.1"'
	expect_event '.abi == "i386" and .call == "execve" and .result == 0
		and .args.argv == ["/bin/echo", "by int 0x80"]'
}
