#include "decoders/abi.h"

#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/audit.h>

#include "base/names.h"
#include "decoders/call.h"

/* arch/x86/include/uapi/asm/unistd.h: __X32_SYSCALL_BIT; not in the headers of other hosts. */
enum { X32_SYSCALL_BIT = 0x40000000 };

static const struct abi *const abis[] = {
	&abi_x86_64,
	&abi_i386,
	&abi_x32,
	&abi_aarch64,
	&abi_unknown,
};

enum { ABIS_LEN = sizeof(abis) / sizeof(abis[0]) };

const struct abi abi_unknown = {
	.name = "unknown",
	.word_size = 8,
	.socketcall_nr = -1,
};

/*
 * Calls that are newer than libseccomp 2.5: since Linux 5.1 a call has one
 * number everywhere (include/uapi/asm-generic/unistd.h, Linux 6.17).
 */
static const struct name_row new_calls[] = {
	{ 450, "set_mempolicy_home_node" },
	{ 451, "cachestat" },
	{ 452, "fchmodat2" },
	{ 453, "map_shadow_stack" },
	{ 454, "futex_wake" },
	{ 455, "futex_wait" },
	{ 456, "futex_requeue" },
	{ 457, "statmount" },
	{ 458, "listmount" },
	{ 459, "lsm_get_self_attr" },
	{ 460, "lsm_set_self_attr" },
	{ 461, "lsm_list_modules" },
	{ 462, "mseal" },
	{ 463, "setxattrat" },
	{ 464, "getxattrat" },
	{ 465, "listxattrat" },
	{ 466, "removexattrat" },
	{ 467, "open_tree_attr" },
	{ 468, "file_getattr" },
	{ 469, "file_setattr" },
	{ 0, NULL },
};

/* Kernels of 32-bit ARM have calls of their own far above (__ARM_NR_BASE). */
enum { UNKNOWN_FIRST = 470, UNKNOWN_END = 1024 };

const struct abi *abi_of_trap(const struct trap *trap)
{
	if (trap->audit_arch == AUDIT_ARCH_X86_64 && trap->nr >= 0 && (trap->nr & X32_SYSCALL_BIT))
		return &abi_x32;
	for (size_t i = 0; i < ABIS_LEN; i++)
		if (abis[i]->audit_arch == trap->audit_arch)
			return abis[i];
	return &abi_unknown;
}

const struct abi *abi_by_name(const char *name)
{
	for (size_t i = 0; i < ABIS_LEN; i++)
		if (strcmp(abis[i]->name, name) == 0)
			return abis[i];
	return NULL;
}

unsigned abi_call_id(const struct abi *abi, int64_t nr)
{
	if (abi == &abi_x32)
		nr &= ~(int64_t)X32_SYSCALL_BIT;
	if (nr < 0 || (uint64_t)nr >= abi->calls_len)
		return CALL_NONE;
	return abi->calls[nr];
}

int abi_new_call(const char *name)
{
	const struct name_row *row = name_find(new_calls, name);

	return row ? (int)row->value : -1;
}

void abi_unknown_calls(unsigned *first, unsigned *end)
{
	*first = UNKNOWN_FIRST;
	*end = UNKNOWN_END;
}

/* libseccomp's name, or NULL; malloc'ed. */
static char *seccomp_name(const struct abi *abi, int64_t nr)
{
	/* Its negative numbers are its own names for calls an ABI does not have. */
	if (!abi->seccomp_arch || nr < 0 || nr > INT32_MAX)
		return NULL;
	return seccomp_syscall_resolve_num_arch(abi->seccomp_arch, (int)nr);
}

const char *abi_call_name(const struct abi *abi, int64_t nr, char *buf, size_t size)
{
	const struct call_desc *desc = call_desc((enum call_id)abi_call_id(abi, nr));
	const char *name = desc ? desc->name : NULL;
	char *found = name ? NULL : seccomp_name(abi, nr);
	int64_t plain = abi == &abi_x32 ? nr & ~(int64_t)X32_SYSCALL_BIT : nr;

	if (!name)
		name = found;
	if (!name && abi != &abi_unknown && plain > 0)
		name = name_of(new_calls, (uint64_t)plain);
	if (name) /* For every trap: snprintf(3) takes ten times as long. */
		memccpy(buf, name, '\0', size - 1);
	else
		snprintf(buf, size, "syscall_%lld", (long long)nr);
	buf[size - 1] = '\0';
	free(found);
	return buf;
}
