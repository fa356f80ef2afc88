/* What tools read of a call: the log's "args", by the convention in json.h. */
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

#include "decoders/json_value.h"
#include "tests/support/call_json.h"
#include "tests/support/decoded.h"

enum { A = 0x10000, B = 0x20000, C = 0x30000, D = 0x40000 };

static const struct socket_facts tcp = { true, AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct socket_facts udp = { true, AF_INET, SOCK_DGRAM, IPPROTO_UDP };

static const char inet_address[] = "\x02\x00\x01\xbb\x68\x10\x01\x23\0\0\0\0\0\0\0\0";

/* Compares as text: members in the order they were put, numbers as they are printed. */
static void logs(const struct decoded *d, const struct socket_facts *facts, const char *expected)
{
	json_t *args = json_call_args(&d->call, facts);
	char *text;

	assert_non_null(args);
	text = json_dumps(args, JSON_COMPACT);
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	json_decref(args);
}

static void connect_is_as_in_the_design(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	DECODE(&d, 42, 21, A, 16);
	logs(&d, &tcp,
		"{\"fd\":21,\"family\":\"inet\",\"address\":\"104.16.1.35\",\"port\":443,"
		"\"type\":\"stream\",\"protocol\":\"tcp\"}");
	logs(&d, NULL, "{\"fd\":21,\"family\":\"inet\",\"address\":\"104.16.1.35\",\"port\":443}");
}

static void what_could_not_be_read_is_marked(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 42, UINT32_MAX, 0x10, 16);
	logs(&d, NULL,
		"{\"fd\":-1,\"sockaddr\":null,\"sockaddr_status\":\"unreadable\","
		"\"sockaddr_addr\":\"0x10\"}");
	DECODE(&d, 42, 3, 0, 16);
	logs(&d, NULL, "{\"fd\":3,\"sockaddr\":null,\"sockaddr_status\":\"null\"}");
	DECODE(&d, 42, 3, A, 0x80000000);
	logs(&d, NULL,
		"{\"fd\":3,\"sockaddr\":null,\"sockaddr_status\":\"bad_length\","
		"\"sockaddr_len\":-2147483648}");
	fake_put(&d.mem, A, "\x02", 1);
	DECODE(&d, 42, 3, A, 1);
	logs(&d, NULL,
		"{\"fd\":3,\"sockaddr\":null,\"sockaddr_status\":\"bad_length\","
		"\"sockaddr_len\":1,\"raw\":\"02\"}");
	DECODE(&d, 59, 0x10, 0x20, 0);
	logs(&d, NULL,
		"{\"path\":null,\"path_status\":\"unreadable\",\"path_addr\":\"0x10\","
		"\"argv\":null,\"argv_status\":\"unreadable\",\"argv_addr\":\"0x20\","
		"\"envp\":null,\"envp_status\":\"null\",\"envp_count\":0}");
}

struct address_case {
	const char *bytes;
	size_t len;
	const char *json;
};

#define ADDRESS(bytes, json)                                                                       \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, "{\"fd\":5," json "}"                                    \
	}

