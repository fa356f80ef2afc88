# `network:` in a policy: real programs that need no network work, what would
# reach it does not, and the log has every denial.

load judged

restricted() {
	policy <<-POLICY
		default: allow
		network: ${1:-restricted}
	POLICY
}

# Nothing made a socket that is not a Unix socket, and something tried.
expect_denied_sockets() {
	expect_event '.call == "socket" and .verdict == "deny" and .errno == "EACCES" and
		.reason == "network.restricted" and .rule.line == 3 and .why != null'
	expect_no_event '(.call == "socket" or .call == "socketpair") and .verdict == "allow" and
		.args.family != "unix"'
}

@test "restricted: node and its child processes, with output both ways" {
	restricted
	node='const c = require("child_process");
		const r = c.spawnSync("cat", [], { input: "through pipes\n" });
		process.stdout.write(r.stdout);
		c.exec("echo from a shell", (e, out) => process.stdout.write(out));'
	run -0 enforce node -e "$node"
	[ "${lines[0]}" = 'through pipes' ]
	[ "${lines[1]}" = 'from a shell' ]
}

@test "restricted: python's asyncio and its subprocesses" {
	restricted
	cat >many.py <<-'PYTHON'
		import asyncio
		async def one(i):
		    p = await asyncio.create_subprocess_exec("echo", str(i), stdout=asyncio.subprocess.PIPE)
		    out, _ = await p.communicate()
		    return int(out)
		async def main():
		    print(sum(await asyncio.gather(*(one(i) for i in range(8)))))
		asyncio.run(main())
	PYTHON
	run -0 enforce /usr/bin/python3 many.py
	[ "${lines[-1]}" = 28 ]
	expect_event '.call == "socketpair" and .verdict == "allow"'
}

@test "restricted: make and gcc build a program" {
	restricted
	make_project
	enforce make -s -j2 -C project
	project/program
	expect_no_event '.verdict == "deny"'
}

@test "restricted: cargo builds and runs a program" {
	mkdir -p crate/src
	printf '[package]\nname = "crate"\nversion = "0.1.0"\n' >crate/Cargo.toml
	echo 'fn main() { println!("built"); }' >crate/src/main.rs
	cargo run -q --offline --manifest-path crate/Cargo.toml >native 2>&1 ||
		skip 'there is no cargo here that can build'
	rm -r crate/target
	restricted
	run -0 enforce cargo run -q --offline --manifest-path crate/Cargo.toml
	[ "${lines[-1]}" = built ]
	expect_no_event '.verdict == "deny"'
}

@test "restricted: curl and ssh get no socket, and the log says so" {
	restricted
	start_web_server
	run enforce curl -s --max-time 20 "http://127.0.0.1:$PORT/"
	[ "$status" -eq 7 ]
	expect_denied_sockets
	run enforce ssh -o BatchMode=yes -p "$PORT" 127.0.0.1 true
	[ "$status" -eq 255 ]
	expect_denied_sockets
}

@test "restricted: neither does a static program" {
	restricted
	echo '#include <sys/socket.h>
		int main(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 3 : 0; }' >static.c
	gcc -static -o static static.c 2>/dev/null || skip 'no static C library here'
	run enforce ./static
	[ "$status" -eq 3 ]
	expect_denied_sockets
}

@test "restricted: ping gets no socket" {
	command -v ping >/dev/null || skip 'there is no ping here'
	restricted
	run enforce ping -c 1 127.0.0.1
	[ "$status" -ne 0 ]
	expect_denied_sockets
}

@test "restricted: neither does an i386 program, by any of its ways" {
	[ -x "$FIXTURES/sockets.m32" ] || skip 'the compiler cannot make i386 programs here'
	"$FIXTURES/sockets.m32" >/dev/null || skip 'the kernel cannot run i386 programs'
	restricted
	run enforce "$FIXTURES/sockets.m32"
	expect_denied_sockets
	run enforce "$FIXTURES/socketcall.m32"
	expect_no_event '.call == "socket" and .verdict == "allow"'
	expect_event '.call == "socket" and .reason == "abi.socketcall"'
}

