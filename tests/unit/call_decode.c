/* Registers and memory, to typed values. */
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

#include "tests/support/decoded.h"

enum { AT = 0x10000 };

static const char inet_address[] = "\x02\x00\x01\xbb\x7f\0\0\x01\0\0\0\0\0\0\0\0";

static const struct sockaddr_value *address(const struct decoded *d)
{
	return call_value(&d->call, "sockaddr")->sockaddr;
}

static void connect_has_its_address(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	DECODE(&d, 42, 5, AT, 16);
	assert_string_equal(d.call.name, "connect");
	assert_int_equal(call_kind(&d.call), CALL_KIND_CONNECT);
	assert_int_equal(call_value(&d.call, "fd")->num, 5);
	assert_int_equal(address(&d)->status, VALUE_OK);
	assert_int_equal(address(&d)->inet.port, 443);
	assert_ptr_equal(call_destination(&d.call, 0), address(&d));
	assert_null(call_destination(&d.call, 1));
	assert_null(call_value(&d.call, "flags"));
}

/* An int argument is the low half of its register, whatever is above. */
static void ints_are_the_low_halves_of_registers(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	DECODE(&d, 42, 0xdead00000005, AT, 0xbeef00000010);
	assert_int_equal(call_value(&d.call, "fd")->num, 5);
	assert_int_equal(address(&d)->status, VALUE_OK);
	DECODE(&d, 41, 0x100000002, 0xff00000001, 0xffffffff00000006);
	assert_int_equal(call_value(&d.call, "family")->num, AF_INET);
	assert_int_equal(call_value(&d.call, "type")->num, SOCK_STREAM);
	assert_int_equal(call_value(&d.call, "protocol")->num, 6);
}

static void lengths_the_kernel_refuses_are_marked(void **state)
{
	const struct {
		uint64_t len;
		int64_t shown;
	} bad[] = { { 129, 129 }, { 0x80000000, -2147483648LL }, { UINT64_MAX, -1 } };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		DECODE(&d, 42, 5, AT, bad[i].len);
		assert_int_equal(address(&d)->status, VALUE_BAD_LENGTH);
		assert_int_equal(address(&d)->len, bad[i].shown);
		assert_int_equal(address(&d)->raw_len, 0);
	}
	assert_int_equal(d.mem.reads, 0);
}

static void short_addresses_are_raw(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	for (uint64_t len = 0; len < 2; len++) {
		DECODE(&d, 42, 5, AT, len);
		assert_int_equal(address(&d)->status, VALUE_OK);
		assert_int_equal(address(&d)->raw_len, len);
		assert_false(address(&d)->decoded);
	}
}

static void unreadable_memory_is_marked(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 10);
	DECODE(&d, 42, 5, AT, 16); /* it ends in the middle */
	assert_int_equal(address(&d)->status, VALUE_UNREADABLE);
	DECODE(&d, 42, 5, 0x10, 16);
	assert_int_equal(address(&d)->status, VALUE_UNREADABLE);
	assert_int_equal(address(&d)->addr, 0x10);
	DECODE(&d, 42, 5, 0, 16);
	assert_int_equal(address(&d)->status, VALUE_NULL);
	DECODE(&d, 42, 5, UINT64_MAX - 3, 16); /* the sum wraps */
	assert_int_equal(address(&d)->status, VALUE_UNREADABLE);
	assert_int_equal(d.call.read_errno, 0);
}

static void a_task_that_cannot_be_read_is_told_from_a_bad_pointer(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	d.mem.task_errno = ESRCH;
	DECODE(&d, 42, 5, AT, 16);
	assert_int_equal(address(&d)->status, VALUE_UNREADABLE);
	assert_int_equal(d.call.read_errno, ESRCH);
}

static void short_reads_are_continued(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	d.mem.at_most = 3;
	fake_put(&d.mem, AT, inet_address, 16);
	DECODE(&d, 42, 5, AT, 16);
	assert_int_equal(address(&d)->status, VALUE_OK);
	assert_int_equal(address(&d)->inet.port, 443);
}

static void a_send_without_address_names_no_destination(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	DECODE(&d, 44, 5, 0x2000, 34, MSG_NOSIGNAL, 0, 16);
	assert_null(call_destination(&d.call, 0));
	assert_int_equal(call_value(&d.call, "data")->bytes.full_len, 34);
	assert_int_equal(call_value(&d.call, "data")->bytes.status, VALUE_NOT_READ);
	DECODE(&d, 44, 5, 0x2000, 34, MSG_NOSIGNAL, AT, 16);
	assert_int_equal(call_destination(&d.call, 0)->inet.port, 443);
	DECODE(&d, 42, 5, 0, 16); /* a connect always names one */
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_NULL);
}