static void every_family_has_its_members(void **state)
{
	static const struct address_case cases[] = {
		ADDRESS("\x0a\0\x01\xbb\0\0\x12\x34\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\0"
			"\0",
			"\"family\":\"inet6\",\"address\":\"fe80::1\",\"port\":443,"
			"\"flowinfo\":4660,\"scope_id\":2"),
		ADDRESS("\0\0\0\x35\x7f\0\0\x01\0\0\0\0\0\0\0\0",
			"\"family\":\"unspec\",\"address\":\"127.0.0.1\",\"port\":53"),
		ADDRESS("\x01\0/run/x\0", "\"family\":\"unix\",\"path\":\"/run/x\""),
		ADDRESS("\x01\0\0a\0b", "\"family\":\"unix\",\"abstract\":\"a\\u0000b\""),
		ADDRESS("\x01\0\0\xff", "\"family\":\"unix\",\"abstract\":{\"base64\":\"/w==\"}"),
		ADDRESS("\x01\0", "\"family\":\"unix\",\"unnamed\":true"),
		ADDRESS("\x10\0\0\0\x01\0\0\0\x02\0\0\0",
			"\"family\":\"netlink\",\"pid\":1,\"groups\":\"0x2\""),
		ADDRESS("\x11\0\x08\x06\x02\0\0\0\x01\0\x04\x06\x02\x11\x22\x33\x44\x55\0\0",
			"\"family\":\"packet\",\"ethertype\":2054,\"ifindex\":2,\"hatype\":1,"
			"\"pkttype\":4,\"hwaddr\":\"02:11:22:33:44:55\""),
		ADDRESS("\x28\0\0\0\xd2\x04\0\0\xff\xff\xff\xff\0\0\0\0",
			"\"family\":\"vsock\",\"cid\":4294967295,\"port\":1234"),
		ADDRESS("\x1f\0\x06\x05\x04\x03\x02\x01\x07\0",
			"\"family\":\"bluetooth\",\"protocol\":\"rfcomm\","
			"\"bdaddr\":\"01:02:03:04:05:06\",\"channel\":7"),
		ADDRESS("\x1f\0\x01\x10\x06\x05\x04\x03\x02\x01\x40\0\x02\0",
			"\"family\":\"bluetooth\",\"protocol\":\"l2cap\","
			"\"bdaddr\":\"01:02:03:04:05:06\",\"psm\":4097,\"cid\":64,\"bdaddr_type\":"
			"2"),
		ADDRESS("\x1f\0\x01\0\x03\0",
			"\"family\":\"bluetooth\",\"protocol\":\"hci\",\"dev\":1,\"channel\":3"),
		ADDRESS("\x26\0hash\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0sha256\0",
			"\"family\":\"alg\",\"alg_type\":\"hash\",\"alg_name\":\"sha256\","
			"\"feat\":\"0x0\",\"mask\":\"0x0\""),
		ADDRESS("\x1d\0\0\0\x03\0\0\0\x01\0\0\x80",
			"\"family\":\"can\",\"ifindex\":3,\"rx_id\":2147483649,\"tx_id\":0"),
		ADDRESS("\x2c\0\x04\0\x02\0\0\0\x01\0\0\0\x09\0\0\0",
			"\"family\":\"xdp\",\"ifindex\":2,\"queue_id\":1,\"xdp_flags\":\"0x4\","
			"\"shared_umem_fd\":9"),
		ADDRESS("\x03\0\x01\x02", "\"family\":\"ax25\",\"raw\":\"03000102\""),
		ADDRESS("\x99\0\x01", "\"family\":153,\"raw\":\"990001\""),
	};
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d.mem.len = 0;
		fake_put(&d.mem, A, cases[i].bytes, cases[i].len);
		DECODE(&d, 42, 5, A, cases[i].len);
		logs(&d, NULL, cases[i].json);
	}
}

static void sockets_have_names_and_flags(void **state)
{
	const int32_t fds[2] = { 3, 4 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 41, AF_INET, SOCK_STREAM | SOCK_CLOEXEC | 0x100, 0);
	logs(&d, NULL,
		"{\"family\":\"inet\",\"type\":\"stream\",\"type_flags\":[\"cloexec\","
		"\"0x100\"],\"protocol\":0}");
	DECODE(&d, 41, AF_NETLINK, SOCK_RAW, 0);
	logs(&d, NULL,
		"{\"family\":\"netlink\",\"type\":\"raw\",\"type_flags\":[],"
		"\"protocol\":\"route\"}");
	DECODE(&d, 41, 99, 7, UINT32_MAX);
	logs(&d, NULL, "{\"family\":99,\"type\":7,\"type_flags\":[],\"protocol\":-1}");
	fake_put(&d.mem, A, fds, sizeof(fds));
	DECODE(&d, 53, AF_UNIX, SOCK_STREAM, 0, A);
	logs(&d, NULL,
		"{\"family\":\"unix\",\"type\":\"stream\",\"type_flags\":[],\"protocol\":0,"
		"\"fds\":null,\"fds_status\":\"not_read\"}");
	decode_result(&d, 0);
	logs(&d, NULL,
		"{\"family\":\"unix\",\"type\":\"stream\",\"type_flags\":[],\"protocol\":0,"
		"\"fds\":[3,4]}");
}

