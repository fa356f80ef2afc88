/* i386: one system call for twenty, with its arguments in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/socket.h>

#include "tests/support/decoded.h"

enum { SOCKETCALL = 102, BLOCK = 0x8000, ADDRESS = 0x9000 };

static const char inet_address[] = "\x02\x00\x01\xbb\x7f\0\0\x01\0\0\0\0\0\0\0\0";

static void a_connect_is_unpacked(void **state)
{
	const uint32_t block[3] = { 5, ADDRESS, 16 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, BLOCK, block, sizeof(block));
	fake_put(&d.mem, ADDRESS, inet_address, 16);
	DECODE_I386(&d, SOCKETCALL, 3, BLOCK);
	assert_string_equal(d.call.name, "connect");
	assert_int_equal(d.call.desc->id, CALL_CONNECT);
	assert_int_equal(d.call.nr, SOCKETCALL);
	assert_int_equal(d.call.args[2], 16);
	assert_int_equal(call_destination(&d.call, 0)->inet.port, 443);
}

static void every_subcall_has_its_name_and_arguments(void **state)
{
	/* The kernel's own counts: nargs[] in net/socket.c, in longs. */
	static const struct {
		const char *name;
		unsigned nargs;
	} subcalls[] = {
		{ "socket", 3 },
		{ "bind", 3 },
		{ "connect", 3 },
		{ "listen", 2 },
		{ "accept", 3 },
		{ "getsockname", 3 },
		{ "getpeername", 3 },
		{ "socketpair", 4 },
		{ "send", 4 },
		{ "recv", 4 },
		{ "sendto", 6 },
		{ "recvfrom", 6 },
		{ "shutdown", 2 },
		{ "setsockopt", 5 },
		{ "getsockopt", 5 },
		{ "sendmsg", 3 },
		{ "recvmsg", 3 },
		{ "accept4", 4 },
		{ "recvmmsg", 5 },
		{ "sendmmsg", 4 },
	};
	const uint32_t block[6] = { 11, 12, 13, 14, 15, 16 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (unsigned i = 0; i < sizeof(subcalls) / sizeof(subcalls[0]); i++) {
		d.mem.len = 0;
		/* As much memory as the call has arguments: reading more would fail. */
		fake_put(&d.mem, BLOCK, block, subcalls[i].nargs * sizeof(block[0]));
		DECODE_I386(&d, SOCKETCALL, i + 1, BLOCK);
		assert_string_equal(d.call.name, subcalls[i].name);
		assert_false(d.call.args_unreadable);
		for (unsigned a = 0; a < 6; a++)
			assert_int_equal(d.call.args[a], a < subcalls[i].nargs ? 11 + a : 0);
		if (d.call.desc)
			assert_string_equal(d.call.desc->name, subcalls[i].name);
	}
}

static void a_send_has_no_destination(void **state)
{
	const uint32_t block[4] = { 5, ADDRESS, 16, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, BLOCK, block, sizeof(block));
	DECODE_I386(&d, SOCKETCALL, 9, BLOCK);
	assert_int_equal(d.call.desc->id, CALL_SEND);
	assert_null(call_destination(&d.call, 0));
}

static void a_subcall_that_does_not_exist_stays_socketcall(void **state)
{
	const uint64_t numbers[] = { 0, 21, UINT32_MAX };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < 3; i++) {
		DECODE_I386(&d, SOCKETCALL, numbers[i], BLOCK);
		assert_string_equal(d.call.name, "socketcall");
		assert_null(d.call.desc);
		assert_int_equal(d.call.args[1], BLOCK);
	}
}

/* Whoever looks for the destination must find that there is one, and that it is not known. */
static void unreadable_arguments_hide_no_destination(void **state)
{
	const unsigned naming[] = { 2, 3, 11, 16, 20 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < sizeof(naming) / sizeof(naming[0]); i++) {
		DECODE_I386(&d, SOCKETCALL, naming[i], 0x10);
		assert_true(d.call.args_unreadable);
		assert_int_equal(call_destination(&d.call, 0)->status, VALUE_UNREADABLE);
		assert_int_equal(call_value(&d.call, "fd")->status, VALUE_UNREADABLE);
		assert_int_equal(call_value(&d.call, "fd")->num, 0x10);
	}
	DECODE_I386(&d, SOCKETCALL, 6, 0x10);
	assert_true(d.call.args_unreadable);
	assert_string_equal(d.call.name, "getsockname");
}

static void what_socket_is_asked_for(void **state)
{
	const uint32_t block[3] = { AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 17 };
	cleanup_decoded struct decoded d;
	struct socket_facts asked;

	(void)state;
	decoded_init(&d);
	DECODE_I386(&d, SOCKETCALL, 1, BLOCK);
	assert_false(call_asked_socket(&d.call).known);
	fake_put(&d.mem, BLOCK, block, sizeof(block));
	DECODE_I386(&d, SOCKETCALL, 1, BLOCK);
	asked = call_asked_socket(&d.call);
	assert_true(asked.known);
	assert_int_equal(asked.family, AF_INET6);
	assert_int_equal(asked.type, SOCK_DGRAM);
	assert_int_equal(asked.protocol, 17);
	DECODE_I386(&d, SOCKETCALL, 4, BLOCK);
	assert_false(call_asked_socket(&d.call).known);
}

static void pointers_are_32_bit(void **state)
{
	const uint32_t block[3] = { 5, 0xfffffff8, 16 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, BLOCK, block, sizeof(block));
	/* What a 64 bit register has above is not looked at. */
	DECODE_I386(&d, SOCKETCALL, 3 | 0xab00000000, BLOCK | 0xcd00000000);
	assert_int_equal(call_destination(&d.call, 0)->addr, 0xfffffff8);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_UNREADABLE);
}

static void x86_64_has_none(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, SOCKETCALL, 3, BLOCK);
	assert_string_equal(d.call.name, "getuid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connect_is_unpacked),
		cmocka_unit_test(every_subcall_has_its_name_and_arguments),
		cmocka_unit_test(a_send_has_no_destination),
		cmocka_unit_test(a_subcall_that_does_not_exist_stays_socketcall),
		cmocka_unit_test(unreadable_arguments_hide_no_destination),
		cmocka_unit_test(what_socket_is_asked_for),
		cmocka_unit_test(pointers_are_32_bit),
		cmocka_unit_test(x86_64_has_none),
	};

	return cmocka_run_group_tests_name("socketcall", tests, NULL, NULL);
}