@test "restricted: a Unix socket is used as ever" {
	restricted
	cat >pair.py <<-'PYTHON'
		import os, socket
		server = socket.socket(socket.AF_UNIX)
		server.bind("there")
		server.listen(1)
		client = socket.socket(socket.AF_UNIX)
		client.connect("there")
		peer, _ = server.accept()
		client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
		assert client.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE) == socket.SOCK_STREAM
		assert client.getpeername() == "there" and server.getsockname() == "there"
		client.send(b"a" * 20000)
		client.shutdown(socket.SHUT_WR)
		n = 0
		while data := peer.recv(65536):
		    n += len(data)
		print(n)
	PYTHON
	run -0 enforce /usr/bin/python3 pair.py
	[ "${lines[-1]}" = 20000 ]
	expect_no_event '.verdict == "deny"'
}

# Descriptor 7 of the command is a UDP socket that was made outside.
inherits_socket() {
	/usr/bin/python3 -c 'import os, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
os.dup2(s.fileno(), 7, inheritable=True)
os.execv(sys.argv[1], sys.argv[1:])' "$CALLGATE" "$@"
}

use_inherited='import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
buf = ctypes.create_string_buffer(128)
size = ctypes.c_int(128)
r = ctypes.byref(size)
message = ctypes.create_string_buffer(64)
calls = {"accept": (7, buf, r), "accept4": (7, buf, r, 0), "getpeername": (7, buf, r),
         "getsockname": (7, buf, r), "getsockopt": (7, 1, 3, buf, r), "listen": (7, 1),
         "setsockopt": (7, 1, 2, buf, 4), "shutdown": (7, 2), "send": (7, b"x", 1, 0),
         "connect": (7, buf, 16), "bind": (7, buf, 16), "recvmmsg": (7, buf, 1, 0x40, None),
         "sendto": (7, b"x", 1, 0, b"\2\0\0\1\x7f\0\0\1" + bytes(8), 16),
         "sendmsg": (7, message, 0), "sendmmsg": (7, message, 1, 0)}
for name, args in calls.items():
    ctypes.set_errno(0)
    result = getattr(libc, name)(*args)
    print(name, errno.errorcode.get(ctypes.get_errno(), "ok") if result < 0 else "ok")'

@test "restricted: a socket that was inherited is of no use by the calls of the mode" {
	restricted
	run -0 inherits_socket enforce -p policy.yaml --log "$LOG" -o "$TEXT" \
		/usr/bin/python3 -c "$use_inherited"
	for name in accept accept4 getpeername getsockname getsockopt listen setsockopt shutdown \
		recvmmsg; do
		grep -q "^$name EPERM$" <<<"$output"
	done
	for name in send sendto sendmsg sendmmsg connect bind; do
		grep -q "^$name EACCES$" <<<"$output"
	done
	expect_event '.call == "getsockopt" and .verdict == "deny" and .errno == "EPERM"'
	expect_event '.call == "sendto" and .verdict == "deny"'
}

@test "strict: plain denies these calls on Unix sockets, too, and recvfrom never" {
	restricted '{mode: restricted, strict: plain}'
	code='import socket
a, b = socket.socketpair()
a.sendmsg([b"x"])
assert b.recvfrom(1)[0] == b"x"
for call in (lambda: a.send(b"x"), lambda: a.getsockopt(1, 3), lambda: a.shutdown(2),
             lambda: a.getsockname(), lambda: socket.socket(socket.AF_UNIX).bind("x")):
    try:
        call()
        print("passed")
    except PermissionError:
        print("denied")'
	run -0 enforce /usr/bin/python3 -c "$code"
	[ "$(grep -c denied <<<"$output")" -eq 5 ]
	run -0 enforce node -e 'require("child_process").spawnSync("true").status === 0 || process.exit(1)'
}

