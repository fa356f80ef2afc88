/* sendmsg and sendmmsg: messages in memory, with all they point to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "tests/support/decoded.h"

enum { SENDMSG = 46, SENDMMSG = 307, MSG = 0x1000, NAME = 0x2000, IOV = 0x3000, CONTROL = 0x4000 };

static const char inet_address[] = "\x02\x00\x00\x35\x7f\0\0\x01\0\0\0\0\0\0\0\0";

/* The kernel's struct, whose pointers are numbers here. */
struct header64 {
	uint64_t name;
	uint32_t namelen, pad;
	uint64_t iov, iovlen, control, controllen;
	uint32_t flags, pad2;
};

struct header32 {
	uint32_t name, namelen, iov, iovlen, control, controllen, flags;
};

_Static_assert(sizeof(struct header64) == sizeof(struct msghdr), "as on x86-64");

static const struct msg_value *message(const struct decoded *d)
{
	return call_value(&d->call, "msg")->msg;
}

static void decode_message(struct decoded *d, const struct header64 *h)
{
	fake_put(&d->mem, MSG, h, sizeof(*h));
	DECODE(d, SENDMSG, 5, MSG, 0);
}

static void a_message_has_name_and_size(void **state)
{
	const struct header64 h = { .name = NAME, .namelen = 16, .iov = IOV, .iovlen = 2 };
	const uint64_t iov[] = { 0x9000, 30, 0xa000, 4 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, NAME, inet_address, 16);
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	decode_message(&d, &h);
	assert_int_equal(message(&d)->status, VALUE_OK);
	assert_int_equal(message(&d)->bytes, 34);
	assert_int_equal(message(&d)->iov_len, 2);
	assert_int_equal(message(&d)->data.status, VALUE_NOT_READ);
	assert_int_equal(call_destination(&d.call, 0)->inet.port, 53);
	assert_null(call_destination(&d.call, 1));
}

static void a_message_without_name_has_no_destination(void **state)
{
	const struct header64 none = { .name = 0, .namelen = 16 };
	const struct header64 empty = { .name = NAME, .namelen = 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	decode_message(&d, &none);
	assert_null(call_destination(&d.call, 0));
	d.mem.len = 0;
	decode_message(&d, &empty);
	assert_null(call_destination(&d.call, 0));
}

/* sendto(2) refuses 129 bytes, sendmsg(2) takes the first 128 of them. */
static void an_over_long_name_is_cut_as_by_the_kernel(void **state)
{
	const struct header64 longer = { .name = NAME, .namelen = 200 };
	const struct header64 negative = { .name = NAME, .namelen = 0x80000000 };
	char address[200] = { 2, 0, 0, 53 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, NAME, address, sizeof(address));
	decode_message(&d, &longer);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_OK);
	assert_int_equal(call_destination(&d.call, 0)->raw_len, 128);
	assert_int_equal(call_destination(&d.call, 0)->inet.port, 53);
	d.mem.len = 1;
	decode_message(&d, &negative);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_BAD_LENGTH);
}

static void an_unreadable_message_hides_no_destination(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, SENDMSG, 5, 0x10, 0);
	assert_int_equal(message(&d)->status, VALUE_UNREADABLE);
	assert_int_equal(message(&d)->addr, 0x10);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_UNREADABLE);
	DECODE(&d, SENDMSG, 5, 0, 0);
	assert_int_equal(message(&d)->status, VALUE_NULL);
	assert_non_null(call_destination(&d.call, 0));
}

static void segments_are_summed_without_overflow(void **state)
{
	struct header64 h = { .iov = IOV, .iovlen = 3 };
	const uint64_t iov[] = { 0, UINT64_MAX, 0, 5, 0, UINT64_MAX };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	decode_message(&d, &h);
	assert_true(message(&d)->bytes == UINT64_MAX);
	d.mem.len = 0;
	h.iovlen = 1025;
	decode_message(&d, &h);
	assert_int_equal(message(&d)->data.status, VALUE_BAD_LENGTH);
	d.mem.len = 0;
	h.iovlen = 4;
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	decode_message(&d, &h);
	assert_int_equal(message(&d)->data.status, VALUE_UNREADABLE);
	d.mem.len = 0;
	h.iov = UINT64_MAX - 20;
	h.iovlen = 1024;
	decode_message(&d, &h);
	assert_int_equal(message(&d)->data.status, VALUE_UNREADABLE);
}

static void all_segments_the_kernel_takes_are_summed(void **state)
{
	static struct iovec iov[1024];
	const struct header64 h = { .iov = IOV, .iovlen = 1024 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < 1024; i++)
		iov[i].iov_len = i;
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	decode_message(&d, &h);
	assert_int_equal(message(&d)->bytes, 1023 * 1024 / 2);
}

