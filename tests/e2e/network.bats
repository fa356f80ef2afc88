# Sockets, and where they reach: the log against the fixtures' own account.

load helper

@test "every kind of socket call is logged with its result" {
	gate_all "$FIXTURES/sockets" >said
	expect_account said sockets
}

@test "a socket is logged with its family, type, flags and protocol" {
	gate_all "$FIXTURES/sockets" >said
	expect_event '.call == "socket" and .args.family == "inet" and .args.type == "stream"
		and (.args | tostring | test("cloexec.*nonblock"))'
	expect_event '.call == "socket" and .args.family == "netlink" and .args.type == "raw"
		and .args.protocol == "route"'
	expect_event '.call == "socket" and .args.family == "inet6" and .args.protocol == "udp"'
	expect_event '.call == "socketpair" and .args.family == "unix" and (.args.fds | length == 2)'
}

@test "a connect is logged with its descriptor, address, port, protocol and result" {
	start_web_server
	run gate curl -s "http://127.0.0.1:$PORT/"
	[ "$status" -eq 0 ]
	expect_event '.call == "connect" and .args.family == "inet" and .args.port == '"$PORT"'
		and .args.address == "127.0.0.1" and .args.protocol == "tcp" and (.args.fd | type == "number")
		and (.result == 0 or .error == "EINPROGRESS")'
}

@test "accept is logged with the peer's address" {
	gate_all "$FIXTURES/sockets" >said
	expect_event '.call == "accept4" and .args.address == "127.0.0.1" and .args.port > 0'
}

@test "messages are logged with every address they go to" {
	gate_all "$FIXTURES/sockets" >said
	expect_event '.call == "sendto" and .args.address == "127.0.0.1" and .result == 5'
	expect_event '.call == "sendmsg" and (.args | tostring | test("127.0.0.1"))'
	expect_event '.call == "sendmmsg" and .result == 3 and
		(.args.messages | length == 3 and .[1].port == 9 and .[2].data_len == 5)'
}

@test "descriptors and credentials that are sent along are logged" {
	gate_all "$FIXTURES/sockets" >said
	expect_event '.call == "sendmsg" and (.args | tostring | test("\"fds\":\\[0,1\\]"))
		and (.args | tostring | test("\"uid\":'"$(id -u)"'"))'
}

@test "an address of every family is logged with that family's name, or as raw bytes" {
	gate "$FIXTURES/addresses" >said
	expect_account said addresses
	expect_events 0 '.exe // "" | endswith("/addresses") and .call == "connect" and
		.args.family == null and .args.raw == null'
}

# expect_address JQ: both the connect and the bind must be logged so.
expect_address() {
	expect_events 2 '(.call == "connect" or .call == "bind") and (.args | '"$1"')'
}

@test "inet and inet6 addresses: port, flow, scope" {
	gate "$FIXTURES/addresses" >said
	expect_address '.family == "inet" and .address == "127.0.0.1" and .port == 9'
	expect_address '.family == "inet6" and .address == "fe80::1:2" and .port == 443
		and .flowinfo == 74565 and .scope_id == 1'
}

@test "unix addresses: paths, unpadded and unterminated, and abstract names" {
	gate "$FIXTURES/addresses" >said
	expect_address '.family == "unix" and .path == "/nonexistent/socket"'
	expect_address '.family == "unix" and .path == "/nonexistent"'
	expect_address '.family == "unix" and (.path | strings | test("^p{108}$"))'
	expect_address '.family == "unix" and .abstract.base64 == "YWJzAHRyYWN0/w=="'
}

@test "addresses of the link layer and of buses: netlink, packet, can, xdp" {
	gate "$FIXTURES/addresses" >said
	expect_address '.family == "netlink" and .pid == 77 and .groups == "0x5"'
	expect_address '.family == "packet" and .ifindex == 1'
	expect_address '.family == "can" and .ifindex == 3'
	expect_address '.family == "xdp" and .queue_id == 1'
}

@test "addresses of vsock, alg and bluetooth" {
	gate "$FIXTURES/addresses" >said
	expect_address '.family == "vsock" and .cid == 3 and .port == 1024'
	expect_address '.family == "alg" and (tostring | test("hash")) and (tostring | test("sha256"))'
	expect_address '.family == "bluetooth" and .channel == 7'
	expect_address '.family == "bluetooth" and .psm == 25'
	expect_address '.family == "bluetooth" and .dev == 1'
}

@test "signals that interrupt a blocked accept: EINTR, or a restart, as without callgate" {
	"$FIXTURES/interrupted_calls" >native
	gate "$FIXTURES/interrupted_calls" >watched
	diff native watched
}

@test "-e watches what it names, and nothing else" {
	run gate -e connect "$FIXTURES/sockets"
	[ "$status" -eq 0 ]
	expect_events 0 '.type == "call" and .call != "connect"'
	expect_event '.call == "connect"'
	run gate -e '!socket' "$FIXTURES/sockets"
	expect_no_event '.call == "socket"'
	expect_event '.call == "connect"'
}

@test "-e names calls without a decoder too: shown with their raw arguments" {
	run gate -e getpid,getsockname "$FIXTURES/sockets"
	[ "$status" -eq 0 ]
	expect_event '.call == "getsockname" and .result == 0'
}