static void contents_are_kept_when_asked_for(void **state)
{
	cleanup_decoded struct decoded d;
	const struct bytes_value *data;
	char big[1000];

	(void)state;
	decoded_init(&d);
	d.contents = true;
	memset(big, 'x', sizeof(big));
	fake_put(&d.mem, AT, big, sizeof(big));
	DECODE(&d, 44, 5, AT, 10);
	data = &call_value(&d.call, "data")->bytes;
	assert_int_equal(data->status, VALUE_OK);
	assert_int_equal(data->len, 10);
	DECODE(&d, 44, 5, AT, 1000);
	assert_int_equal(data->status, VALUE_CUT);
	assert_int_equal(data->len, 256);
	assert_int_equal(data->full_len, 1000);
	DECODE(&d, 44, 5, 0x10, UINT64_MAX);
	assert_int_equal(data->status, VALUE_UNREADABLE);
}

static void accept_has_its_peer_when_it_has_returned(void **state)
{
	cleanup_decoded struct decoded d;
	int32_t room = 128, full = 16;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	fake_put(&d.mem, 0x20000, &room, sizeof(room));
	DECODE(&d, 288, 3, AT, 0x20000, SOCK_CLOEXEC);
	assert_int_equal(address(&d)->status, VALUE_NOT_READ);
	assert_null(call_destination(&d.call, 0));
	d.mem.stretches[1].bytes = &full;
	decode_result(&d, 7);
	assert_int_equal(address(&d)->status, VALUE_OK);
	assert_int_equal(address(&d)->inet.port, 443);
}

static void a_failed_accept_has_no_peer(void **state)
{
	cleanup_decoded struct decoded d;
	int32_t room = 128;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	fake_put(&d.mem, 0x20000, &room, sizeof(room));
	DECODE(&d, 288, 3, AT, 0x20000, 0);
	decode_result(&d, -EAGAIN);
	assert_int_equal(address(&d)->status, VALUE_NOT_READ);
	DECODE(&d, 288, 3, 0, 0, 0);
	assert_int_equal(address(&d)->status, VALUE_NULL);
	DECODE(&d, 288, 3, AT, 0x10, 0);
	assert_int_equal(address(&d)->status, VALUE_UNREADABLE);
}

/* The kernel writes as much as there is room for, and tells the full length. */
static void a_peer_address_without_room_is_cut(void **state)
{
	cleanup_decoded struct decoded d;
	int32_t room = 8, full = 16;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	fake_put(&d.mem, 0x20000, &room, sizeof(room));
	DECODE(&d, 43, 3, AT, 0x20000);
	d.mem.stretches[1].bytes = &full;
	decode_result(&d, 7);
	assert_int_equal(address(&d)->status, VALUE_CUT);
	assert_int_equal(address(&d)->raw_len, 8);
	assert_int_equal(address(&d)->len, 16);
	assert_false(address(&d)->decoded);
}

static void socketpair_has_its_descriptors_when_it_has_returned(void **state)
{
	cleanup_decoded struct decoded d;
	int32_t fds[2] = { 3, 4 };

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, fds, sizeof(fds));
	DECODE(&d, 53, AF_UNIX, SOCK_STREAM, 0, AT);
	assert_int_equal(call_value(&d.call, "fds")->fd_pair.status, VALUE_NOT_READ);
	decode_result(&d, 0);
	assert_int_equal(call_value(&d.call, "fds")->fd_pair.status, VALUE_OK);
	assert_int_equal(call_value(&d.call, "fds")->fd_pair.fds[1], 4);
}

static void clone_has_flags_and_signal_apart(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 56, 0xff00000000000000 | CLONE_VM | CLONE_VFORK | SIGCHLD, 1, 2, 3, 4);
	assert_int_equal(call_value(&d.call, "flags")->num, CLONE_VM | CLONE_VFORK);
	assert_int_equal(call_value(&d.call, "exit_signal")->num, SIGCHLD);
	assert_int_equal(call_value(&d.call, "stack")->num, 1);
	assert_int_equal(call_value(&d.call, "child_tid")->num, 3);
	assert_int_equal(call_value(&d.call, "tls")->num, 4);
}

static void clone_has_another_order_on_i386_and_aarch64(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE_I386(&d, 120, CLONE_VM, 1, 2, 3, 4);
	assert_int_equal(call_value(&d.call, "tls")->num, 3);
	assert_int_equal(call_value(&d.call, "child_tid")->num, 4);
	decode_abi(&d, &abi_aarch64, 220, (const uint64_t[6]){ CLONE_VM, 1, 2, 3, 4 });
	assert_int_equal(call_value(&d.call, "tls")->num, 3);
}

