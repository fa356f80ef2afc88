/* What people read of a call: one line, whatever the program put in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "decoders/text.h"
#include "tests/support/decoded.h"

enum { A = 0x10000, B = 0x20000, C = 0x30000, D = 0x40000 };

static const struct socket_facts tcp = { true, AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct socket_facts udp = { true, AF_INET, SOCK_DGRAM, IPPROTO_UDP };

static const char inet_address[] = "\x02\x00\x01\xbb\x68\x10\x01\x23\0\0\0\0\0\0\0\0";

static void reads(const struct decoded *d, const struct socket_facts *facts, const char *expected)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	text_call(&out, &d->call, facts);
	assert_string_equal(sbuf_text(&out), expected);
}

static void exec_is_its_path_and_argv(void **state)
{
	const uint64_t argv[] = { B, B + 5, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, A, "/usr/bin/node");
	fake_put(&d.mem, B, "node\0post install.js\0", 21);
	fake_put(&d.mem, C, argv, sizeof(argv));
	DECODE(&d, 59, A, C, 0);
	assert_string_equal(text_call_word(&d.call), "exec");
	reads(&d, NULL, "/usr/bin/node  node 'post install.js'");
	DECODE(&d, 59, 0x10, C, 0);
	reads(&d, NULL, "<unreadable 0x10>  node 'post install.js'");
	DECODE(&d, 59, A, 0, 0x10);
	reads(&d, NULL, "/usr/bin/node  <null>  env <unreadable 0x10>");
}

static void exec_shows_its_environment_when_it_was_kept(void **state)
{
	const uint64_t envp[] = { B, 0x10, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	d.contents = true;
	fake_string(&d.mem, A, "/bin/true");
	fake_string(&d.mem, B, "A=b c");
	fake_put(&d.mem, C, envp, sizeof(envp));
	DECODE(&d, 59, A, C, C);
	reads(&d, NULL, "/bin/true  'A=b c' <unreadable 0x10>  env 'A=b c' <unreadable 0x10>");
}

static void execveat_shows_where_it_starts(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, A, "");
	DECODE(&d, 322, 5, A, 0, 0, AT_EMPTY_PATH);
	reads(&d, NULL, "dirfd=5  ''  <null>  empty_path");
	DECODE(&d, 322, 0xffffff9c, A, 0, 0, 0);
	reads(&d, NULL, "''  <null>"); /* as execve(2) */
}

static void what_is_cut_says_so(void **state)
{
	static char path[5000];
	cleanup_decoded struct decoded d;
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	decoded_init(&d);
	memset(path, 'p', sizeof(path) - 1);
	fake_put(&d.mem, A, path, sizeof(path));
	DECODE(&d, 59, A, 0, 0);
	text_call(&out, &d.call, NULL);
	assert_string_equal(sbuf_text(&out) + 4096, "<cut: 4999 bytes>  <null>");
}

static void connect_is_its_destination(void **state)
{
	const struct socket_facts ping = { true, AF_INET, SOCK_RAW, IPPROTO_ICMP };
	const struct socket_facts other = { true, AF_INET, SOCK_STREAM, 250 };
	const struct socket_facts unknown = { 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	DECODE(&d, 42, 5, A, 16);
	assert_string_equal(text_call_word(&d.call), "connect");
	reads(&d, &tcp, "tcp 104.16.1.35:443");
	reads(&d, &ping, "raw/icmp 104.16.1.35:443");
	reads(&d, &other, "protocol 250 104.16.1.35:443");
	reads(&d, &unknown, "inet 104.16.1.35:443");
	reads(&d, NULL, "inet 104.16.1.35:443");
	DECODE(&d, 42, 5, 0x10, 16);
	reads(&d, &tcp, "<unreadable 0x10>");
	DECODE(&d, 42, 5, 0, 16);
	reads(&d, &tcp, "<null>");
	DECODE(&d, 42, 5, A, 0x80000000);
	reads(&d, &tcp, "<bad length -2147483648>");
	DECODE(&d, 42, 5, A, 1);
	reads(&d, &tcp, "<bad length 1>");
}

struct address_case {
	const char *bytes;
	size_t len;
	const char *text;
};

#define ADDRESS(bytes, text)                                                                       \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, text                                                     \
	}