static void the_first_bytes_are_kept_when_asked_for(void **state)
{
	const struct header64 h = { .iov = IOV, .iovlen = 2 };
	const uint64_t iov[] = { 0x9000, 5, 0x9000, 5 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	d.contents = true;
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	fake_put(&d.mem, 0x9000, "hello", 5);
	decode_message(&d, &h);
	assert_int_equal(message(&d)->data.status, VALUE_CUT);
	assert_int_equal(message(&d)->data.len, 5);
	assert_memory_equal(message(&d)->data.data, "hello", 5);
	assert_int_equal(message(&d)->data.full_len, 10);
}

static void put_cmsg(uint8_t *at, uint64_t len, int32_t level, int32_t type)
{
	memcpy(at, &len, 8);
	memcpy(at + 8, &level, 4);
	memcpy(at + 12, &type, 4);
}

static void descriptors_and_credentials_are_found(void **state)
{
	const struct header64 h = { .control = CONTROL, .controllen = 24 + 32 + 20 };
	const int32_t fds[2] = { 7, 8 }, creds[3] = { 100, 1000, 1001 };
	uint8_t control[24 + 32 + 20] = { 0 };
	cleanup_decoded struct decoded d;
	const struct cmsg_value *c;

	(void)state;
	decoded_init(&d);
	put_cmsg(control, 24, SOL_SOCKET, SCM_RIGHTS);
	memcpy(control + 16, fds, sizeof(fds));
	put_cmsg(control + 24, 28, SOL_SOCKET, SCM_CREDENTIALS);
	memcpy(control + 40, creds, sizeof(creds));
	put_cmsg(control + 56, 20, 0, 8);
	fake_put(&d.mem, CONTROL, control, sizeof(control));
	decode_message(&d, &h);
	c = message(&d)->cmsgs;
	assert_int_equal(message(&d)->control_status, VALUE_OK);
	assert_int_equal(message(&d)->cmsgs_len, 3);
	assert_int_equal(c[0].fds_len, 2);
	assert_int_equal(c[0].fds[1], 8);
	assert_true(c[1].has_creds);
	assert_int_equal(c[1].pid, 100);
	assert_int_equal(c[1].uid, 1000);
	assert_int_equal(c[1].gid, 1001);
	assert_int_equal(c[2].level, 0);
	assert_int_equal(c[2].type, 8);
	assert_int_equal(c[2].len, 20);
}

static void broken_control_messages_are_marked(void **state)
{
	struct header64 h = { .control = CONTROL, .controllen = 32 };
	const uint64_t lengths[] = { 0, 15, 33, UINT64_MAX };
	uint8_t control[32] = { 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < 4; i++) {
		d.mem.len = 0;
		put_cmsg(control, lengths[i], SOL_SOCKET, SCM_RIGHTS);
		fake_put(&d.mem, CONTROL, control, sizeof(control));
		decode_message(&d, &h);
		assert_int_equal(message(&d)->control_status, VALUE_BAD_LENGTH);
		assert_int_equal(message(&d)->cmsgs_len, 1);
		assert_int_equal(message(&d)->cmsgs[0].fds_len, 0);
	}
	d.mem.len = 0;
	h.controllen = 1ULL << 31;
	decode_message(&d, &h);
	assert_int_equal(message(&d)->control_status, VALUE_BAD_LENGTH);
	d.mem.len = 0;
	h.controllen = 64;
	decode_message(&d, &h);
	assert_int_equal(message(&d)->control_status, VALUE_UNREADABLE);
}

static void much_control_is_cut(void **state)
{
	static uint8_t control[20000];
	const struct header64 h = { .control = CONTROL, .controllen = sizeof(control) };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i + 16 <= sizeof(control); i += 16)
		put_cmsg(control + i, 16, SOL_SOCKET, 99);
	fake_put(&d.mem, CONTROL, control, sizeof(control));
	decode_message(&d, &h);
	assert_int_equal(message(&d)->control_status, VALUE_CUT);
	assert_int_equal(message(&d)->cmsgs_len, 256);
}

static void i386_messages_have_words_of_four_bytes(void **state)
{
	const struct header32 h = { NAME, 16, IOV, 2, CONTROL, 20, 0 };
	const uint32_t iov[] = { 0x9000, 30, 0xa000, 4 };
	const uint32_t control[] = { 20, SOL_SOCKET, SCM_RIGHTS, 7, 8 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, MSG, &h, sizeof(h));
	fake_put(&d.mem, NAME, inet_address, 16);
	fake_put(&d.mem, IOV, iov, sizeof(iov));
	fake_put(&d.mem, CONTROL, control, sizeof(control));
	DECODE_I386(&d, 370, 5, MSG, 0);
	assert_int_equal(call_destination(&d.call, 0)->inet.port, 53);
	assert_int_equal(message(&d)->bytes, 34);
	assert_int_equal(message(&d)->cmsgs_len, 1);
	assert_int_equal(message(&d)->cmsgs[0].fds_len, 2);
	assert_int_equal(message(&d)->cmsgs[0].fds[0], 7);
}