static void clone3_is_read_from_its_struct(void **state)
{
	const uint64_t numbers[11] = { CLONE_NEWUSER | 0x100000000, 0, 0, 0, SIGUSR1, 0x7000, 0x100,
		0, 0, 2, 9 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, numbers, sizeof(numbers));
	DECODE(&d, 435, AT, sizeof(numbers));
	assert_int_equal(call_value(&d.call, "flags")->status, VALUE_OK);
	assert_true(call_value(&d.call, "flags")->num == (CLONE_NEWUSER | 0x100000000));
	assert_int_equal(call_value(&d.call, "exit_signal")->num, SIGUSR1);
	assert_int_equal(call_value(&d.call, "stack_size")->num, 0x100);
	assert_int_equal(call_value(&d.call, "set_tid_size")->num, 2);
	assert_int_equal(call_value(&d.call, "cgroup")->num, 9);
	assert_int_equal(call_value(&d.call, "size")->num, 88);
	DECODE(&d, 435, AT, 64); /* the first version of the struct: the rest is 0 */
	assert_int_equal(call_value(&d.call, "exit_signal")->num, SIGUSR1);
	assert_int_equal(call_value(&d.call, "set_tid_size")->num, 0);
	decode_abi(&d, &abi_i386, 435, (const uint64_t[6]){ AT, 88 });
	assert_true(call_value(&d.call, "flags")->num == (CLONE_NEWUSER | 0x100000000));
}

static void clone3_that_cannot_be_read_is_marked(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 435, 0x10, 88);
	assert_int_equal(call_value(&d.call, "flags")->status, VALUE_UNREADABLE);
	assert_int_equal(call_value(&d.call, "flags")->num, 0x10);
	DECODE(&d, 435, AT, 63);
	assert_int_equal(call_value(&d.call, "flags")->status, VALUE_BAD_LENGTH);
	DECODE(&d, 435, AT, 4097);
	assert_int_equal(call_value(&d.call, "exit_signal")->status, VALUE_BAD_LENGTH);
	DECODE(&d, 435, 0, 88);
	assert_int_equal(call_value(&d.call, "flags")->status, VALUE_NULL);
}

static void calls_without_arguments_have_none(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 57, 1, 2, 3);
	assert_int_equal(d.call.values_len, 0);
	assert_int_equal(call_kind(&d.call), CALL_KIND_SPAWN);
}

static void a_call_without_decoder_keeps_its_registers(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	DECODE(&d, 51, 1, 2, 3, 4, 5, 6);
	assert_null(d.call.desc);
	assert_string_equal(d.call.name, "getsockname");
	assert_int_equal(d.call.args[5], 6);
	assert_int_equal(call_kind(&d.call), CALL_KIND_OTHER);
	assert_null(call_value(&d.call, "fd"));
	assert_null(call_destination(&d.call, 0));
}

static void an_unknown_abi_is_seen_and_not_guessed(void **state)
{
	cleanup_decoded struct decoded d;
	struct trap trap = { .audit_arch = 0x1234, .nr = 42 };
	struct mem_reader reader = fake_reader(&d.mem);

	(void)state;
	decoded_init(&d);
	call_decode(&d.call, &trap, &reader, &d.arena, NULL);
	assert_string_equal(d.call.abi->name, "unknown");
	assert_null(d.call.desc);
	assert_string_equal(d.call.name, "syscall_42");
}

static void addresses_survive_a_full_arena(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, AT, inet_address, 16);
	d.arena.limit = 16;
	DECODE(&d, 42, 5, AT, 16);
	assert_int_equal(address(&d)->status, VALUE_CUT);
	DECODE(&d, 44, 5, AT, 4, 0, AT, 16);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_CUT);
	DECODE(&d, 46, 5, AT, 0);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_CUT);
	DECODE(&d, 307, 5, AT, 3, 0);
	assert_int_equal(call_destination(&d.call, 0)->status, VALUE_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_has_its_address),
		cmocka_unit_test(ints_are_the_low_halves_of_registers),
		cmocka_unit_test(lengths_the_kernel_refuses_are_marked),
		cmocka_unit_test(short_addresses_are_raw),
		cmocka_unit_test(unreadable_memory_is_marked),
		cmocka_unit_test(a_task_that_cannot_be_read_is_told_from_a_bad_pointer),
		cmocka_unit_test(short_reads_are_continued),
		cmocka_unit_test(a_send_without_address_names_no_destination),
		cmocka_unit_test(contents_are_kept_when_asked_for),
		cmocka_unit_test(accept_has_its_peer_when_it_has_returned),
		cmocka_unit_test(a_failed_accept_has_no_peer),
		cmocka_unit_test(a_peer_address_without_room_is_cut),
		cmocka_unit_test(socketpair_has_its_descriptors_when_it_has_returned),
		cmocka_unit_test(clone_has_flags_and_signal_apart),
		cmocka_unit_test(clone_has_another_order_on_i386_and_aarch64),
		cmocka_unit_test(clone3_is_read_from_its_struct),
		cmocka_unit_test(clone3_that_cannot_be_read_is_marked),
		cmocka_unit_test(calls_without_arguments_have_none),
		cmocka_unit_test(a_call_without_decoder_keeps_its_registers),
		cmocka_unit_test(an_unknown_abi_is_seen_and_not_guessed),
		cmocka_unit_test(addresses_survive_a_full_arena),
	};

	return cmocka_run_group_tests_name("call_decode", tests, NULL, NULL);
}