static void exec_has_path_argv_and_the_number_of_envp(void **state)
{
	const uint64_t argv[] = { B, B + 2, 0x10, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, A, "/bin/\xc3\xbc");
	fake_put(&d.mem, B, "a\0\xff\0", 4);
	fake_put(&d.mem, C, argv, sizeof(argv));
	DECODE(&d, 59, A, C, C);
	logs(&d, NULL,
		"{\"path\":\"/bin/\xc3\xbc\",\"argv\":[\"a\",{\"base64\":\"/w==\"},"
		"{\"status\":\"unreadable\",\"addr\":\"0x10\"}],\"envp_count\":3}");
	d.contents = true;
	DECODE(&d, 322, 0xffffff9c, A, 0, C, AT_EMPTY_PATH);
	logs(&d, NULL,
		"{\"dirfd\":\"AT_FDCWD\",\"path\":\"/bin/\xc3\xbc\",\"argv\":null,"
		"\"argv_status\":\"null\",\"envp\":[\"a\",{\"base64\":\"/w==\"},"
		"{\"status\":\"unreadable\",\"addr\":\"0x10\"}],\"envp_count\":3,"
		"\"flags\":[\"empty_path\"]}");
}

static json_t *args_of(const struct decoded *d)
{
	json_t *args = json_call_args(&d->call, NULL);

	assert_non_null(args);
	return args;
}

static void what_is_cut_keeps_its_beginning_and_tells_its_length(void **state)
{
	static char text[40000];
	const uint64_t argv[] = { A, 0 };
	cleanup_decoded struct decoded d;
	json_t *args, *item;

	(void)state;
	decoded_init(&d);
	memset(text, 'x', sizeof(text) - 1);
	fake_put(&d.mem, A, text, sizeof(text));
	fake_put(&d.mem, B, argv, sizeof(argv));
	DECODE(&d, 59, A, B, 0);
	args = args_of(&d);
	assert_int_equal(json_string_length(json_object_get(args, "path")), 4096);
	assert_string_equal(json_string_value(json_object_get(args, "path_status")), "cut");
	assert_int_equal(json_integer_value(json_object_get(args, "path_len")), 39999);
	item = json_array_get(json_object_get(args, "argv"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "status")), "cut");
	assert_int_equal(json_string_length(json_object_get(item, "value")), 32768);
	assert_int_equal(json_integer_value(json_object_get(item, "len")), 39999);
	json_decref(args);
}

static void a_cut_vector_tells_its_count(void **state)
{
	static uint64_t argv[5001];
	cleanup_decoded struct decoded d;
	json_t *args;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < 5000; i++)
		argv[i] = B;
	fake_put(&d.mem, A, argv, sizeof(argv));
	fake_string(&d.mem, B, "x");
	DECODE(&d, 59, 0, A, 0);
	args = args_of(&d);
	assert_int_equal(json_array_size(json_object_get(args, "argv")), 4096);
	assert_string_equal(json_string_value(json_object_get(args, "argv_status")), "cut");
	assert_int_equal(json_integer_value(json_object_get(args, "argv_count")), 5000);
	json_decref(args);
}

