/* Socket addresses, from bytes to members, family by family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decoders/sockaddr.h"
#include "decoders/socket_names.h"

static void parse(struct sockaddr_value *s, const void *bytes, size_t len)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->raw, bytes, len);
	s->raw_len = len;
	sockaddr_decode(s);
}

#define PARSE(s, bytes) parse(s, bytes, sizeof(bytes) - 1)

static void inet_has_address_and_port(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x02\x00\x01\xbb\xa9\xfe\xa9\xfe\0\0\0\0\0\0\0\0");
	assert_true(s.decoded);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.inet.port, 443);
	assert_int_equal(s.inet.addr.s_addr, inet_addr("169.254.169.254"));
}

static void inet_shorter_than_its_struct_is_raw(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x02\x00\x01\xbb\xa9\xfe\xa9\xfe\0\0\0\0\0\0\0");
	assert_false(s.decoded);
	assert_int_equal(s.family, AF_INET);
}

/* A send on an IPv4 UDP socket goes where such an address says. */
static void unspec_of_sixteen_bytes_is_read_as_inet(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\0\0\x00\x35\x7f\0\0\x01\0\0\0\0\0\0\0\0");
	assert_true(s.decoded);
	assert_int_equal(s.family, AF_UNSPEC);
	assert_int_equal(s.inet.port, 53);
	PARSE(&s, "\0\0");
	assert_false(s.decoded);
}

#define IN6 "\x0a\0\x00\x50\0\0\x12\x34\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"

static void inet6_has_flow_and_scope(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, IN6 "\x02\0\0\0");
	assert_true(s.decoded);
	assert_int_equal(s.inet6.port, 80);
	assert_int_equal(s.inet6.flowinfo, 0x1234);
	assert_int_equal(s.inet6.scope_id, 2);
	PARSE(&s, IN6); /* RFC 2133: the kernel takes it without a scope */
	assert_true(s.decoded);
	assert_int_equal(s.inet6.scope_id, 0);
	parse(&s, IN6, sizeof(IN6) - 2);
	assert_false(s.decoded);
}

static void unix_paths_end_at_their_nul_or_with_the_address(void **state)
{
	struct sockaddr_value s;
	char full[sizeof(struct sockaddr_un)] = { 1, 0 };

	(void)state;
	PARSE(&s, "\x01\0/run/x\0garbage");
	assert_int_equal(s.un.kind, UNIX_PATH);
	assert_int_equal(s.un.name_len, 6);
	assert_memory_equal(s.un.name, "/run/x", 6);
	PARSE(&s, "\x01\0/r"); /* unpadded, unterminated */
	assert_int_equal(s.un.name_len, 2);
	memset(full + 2, 'a', sizeof(full) - 2); /* all 108 bytes, no NUL */
	parse(&s, full, sizeof(full));
	assert_int_equal(s.un.name_len, 108);
}

static void unix_abstract_names_have_all_their_bytes(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x01\0\0a\0b\0");
	assert_int_equal(s.un.kind, UNIX_ABSTRACT);
	assert_int_equal(s.un.name_len, 4);
	assert_memory_equal(s.un.name, "a\0b\0", 4);
	PARSE(&s, "\x01\0\0");
	assert_int_equal(s.un.kind, UNIX_ABSTRACT);
	assert_int_equal(s.un.name_len, 0);
}

static void unix_of_the_family_alone_is_unnamed(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x01\0");
	assert_true(s.decoded);
	assert_int_equal(s.un.kind, UNIX_UNNAMED);
}

static void unix_above_110_bytes_is_refused_by_the_kernel(void **state)
{
	struct sockaddr_value s;
	char bytes[111] = { 1, 0, '/' };

	(void)state;
	parse(&s, bytes, sizeof(bytes));
	assert_false(s.decoded);
	assert_int_equal(s.family, AF_UNIX);
}

static void netlink_has_port_and_groups(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x10\0\0\0\x39\x30\0\0\x05\0\0\0");
	assert_true(s.decoded);
	assert_int_equal(s.netlink.pid, 12345);
	assert_int_equal(s.netlink.groups, 5);
}