static void every_family_has_its_text(void **state)
{
	static const struct address_case cases[] = {
		ADDRESS("\x0a\0\x01\xbb\0\0\0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0",
			"inet6 [2001:db8::1]:443"),
		ADDRESS("\x0a\0\x01\xbb\0\0\x12\x34\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\0"
			"\0",
			"inet6 [fe80::1%2]:443 flow 0x1234"),
		ADDRESS("\0\0\0\x35\x7f\0\0\x01\0\0\0\0\0\0\0\0", "unspec 127.0.0.1:53"),
		ADDRESS("\x01\0/run/x.sock\0", "unix /run/x.sock"),
		ADDRESS("\x01\0@x", "unix ./@x"),
		ADDRESS("\x01\0/a b", "unix '/a b'"),
		ADDRESS("\x01\0\0name", "unix @name"),
		ADDRESS("\x01\0\0a\0b", "unix @$'a\\x00b'"),
		ADDRESS("\x01\0", "unix <unnamed>"),
		ADDRESS("\x10\0\0\0\0\0\0\0\0\0\0\0", "netlink"),
		ADDRESS("\x10\0\0\0\x01\0\0\0\x02\0\0\0", "netlink pid 1 groups 0x2"),
		ADDRESS("\x11\0\x08\x06\x02\0\0\0\x01\0\x04\x06\x02\x11\x22\x33\x44\x55\0\0",
			"packet ethertype 0x0806 ifindex 2 02:11:22:33:44:55"),
		ADDRESS("\x28\0\0\0\xd2\x04\0\0\x02\0\0\0\0\0\0\0", "vsock 2:1234"),
		ADDRESS("\x28\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x01\0\0\0",
			"vsock any:any flags 0x1"),
		ADDRESS("\x1f\0\x06\x05\x04\x03\x02\x01\x07\0",
			"bluetooth rfcomm 01:02:03:04:05:06 channel 7"),
		ADDRESS("\x1f\0\x01\x10\x06\x05\x04\x03\x02\x01\x40\0\x02\0",
			"bluetooth l2cap 01:02:03:04:05:06 psm 4097 cid 64 type 2"),
		ADDRESS("\x1f\0\x01\0\x03\0", "bluetooth hci dev 1 channel 3"),
		ADDRESS("\x26\0hash\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0sha256\0",
			"alg hash sha256"),
		ADDRESS("\x1d\0\0\0\x03\0\0\0", "can ifindex 3"),
		ADDRESS("\x2c\0\x04\0\x02\0\0\0\x01\0\0\0\0\0\0\0",
			"xdp ifindex 2 queue 1 flags 0x4"),
		ADDRESS("\x02\0\x01\xbb", "inet raw 01bb"),
		ADDRESS("\x03\0\x01\x02", "ax25 raw 0102"),
		ADDRESS("\x99\0\x01", "family 153 raw 01"),
	};
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d.mem.len = 0;
		fake_put(&d.mem, A, cases[i].bytes, cases[i].len);
		DECODE(&d, 42, 5, A, cases[i].len);
		reads(&d, NULL, cases[i].text);
	}
}

static void netlink_has_the_protocol_of_its_socket(void **state)
{
	const struct socket_facts route = { true, AF_NETLINK, SOCK_RAW, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, "\x10\0\0\0\0\0\0\0\0\0\0\0", 12);
	DECODE(&d, 49, 5, A, 12);
	reads(&d, &route, "netlink route");
}

static void an_unnamed_bind_is_an_autobind(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, "\x01\0", 2);
	DECODE(&d, 49, 5, A, 2);
	reads(&d, NULL, "unix <autobind>");
}

static void sockets_are_family_type_protocol(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 41, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
	reads(&d, NULL, "inet/stream tcp  cloexec,nonblock");
	DECODE(&d, 41, AF_INET6, SOCK_DGRAM, 0);
	reads(&d, NULL, "inet6/dgram");
	DECODE(&d, 41, AF_NETLINK, SOCK_RAW, 0);
	reads(&d, NULL, "netlink/raw route");
	DECODE(&d, 41, AF_PACKET, SOCK_RAW, 0x0300);
	reads(&d, NULL, "packet/raw all");
	DECODE(&d, 41, 99, 7 | 0x100, 77);
	reads(&d, NULL, "family 99/type 7 protocol 77  0x100");
	DECODE(&d, 41, AF_UNIX, SOCK_SEQPACKET, UINT32_MAX);
	reads(&d, NULL, "unix/seqpacket protocol -1");
}

static void socketpair_has_its_descriptors(void **state)
{
	const int32_t fds[2] = { 3, 4 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, fds, sizeof(fds));
	DECODE(&d, 53, AF_UNIX, SOCK_STREAM, 0, A);
	reads(&d, NULL, "unix/stream");
	decode_result(&d, 0);
	reads(&d, NULL, "unix/stream  fds 3,4");
	DECODE(&d, 53, AF_UNIX, SOCK_STREAM, 0, 0x10);
	decode_result(&d, 0);
	reads(&d, NULL, "unix/stream  fds <unreadable 0x10>");
}