static void sends_have_sizes_and_contents_when_kept(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	fake_string(&d.mem, B, "hello");
	DECODE(&d, 44, 5, B, 5, MSG_NOSIGNAL, A, 16);
	logs(&d, &udp,
		"{\"fd\":5,\"data_len\":5,\"flags\":[\"nosignal\"],\"family\":\"inet\","
		"\"address\":\"104.16.1.35\",\"port\":443,\"type\":\"dgram\","
		"\"protocol\":\"udp\"}");
	d.contents = true;
	DECODE(&d, 44, 5, B, 5);
	logs(&d, NULL, "{\"fd\":5,\"data\":\"hello\",\"data_len\":5,\"flags\":[]}");
	DECODE(&d, 44, 5, 0x10, UINT64_MAX);
	logs(&d, NULL,
		"{\"fd\":5,\"data\":null,\"data_status\":\"unreadable\","
		"\"data_addr\":\"0x10\",\"data_len\":\"18446744073709551615\",\"flags\":[]}");
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
	struct header64 h[2] = {
		{ .name = A,
			.namelen = 16,
			.iov = C,
			.iovlen = 1,
			.control = D,
			.controllen = sizeof(rights) },
		{ .iov = C, .iovlen = 1, .sent = 34 },
	};
	const uint64_t iov[] = { 0x9000, 34 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	fake_put(&d.mem, B, h, sizeof(h));
	fake_put(&d.mem, C, iov, sizeof(iov));
	fake_put(&d.mem, D, &rights, sizeof(rights));
	DECODE(&d, 46, 5, B, 0);
	logs(&d, NULL,
		"{\"fd\":5,\"family\":\"inet\",\"address\":\"104.16.1.35\",\"port\":443,"
		"\"data_len\":34,\"control\":[{\"level\":\"socket\",\"type\":\"rights\","
		"\"fds\":[7,8]}],\"flags\":[]}");
	DECODE(&d, 46, 5, 0x10, 0);
	logs(&d, NULL,
		"{\"fd\":5,\"msg\":null,\"msg_status\":\"unreadable\",\"msg_addr\":\"0x10\","
		"\"flags\":[]}");
	DECODE(&d, 307, 5, B + sizeof(h[0]), 2, 0);
	decode_result(&d, 1);
	logs(&d, NULL,
		"{\"fd\":5,\"messages\":[{\"data_len\":34,\"sent\":34},{\"msg\":null,"
		"\"msg_status\":\"unreadable\",\"msg_addr\":\"0x20080\"}],\"flags\":[]}");
	DECODE(&d, 307, 5, 0x10, 2, 0);
	logs(&d, NULL,
		"{\"fd\":5,\"messages\":null,\"messages_status\":\"unreadable\","
		"\"messages_addr\":\"0x10\",\"flags\":[]}");
}

static void credentials_and_other_control_messages(void **state)
{
	const struct {
		uint64_t len;
		int32_t level, type, pid, uid, gid, pad;
		uint64_t len2;
		int32_t level2, type2, ttl, pad2;
	} control = { 28, SOL_SOCKET, SCM_CREDENTIALS, 100, 1000, 1001, 0, 20, 0, 2, 64, 0 };
	struct header64 h = { .control = D, .controllen = sizeof(control) };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, B, &h, sizeof(h));
	fake_put(&d.mem, D, &control, sizeof(control));
	DECODE(&d, 46, 5, B, 0);
	logs(&d, NULL,
		"{\"fd\":5,\"data_len\":0,\"control\":[{\"level\":\"socket\","
		"\"type\":\"credentials\",\"pid\":100,\"uid\":1000,\"gid\":1001},"
		"{\"level\":\"ip\",\"type\":2,\"len\":20}],\"flags\":[]}");
	h.control = 0x10;
	DECODE(&d, 46, 5, B, 0);
	logs(&d, NULL,
		"{\"fd\":5,\"data_len\":0,\"control\":null,"
		"\"control_status\":\"unreadable\",\"control_addr\":\"0x10\",\"flags\":[]}");
}

static void accept_has_its_peer_when_it_has_returned(void **state)
{
	const int32_t len = 16;
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, A, inet_address, 16);
	fake_put(&d.mem, B, &len, sizeof(len));
	DECODE(&d, 43, 3, A, B);
	logs(&d, NULL, "{\"fd\":3,\"sockaddr\":null,\"sockaddr_status\":\"not_read\"}");
	decode_result(&d, 4);
	logs(&d, NULL, "{\"fd\":3,\"family\":\"inet\",\"address\":\"104.16.1.35\",\"port\":443}");
}

