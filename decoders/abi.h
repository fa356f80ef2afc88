/*
 * One const table per system call ABI: adding an ABI is adding one file
 * abi/NAME.c and one row in abi.c. Numbers of calls without a decoder are
 * named by libseccomp's tables.
 */
#ifndef CALLGATE_DECODERS_ABI_H
#define CALLGATE_DECODERS_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decoders/trap.h"

struct call_desc;

struct abi {
	const char *name;      /* "x86_64", "i386", "aarch64", "x32", "unknown" */
	uint32_t audit_arch;   /* AUDIT_ARCH_* */
	uint32_t seccomp_arch; /* SCMP_ARCH_* of libseccomp; 0 when it has none */
	unsigned word_size;    /* bytes in a long and in a pointer: 4 or 8 */
	bool clone_tls_first;  /* argument 3 of clone(2) is tls, not child_tid: i386, aarch64 */
	const uint16_t
		*calls; /* system call number -> enum call_id; 0 (CALL_NONE) has no decoder */
	size_t calls_len;
	int socketcall_nr; /* number of socketcall(2), -1 where there is none */
};

/*
 * The ABI a trap was made in. Never NULL: an ABI without a table is
 * `abi_unknown`; x32 is recognised by __X32_SYSCALL_BIT on AUDIT_ARCH_X86_64.
 */
const struct abi *abi_of_trap(const struct trap *trap);

/* The ABI of that name, or NULL. */
const struct abi *abi_by_name(const char *name);

extern const struct abi abi_x86_64, abi_i386, abi_x32, abi_aarch64, abi_unknown;

/* Which call with a decoder the number is: an enum call_id, CALL_NONE for the others. */
unsigned abi_call_id(const struct abi *abi, int64_t nr);

/*
 * The system call's name as in the man pages, written to buf; "syscall_NUMBER"
 * when nobody knows it. Returns buf.
 */
const char *abi_call_name(const struct abi *abi, int64_t nr, char *buf, size_t size);

/*
 * The number of a call that libseccomp does not know by name, the same in every ABI; -1 when
 * it is none of these.
 */
int abi_new_call(const char *name);

/*
 * The numbers, of every ABI alike, that later kernels than we know give to new calls, and the
 * name by which they are spoken of together.
 */
#define ABI_UNKNOWN_CALLS "unknown"
void abi_unknown_calls(unsigned *first, unsigned *end);

#endif