static void sends_have_destination_size_and_flags(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	fake_put(&d.mem, B, "GET /\r\n", 7);
	DECODE(&d, 44, 5, B, 7, MSG_NOSIGNAL | MSG_DONTWAIT, A, 16);
	reads(&d, &udp, "udp 104.16.1.35:443  7 bytes  dontwait,nosignal");
	DECODE(&d, 44, 5, B, 7);
	reads(&d, &udp, "fd 5  7 bytes");
	DECODE(&d, 44, 5, B, 1);
	reads(&d, &udp, "fd 5  1 byte");
	d.contents = true;
	DECODE(&d, 44, 5, B, 7);
	reads(&d, &udp, "fd 5  7 bytes $'GET /\\r\\n'");
}

struct header64 {
	uint64_t name;
	uint32_t namelen, pad;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2, sent, pad3;
};

static const struct rights {
	uint64_t len;
	int32_t level, type, fds[2];
} rights = { sizeof(struct rights), SOL_SOCKET, SCM_RIGHTS, { 7, 8 } };

static void messages_have_what_they_carry(void **state)
{
	const struct header64 h[2] = {
		{ .name = A,
			.namelen = 16,
			.iov = C,
			.iovlen = 1,
			.control = D,
			.controllen = sizeof(rights) },
		{ .iov = C, .iovlen = 1 },
	};
	const uint64_t iov[] = { 0x9000, 34 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	fake_put(&d.mem, B, h, sizeof(h));
	fake_put(&d.mem, C, iov, sizeof(iov));
	fake_put(&d.mem, D, &rights, sizeof(rights));
	DECODE(&d, 46, 5, B, MSG_MORE);
	reads(&d, &udp, "udp 104.16.1.35:443  34 bytes  fds 7,8  more");
	DECODE(&d, 46, 5, B + sizeof(h[0]), 0);
	reads(&d, &udp, "fd 5  34 bytes");
	DECODE(&d, 46, 5, 0x10, 0);
	reads(&d, &udp, "<unreadable 0x10>");
	DECODE(&d, 307, 5, B, 2, 0);
	reads(&d, &udp, "2 messages: udp 104.16.1.35:443  34 bytes  fds 7,8; 34 bytes");
	DECODE(&d, 307, 5, B, 3, 0);
	reads(&d, &udp,
		"3 messages: udp 104.16.1.35:443  34 bytes  fds 7,8; 34 bytes; <unreadable "
		"0x20080>");
}

static void listen_and_accept(void **state)
{
	int32_t len = 16;
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 50, 3, 128);
	reads(&d, NULL, "fd 3  backlog 128");
	fake_put(&d.mem, A, inet_address, 16);
	fake_put(&d.mem, B, &len, sizeof(len));
	DECODE(&d, 288, 3, A, B, SOCK_CLOEXEC);
	assert_string_equal(text_call_word(&d.call), "accept");
	reads(&d, &tcp, "fd 3  cloexec");
	decode_result(&d, 4);
	reads(&d, &tcp, "fd 3  from tcp 104.16.1.35:443  cloexec");
}

static void spawns_are_processes_or_threads(void **state)
{
	const uint64_t args[11] = { CLONE_NEWUSER, 0, 0, 0, SIGUSR1 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 57, 0);
	assert_string_equal(text_call_word(&d.call), "spawn");
	reads(&d, NULL, "process");
	DECODE(&d, 56, SIGCHLD);
	reads(&d, NULL, "process");
	DECODE(&d, 56, CLONE_VM | CLONE_VFORK | SIGCHLD);
	reads(&d, NULL, "process  vm,vfork");
	DECODE(&d, 56, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
	reads(&d, NULL, "thread  vm,sighand,thread");
	fake_put(&d.mem, A, args, sizeof(args));
	DECODE(&d, 435, A, sizeof(args));
	reads(&d, NULL, "process  newuser  SIGUSR1");
	DECODE(&d, 435, 0x10, sizeof(args));
	reads(&d, NULL, "<unreadable 0x10>");
	DECODE(&d, 435, A, 10);
	reads(&d, NULL, "<bad length 10>");
}

static void the_deny_list_reads_as_its_arguments(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, A, "none");
	fake_string(&d.mem, B, "/mnt");
	DECODE(&d, 101, 16, 1234, 0, 0);
	assert_string_equal(text_call_word(&d.call), "ptrace");
	reads(&d, NULL, "request=attach pid=1234 addr=0x0 data=0x0");
	DECODE(&d, 101, 0x9999, UINT32_MAX, 0, 0);
	reads(&d, NULL, "request=0x9999 pid=-1 addr=0x0 data=0x0");
	DECODE(&d, 321, 5, A, 128);
	reads(&d, NULL, "command=prog_load attr=0x10000 size=128");
	DECODE(&d, 317, 1, 8, A);
	reads(&d, NULL, "operation=set_mode_filter flags=new_listener args=0x10000");
	DECODE(&d, 165, A, B, 0, 0x1000 | 0x4000, 0);
	reads(&d, NULL, "source=none target=/mnt type=<null> flags=bind,rec data=0x0");
	DECODE(&d, 272, CLONE_NEWUSER | 0x80 | 1);
	reads(&d, NULL, "flags=newtime,newuser,0x1");
	DECODE(&d, 428, 0xffffff9c, A, 1);
	reads(&d, NULL, "dirfd=AT_FDCWD path=none flags=clone");
}