static void vsock_has_cid_and_port(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "\x28\0\0\0\xd2\x04\0\0\x02\0\0\0\x01\0\0\0");
	assert_true(s.decoded);
	assert_int_equal(s.vsock.port, 1234);
	assert_int_equal(s.vsock.cid, 2);
	assert_int_equal(s.vsock.flags, 1);
}

/* What they say is for text.h and json.h: text_call.c and json_call.c test it. */
static void families_that_no_policy_looks_into_have_their_lengths(void **state)
{
	static const struct {
		uint16_t family;
		size_t too_short, whole;
	} cases[] = {
		{ AF_PACKET, 11, 12 }, { AF_CAN, 7, 8 }, { AF_ALG, 24, 25 }, { AF_XDP, 15, 16 },
		{ AF_BLUETOOTH, 5, 6 },  /* hci */
		{ AF_BLUETOOTH, 7, 8 },  /* sco */
		{ AF_BLUETOOTH, 11, 9 }, /* rfcomm */
		{ AF_BLUETOOTH, 12, 13 } /* l2cap */
	};
	struct sockaddr_value s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[128] = { (uint8_t)cases[i].family };

		parse(&s, bytes, cases[i].too_short);
		assert_false(s.decoded);
		parse(&s, bytes, cases[i].whole);
		assert_true(s.decoded);
	}
}

static void every_other_family_keeps_its_name_and_bytes(void **state)
{
	struct sockaddr_value s;

	(void)state;
	for (unsigned family = 0; family < AF_MAX; family++) {
		char bytes[128] = { (char)family };

		if (name_of(socket_families, family) == NULL)
			fail_msg("family %u has no name", family);
		parse(&s, bytes, 3);
		assert_int_equal(s.family, family);
		if (family != AF_UNIX)
			assert_false(s.decoded);
	}
	PARSE(&s, "\xff\xff\x01\x02");
	assert_false(s.decoded);
	assert_int_equal(s.family, 0xffff);
}

static void less_than_a_family_is_nothing(void **state)
{
	struct sockaddr_value s;

	(void)state;
	PARSE(&s, "");
	assert_false(s.decoded);
	PARSE(&s, "\x02");
	assert_false(s.decoded);
	assert_int_equal(s.family, 0);
}

/* No length of any family reads past the address: run under the sanitizers, this is the check. */
static void every_length_of_every_family_is_safe(void **state)
{
	struct sockaddr_value s;

	(void)state;
	for (unsigned family = 0; family < 64; family++) {
		for (size_t len = 2; len <= sizeof(s.raw); len++) {
			uint8_t bytes[sizeof(s.raw)];

			memset(bytes, 0xff, sizeof(bytes));
			bytes[0] = (uint8_t)family;
			bytes[1] = 0;
			parse(&s, bytes, len);
			if (s.decoded && family == AF_UNIX && s.un.kind != UNIX_UNNAMED)
				assert_true(s.un.name + s.un.name_len <= s.raw + s.raw_len);
			assert_int_equal(s.family, family);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inet_has_address_and_port),
		cmocka_unit_test(inet_shorter_than_its_struct_is_raw),
		cmocka_unit_test(unspec_of_sixteen_bytes_is_read_as_inet),
		cmocka_unit_test(inet6_has_flow_and_scope),
		cmocka_unit_test(unix_paths_end_at_their_nul_or_with_the_address),
		cmocka_unit_test(unix_abstract_names_have_all_their_bytes),
		cmocka_unit_test(unix_of_the_family_alone_is_unnamed),
		cmocka_unit_test(unix_above_110_bytes_is_refused_by_the_kernel),
		cmocka_unit_test(netlink_has_port_and_groups),
		cmocka_unit_test(vsock_has_cid_and_port),
		cmocka_unit_test(families_that_no_policy_looks_into_have_their_lengths),
		cmocka_unit_test(every_other_family_keeps_its_name_and_bytes),
		cmocka_unit_test(less_than_a_family_is_nothing),
		cmocka_unit_test(every_length_of_every_family_is_safe),
	};

	return cmocka_run_group_tests_name("sockaddr", tests, NULL, NULL);
}