@test "audit: nothing is denied, and the log says what would be" {
	restricted
	start_web_server
	[ "$(audit curl -s "http://127.0.0.1:$PORT/")" = 'this is the page' ]
	expect_event '.call == "socket" and .verdict == "allow" and .would == "deny" and
		.reason == "network.restricted"'
	expect_event '.call == "connect" and .would == "deny" and .result != -13'
	expect_event '.call == "getsockopt" and .would == "deny" and .errno == "EPERM"'
}

# A proxy that answers everything itself; its port is in $PORT.
start_proxy() {
	cat >proxy.py <<-'PYTHON'
		import http.server
		class Proxy(http.server.BaseHTTPRequestHandler):
		    def do_GET(self):
		        self.send_response(200)
		        self.end_headers()
		        self.wfile.write(b"by proxy: " + self.path.encode() + b"\n")
		s = http.server.HTTPServer(("127.0.0.1", 0), Proxy)
		print("port", s.server_port, flush=True)
		s.serve_forever()
	PYTHON
	start_server python3 -u proxy.py
	eventually grep -q '^port [0-9]' server.out
	PORT=$(sed -n 's/^port //p' server.out)
}

@test "proxy: curl gets out through the proxy, and not around it" {
	restricted proxy
	start_proxy
	export http_proxy=http://127.0.0.1:$PORT
	run -0 enforce curl -s http://example.test/
	[ "${lines[-1]}" = 'by proxy: http://example.test/' ]
	run enforce curl -s --max-time 20 --noproxy '*' http://127.0.0.2:1/
	[ "$status" -eq 7 ]
	expect_event '.call == "connect" and .verdict == "deny" and .reason == "network.proxy" and
		.args.address == "127.0.0.2" and .errno == "EACCES"'
}

@test "proxy: no Unix sockets, and pairs of them only where the policy has it" {
	export all_proxy=socks5://localhost:1080
	restricted proxy
	code='import socket, sys
def can(make):
    try:
        return bool(make())
    except PermissionError:
        return False
print(can(lambda: socket.socket(socket.AF_UNIX)), can(socket.socketpair),
      can(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
      can(lambda: socket.socket(socket.AF_INET6)))'
	run -0 enforce /usr/bin/python3 -c "$code"
	[ "${lines[-1]}" = 'False False False True' ]
	restricted '{mode: proxy, unix-pairs: allow}'
	run -0 enforce /usr/bin/python3 -c "$code"
	[ "${lines[-1]}" = 'False True False True' ]
	node='const { spawnSync } = require("child_process");
		process.stdout.write(spawnSync("echo", ["a child"]).stdout)'
	run -0 enforce node -e "$node"
	[ "${lines[-1]}" = 'a child' ]
}

@test "proxy: without one on this host there is no start" {
	restricted proxy
	unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
	run enforce touch made
	[ "$status" -eq 125 ]
	[[ "$output" == *'policy.yaml:3: network: proxy, and no proxy is known'*http_proxy* ]]
	https_proxy=http://10.0.0.1:80 run enforce touch made
	[ "$status" -eq 125 ]
	[ ! -e made ]
	restricted '{mode: proxy, endpoints: "10.0.0.1:80"}'
	enforce touch made
	[ -e made ]
}

@test "whatever the mode: what sees whole packets needs a rule, and interfaces can be listed" {
	policy <<-POLICY
		default: allow
	POLICY
	code='import socket
def can(*args):
    try:
        return socket.socket(*args) and "made"
    except PermissionError:
        return "denied"
    except OSError:
        return "refused"
print(can(socket.AF_PACKET, socket.SOCK_RAW), can(socket.AF_INET, socket.SOCK_RAW, 1),
      can(socket.AF_NETLINK, socket.SOCK_RAW, 9), can(socket.AF_NETLINK, socket.SOCK_RAW, 0))'
	run -0 enforce /usr/bin/python3 -c "$code"
	[ "${lines[-1]}" = 'denied denied denied made' ]
	expect_events 3 '.reason == "network.family" and .verdict == "deny"'
	run -0 enforce node -e 'console.log(Object.keys(require("os").networkInterfaces()).length >= 0)'
	[ "${lines[-1]}" = true ]
}

@test "explain knows the modes" {
	restricted
	run -0 "$CALLGATE" explain policy.yaml getsockopt inet/stream
	[[ "${lines[0]}" == 'deny EPERM by network.restricted (policy.yaml:3): '* ]]
	run -0 "$CALLGATE" explain policy.yaml getsockopt unix/stream
	[[ "${lines[0]}" == allow* ]]
	run -0 "$CALLGATE" explain policy.yaml connect tcp:127.0.0.1:1
	[[ "${lines[0]}" == 'deny EACCES by network.restricted'* ]]
	http_proxy=127.0.0.1:3128
	export http_proxy
	restricted proxy
	run -0 "$CALLGATE" explain policy.yaml connect tcp:127.0.0.1:3128
	[[ "${lines[0]}" == allow* ]]
	run -0 "$CALLGATE" explain policy.yaml connect tcp:127.0.0.1:3129
	[[ "${lines[0]}" == 'deny EACCES by network.proxy'* ]]
}