static void spawns_have_flags_and_signal(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 57, 0);
	logs(&d, NULL, "{}");
	DECODE(&d, 56, CLONE_VM | CLONE_VFORK | SIGCHLD, 0x7000, 1, 2, 3);
	logs(&d, NULL,
		"{\"flags\":[\"vm\",\"vfork\"],\"exit_signal\":\"SIGCHLD\","
		"\"stack\":\"0x7000\",\"parent_tid\":\"0x1\",\"child_tid\":\"0x2\","
		"\"tls\":\"0x3\"}");
	DECODE(&d, 435, 0x10, 88);
	logs(&d, NULL,
		"{\"flags\":null,\"flags_status\":\"unreadable\",\"flags_addr\":\"0x10\","
		"\"exit_signal\":null,\"exit_signal_status\":\"unreadable\","
		"\"exit_signal_addr\":\"0x10\",\"stack\":null,\"stack_status\":\"unreadable\","
		"\"stack_addr\":\"0x10\",\"stack_size\":null,"
		"\"stack_size_status\":\"unreadable\",\"stack_size_addr\":\"0x10\","
		"\"set_tid_size\":null,\"set_tid_size_status\":\"unreadable\","
		"\"set_tid_size_addr\":\"0x10\",\"cgroup\":null,"
		"\"cgroup_status\":\"unreadable\",\"cgroup_addr\":\"0x10\",\"size\":88}");
}

static void numbers_have_names_where_there_are_some(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 101, 16, 1234, 0xffffffffffff, 0);
	logs(&d, NULL,
		"{\"request\":\"attach\",\"pid\":1234,\"addr\":\"0xffffffffffff\","
		"\"data\":\"0x0\"}");
	DECODE(&d, 321, 999, A, 128);
	logs(&d, NULL, "{\"command\":999,\"attr\":\"0x10000\",\"size\":128}");
}

static void a_call_without_decoder_has_its_registers(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 51, 3, UINT64_MAX, 16);
	logs(&d, NULL,
		"{\"raw\":[\"0x3\",\"0xffffffffffffffff\",\"0x10\",\"0x0\",\"0x0\",\"0x0\"]}");
	DECODE_I386(&d, 102, 6, 0x10);
	logs(&d, NULL, "{\"raw\":null,\"raw_status\":\"unreadable\"}");
}

static void value_is(json_t *value, const char *expected)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
	json_decref(value);
}

static void bytes_are_text_or_base64(void **state)
{
	(void)state;
	value_is(json_bytes("a\"\x1b", 3), "\"a\\\"\\u001B\"");
	value_is(json_bytes("", 0), "\"\"");
	value_is(json_bytes(NULL, 0), "\"\"");
	value_is(json_bytes("\xff\xfe\xfd\xfc", 4), "{\"base64\": \"//79/A==\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_is_as_in_the_design),
		cmocka_unit_test(what_could_not_be_read_is_marked),
		cmocka_unit_test(every_family_has_its_members),
		cmocka_unit_test(sockets_have_names_and_flags),
		cmocka_unit_test(exec_has_path_argv_and_the_number_of_envp),
		cmocka_unit_test(what_is_cut_keeps_its_beginning_and_tells_its_length),
		cmocka_unit_test(a_cut_vector_tells_its_count),
		cmocka_unit_test(sends_have_sizes_and_contents_when_kept),
		cmocka_unit_test(messages_have_what_they_carry),
		cmocka_unit_test(credentials_and_other_control_messages),
		cmocka_unit_test(accept_has_its_peer_when_it_has_returned),
		cmocka_unit_test(spawns_have_flags_and_signal),
		cmocka_unit_test(numbers_have_names_where_there_are_some),
		cmocka_unit_test(a_call_without_decoder_has_its_registers),
		cmocka_unit_test(bytes_are_text_or_base64),
	};

	return cmocka_run_group_tests_name("json_call", tests, NULL, NULL);
}