static void a_call_without_decoder_shows_its_registers(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 51, 3, 0x7ffe1000, 16);
	assert_string_equal(text_call_word(&d.call), "getsockname");
	reads(&d, NULL, "0x3, 0x7ffe1000, 0x10, 0x0, 0x0, 0x0");
	DECODE_I386(&d, 102, 6, 0x10);
	reads(&d, NULL, "<unreadable arguments>");
	DECODE_I386(&d, 102, 3, 0x10);
	assert_string_equal(text_call_word(&d.call), "connect");
	reads(&d, NULL, "<unreadable 0x10>");
}

static void hostile_names_move_no_cursor(void **state)
{
	const uint64_t argv[] = { B, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, A, "/tmp/\x1b[2J\xe2\x80\xae\xff");
	fake_string(&d.mem, B, "a\n  0.000  DENY");
	fake_put(&d.mem, C, argv, sizeof(argv));
	DECODE(&d, 59, A, C, 0);
	reads(&d, NULL, "$'/tmp/\\x1b[2J\\u{202e}\\xff'  $'a\\n  0.000  DENY'");
}

static void a_full_arena_leaves_marks(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	d.arena.limit = 16;
	DECODE(&d, 42, 5, A, 16);
	reads(&d, NULL, "<cut>");
	DECODE(&d, 46, 5, A, 0);
	reads(&d, NULL, "<cut>");
	DECODE(&d, 307, 5, A, 3, 0);
	reads(&d, NULL, "3 messages <cut: 0 read>");
}

static void result_is(bool known, int64_t value, const char *expected)
{
	const struct call_result r = { .known = known, .is_error = value < 0, .value = value };
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	text_result(&out, &r);
	assert_string_equal(sbuf_text(&out), expected);
}

static void results_are_numbers_or_errors(void **state)
{
	char buf[32];

	(void)state;
	result_is(true, 0, "= 0");
	result_is(true, 5, "= 5");
	result_is(true, -ECONNREFUSED, "= ECONNREFUSED (Connection refused)");
	result_is(true, -EAGAIN, "= EAGAIN (Resource temporarily unavailable)");
	result_is(true, -512, "= ERESTARTSYS (interrupted by a signal)");
	result_is(true, -4000, "= errno 4000");
	result_is(true, INT64_MIN, "= -9223372036854775808");
	result_is(false, 0, "= ?");
	assert_string_equal(text_errno(EHOSTUNREACH, buf, sizeof(buf)), "EHOSTUNREACH");
	assert_string_equal(text_errno(513, buf, sizeof(buf)), "ERESTARTNOINTR");
	assert_string_equal(text_errno(0, buf, sizeof(buf)), "errno 0");
}

static void rendering_again_needs_no_memory(void **state)
{
	cleanup_decoded struct decoded d;
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	char *data;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	DECODE(&d, 42, 5, A, 16);
	text_call(&out, &d.call, &tcp);
	data = out.data;
	sbuf_reset(&out);
	text_call(&out, &d.call, &tcp);
	assert_ptr_equal(out.data, data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_is_its_path_and_argv),
		cmocka_unit_test(exec_shows_its_environment_when_it_was_kept),
		cmocka_unit_test(execveat_shows_where_it_starts),
		cmocka_unit_test(what_is_cut_says_so),
		cmocka_unit_test(connect_is_its_destination),
		cmocka_unit_test(every_family_has_its_text),
		cmocka_unit_test(netlink_has_the_protocol_of_its_socket),
		cmocka_unit_test(an_unnamed_bind_is_an_autobind),
		cmocka_unit_test(sockets_are_family_type_protocol),
		cmocka_unit_test(socketpair_has_its_descriptors),
		cmocka_unit_test(sends_have_destination_size_and_flags),
		cmocka_unit_test(messages_have_what_they_carry),
		cmocka_unit_test(listen_and_accept),
		cmocka_unit_test(spawns_are_processes_or_threads),
		cmocka_unit_test(the_deny_list_reads_as_its_arguments),
		cmocka_unit_test(a_call_without_decoder_shows_its_registers),
		cmocka_unit_test(hostile_names_move_no_cursor),
		cmocka_unit_test(a_full_arena_leaves_marks),
		cmocka_unit_test(results_are_numbers_or_errors),
		cmocka_unit_test(rendering_again_needs_no_memory),
	};

	return cmocka_run_group_tests_name("text_call", tests, NULL, NULL);
}
