/* The tables of system call numbers, against libseccomp's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <seccomp.h>
#include <linux/audit.h>

#include "decoders/abi.h"
#include "decoders/call.h"

enum { X32_BIT = 0x40000000 };

static const struct abi *const abis[] = { &abi_x86_64, &abi_i386, &abi_x32, &abi_aarch64 };

enum { ABIS = sizeof(abis) / sizeof(abis[0]) };

static int number(const struct abi *abi, int nr)
{
	return abi == &abi_x32 ? nr | X32_BIT : nr;
}

static void every_row_is_the_call_libseccomp_names(void **state)
{
	(void)state;
	for (size_t a = 0; a < ABIS; a++) {
		size_t rows = 0;

		for (int nr = 0; nr < 1024; nr++) {
			unsigned id = abi_call_id(abis[a], number(abis[a], nr));
			char *name;

			if (id == CALL_NONE)
				continue;
			name = seccomp_syscall_resolve_num_arch(
				abis[a]->seccomp_arch, number(abis[a], nr));
			assert_non_null(name);
			assert_string_equal(call_desc((enum call_id)id)->name, name);
			free(name);
			rows++;
		}
		assert_in_range(rows, 40, CALL_COUNT);
	}
}

/* A pseudo number of libseccomp's (negative): the ABI has the call otherwise, or not at all. */
static void no_call_with_a_decoder_is_missing(void **state)
{
	(void)state;
	for (size_t a = 0; a < ABIS; a++) {
		for (unsigned id = CALL_NONE + 1; id < CALL_COUNT; id++) {
			const char *name = call_desc((enum call_id)id)->name;
			int nr = seccomp_syscall_resolve_name_arch(abis[a]->seccomp_arch, name);

			if (nr >= 0)
				assert_int_equal(abi_call_id(abis[a], nr), id);
		}
	}
}

/* libseccomp has pseudo numbers for these; the direct calls are there since Linux 4.3. */
static void i386_has_the_direct_socket_calls(void **state)
{
	char name[32];

	(void)state;
	assert_string_equal(abi_call_name(&abi_i386, 359, name, sizeof(name)), "socket");
	assert_int_equal(abi_call_id(&abi_i386, 362), CALL_CONNECT);
	assert_int_equal(abi_call_id(&abi_i386, 370), CALL_SENDMSG);
}

static void rows_stand_at_their_own_id(void **state)
{
	(void)state;
	assert_null(call_desc(CALL_NONE));
	assert_null(call_desc(CALL_COUNT));
	for (unsigned id = CALL_NONE + 1; id < CALL_COUNT; id++) {
		const struct call_desc *desc = call_desc((enum call_id)id);

		assert_int_equal(desc->id, id);
		assert_non_null(desc->name);
		for (size_t f = 0; f < CALL_FIELDS_MAX && desc->fields[f].name; f++) {
			bool named = desc->fields[f].type == VALUE_NAMED ||
				     desc->fields[f].type == VALUE_NAMED_FLAGS;

			assert_int_equal(desc->fields[f].names != NULL, named);
		}
	}
}

static void a_trap_is_attributed_to_its_abi(void **state)
{
	const struct {
		uint32_t arch;
		int64_t nr;
		const struct abi *abi;
	} traps[] = {
		{ AUDIT_ARCH_X86_64, 42, &abi_x86_64 },
		{ AUDIT_ARCH_X86_64, 42 | X32_BIT, &abi_x32 },
		{ AUDIT_ARCH_X86_64, -1, &abi_x86_64 },
		{ AUDIT_ARCH_I386, 102, &abi_i386 },
		{ AUDIT_ARCH_AARCH64, 203, &abi_aarch64 },
		{ AUDIT_ARCH_ARM, 283, &abi_unknown },
		{ 0xdeadbeef, 0, &abi_unknown },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		struct trap trap = { .audit_arch = traps[i].arch, .nr = traps[i].nr };

		assert_ptr_equal(abi_of_trap(&trap), traps[i].abi);
	}
}

static void abis_have_names(void **state)
{
	(void)state;
	assert_ptr_equal(abi_by_name("i386"), &abi_i386);
	assert_ptr_equal(abi_by_name("unknown"), &abi_unknown);
	assert_null(abi_by_name("vax"));
}

static void every_number_has_a_name(void **state)
{
	char name[32];

	(void)state;
	assert_string_equal(abi_call_name(&abi_x86_64, 51, name, sizeof(name)), "getsockname");
	assert_string_equal(abi_call_name(&abi_i386, 102, name, sizeof(name)), "socketcall");
	assert_string_equal(abi_call_name(&abi_x32, 0 | X32_BIT, name, sizeof(name)), "read");
	assert_string_equal(
		abi_call_name(&abi_x32, 467 | X32_BIT, name, sizeof(name)), "open_tree_attr");
	assert_string_equal(abi_call_name(&abi_x86_64, 462, name, sizeof(name)), "mseal");
	assert_string_equal(abi_call_name(&abi_x86_64, 9999, name, sizeof(name)), "syscall_9999");
	assert_string_equal(abi_call_name(&abi_x86_64, -1, name, sizeof(name)), "syscall_-1");
	assert_string_equal(abi_call_name(&abi_unknown, 3, name, sizeof(name)), "syscall_3");
	assert_string_equal(abi_call_name(&abi_x86_64, INT64_MIN, name, sizeof(name)),
		"syscall_-9223372036854775808");
}

static void kinds_are_the_words_of_the_policy(void **state)
{
	(void)state;
	assert_string_equal(call_kind_name(CALL_KIND_CONNECT), "connect");
	assert_string_equal(call_kind_name(CALL_KIND_SPAWN), "spawn");
	assert_int_equal(call_desc(CALL_VFORK)->kind, CALL_KIND_SPAWN);
	assert_int_equal(call_desc(CALL_SENDMMSG)->kind, CALL_KIND_CONNECT);
	assert_int_equal(call_desc(CALL_LISTEN)->kind, CALL_KIND_OTHER);
	assert_int_equal(call_desc(CALL_PTRACE)->kind, CALL_KIND_SYSCALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_the_call_libseccomp_names),
		cmocka_unit_test(no_call_with_a_decoder_is_missing),
		cmocka_unit_test(i386_has_the_direct_socket_calls),
		cmocka_unit_test(rows_stand_at_their_own_id),
		cmocka_unit_test(a_trap_is_attributed_to_its_abi),
		cmocka_unit_test(abis_have_names),
		cmocka_unit_test(every_number_has_a_name),
		cmocka_unit_test(kinds_are_the_words_of_the_policy),
	};

	return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}