struct mheader64 {
	struct header64 h;
	uint32_t len, pad;
};

static const struct msgs_value *messages(const struct decoded *d)
{
	return &call_value(&d->call, "messages")->msgs;
}

static void sendmmsg_has_a_destination_for_each_message_that_names_one(void **state)
{
	struct mheader64 v[3] = { { .h = { .name = NAME, .namelen = 16 } }, { .h = { 0 } },
		{ .h = { .name = NAME, .namelen = 16 } } };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, NAME, inet_address, 16);
	fake_put(&d.mem, MSG, v, sizeof(v));
	DECODE(&d, SENDMMSG, 5, MSG, 3, 0);
	assert_int_equal(messages(&d)->status, VALUE_OK);
	assert_int_equal(messages(&d)->len, 3);
	assert_int_equal(call_destination(&d.call, 1)->inet.port, 53);
	assert_null(call_destination(&d.call, 2));
	v[0].len = 10;
	v[1].len = 20;
	v[2].len = 30;
	decode_result(&d, 2);
	assert_int_equal(messages(&d)->items[0].sent, 10);
	assert_int_equal(messages(&d)->items[1].sent, 20);
	assert_int_equal(messages(&d)->items[2].sent, 0); /* was not sent */
}

static void sendmmsg_takes_no_more_than_1024(void **state)
{
	static struct mheader64 v[1024];
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, MSG, v, sizeof(v));
	DECODE(&d, SENDMMSG, 5, MSG, UINT32_MAX, 0);
	assert_int_equal(messages(&d)->full_len, 1024);
	assert_int_equal(messages(&d)->len, 1024);
	assert_int_equal(messages(&d)->status, VALUE_OK);
	DECODE(&d, SENDMMSG, 5, 0x10, 0x100000000, 0); /* none at all: nothing is read */
	assert_int_equal(messages(&d)->full_len, 0);
	assert_null(call_destination(&d.call, 0));
}

static void messages_that_were_not_kept_are_destinations_too(void **state)
{
	static struct mheader64 v[1024];
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, MSG, v, sizeof(v));
	d.arena.limit = 8192;
	DECODE(&d, SENDMMSG, 5, MSG, 1024, 0);
	assert_int_equal(messages(&d)->status, VALUE_CUT);
	assert_true(messages(&d)->len < 1024);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_CUT);
	assert_null(call_destination(&d.call, 1));
}

static void a_vector_of_messages_ends_where_memory_does(void **state)
{
	const struct mheader64 v[2] = { 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, MSG, v, sizeof(v));
	DECODE(&d, SENDMMSG, 5, MSG, 5, 0);
	assert_int_equal(messages(&d)->status, VALUE_CUT);
	assert_int_equal(messages(&d)->len, 3);
	assert_int_equal(messages(&d)->items[2].status, VALUE_UNREADABLE);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_UNREADABLE);
	DECODE(&d, SENDMMSG, 5, 0x10, 5, 0);
	assert_int_equal(messages(&d)->status, VALUE_UNREADABLE);
	DECODE(&d, SENDMMSG, 5, 0, 5, 0);
	assert_int_equal(messages(&d)->status, VALUE_NULL);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_CUT);
	DECODE(&d, SENDMMSG, 5, UINT64_MAX - 10, 1024, 0);
	assert_int_equal(messages(&d)->status, VALUE_UNREADABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_has_name_and_size),
		cmocka_unit_test(a_message_without_name_has_no_destination),
		cmocka_unit_test(an_over_long_name_is_cut_as_by_the_kernel),
		cmocka_unit_test(an_unreadable_message_hides_no_destination),
		cmocka_unit_test(segments_are_summed_without_overflow),
		cmocka_unit_test(all_segments_the_kernel_takes_are_summed),
		cmocka_unit_test(the_first_bytes_are_kept_when_asked_for),
		cmocka_unit_test(descriptors_and_credentials_are_found),
		cmocka_unit_test(broken_control_messages_are_marked),
		cmocka_unit_test(much_control_is_cut),
		cmocka_unit_test(i386_messages_have_words_of_four_bytes),
		cmocka_unit_test(sendmmsg_has_a_destination_for_each_message_that_names_one),
		cmocka_unit_test(sendmmsg_takes_no_more_than_1024),
		cmocka_unit_test(messages_that_were_not_kept_are_destinations_too),
		cmocka_unit_test(a_vector_of_messages_ends_where_memory_does),
	};

	return cmocka_run_group_tests_name("msg_decode", tests, NULL, NULL);
}
