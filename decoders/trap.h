/*
 * A trap: one stop of one task at one call, waiting for a response. This is
 * the part of it that every backend fills from registers; it cannot change
 * while the task is stopped.
 */
#ifndef CALLGATE_DECODERS_TRAP_H
#define CALLGATE_DECODERS_TRAP_H

#include <stdint.h>
#include <sys/types.h>

struct trap {
	pid_t tid;           /* a thread id, not a process id, as in seccomp_notif.pid */
	uint32_t audit_arch; /* AUDIT_ARCH_*: seccomp_data.arch, ptrace_syscall_info.arch */
	int64_t nr;          /* seccomp_data.nr; for x32 with __X32_SYSCALL_BIT */
	uint64_t args[6];    /* as the kernel sees them: i386 arguments are zero-extended */
	uint64_t ip;         /* instruction pointer */
};

#endif
