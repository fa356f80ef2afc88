#include "tracer/skip_call.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "decoders/restart.h"

#if defined(__x86_64__)

/* An i386 task has the same registers here: struct user of a 64-bit tracer (ptrace(2)). */
static bool poke(pid_t tid, size_t offset, int64_t value)
{
	return ptrace(PTRACE_POKEUSER, tid, offset, value) == 0 || errno == ESRCH;
}

bool task_skip_call(pid_t tid, int64_t result)
{
	return poke(tid, offsetof(struct user, regs.orig_rax), -1) &&
	       poke(tid, offsetof(struct user, regs.rax), result);
}

void task_restore_call(pid_t tid, int64_t nr)
{
	poke(tid, offsetof(struct user, regs.orig_rax), nr);
}

/* The code segment of 32-bit programs, __USER32_CS in arch/x86/include/asm/segment.h. */
static bool is_i386(const struct user_regs_struct *regs)
{
	return regs->cs == 0x23;
}

bool task_interrupted_call(pid_t tid, struct trap *trap)
{
	struct user_regs_struct r;

	/* PTRACE_GETREGS of a 64-bit tracer gives the 64-bit registers of an i386 task, too. */
	if (ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0)
		return false;
	/* Outside of a call there is no number: -1. */
	if ((int32_t)r.orig_rax < 0 || (int32_t)r.rax != RESTART_SYS)
		return false;
	*trap = (struct trap){ .tid = tid, .nr = (int64_t)r.orig_rax, .ip = r.rip };
	if (is_i386(&r)) {
		const uint64_t args[] = { r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp };

		trap->audit_arch = AUDIT_ARCH_I386;
		for (size_t i = 0; i < 6; i++)
			trap->args[i] = (uint32_t)args[i];
	} else {
		const uint64_t args[] = { r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9 };

		trap->audit_arch = AUDIT_ARCH_X86_64;
		memcpy(trap->args, args, sizeof(args));
	}
	return true;
}

void task_restart_call(pid_t tid)
{
	poke(tid, offsetof(struct user, regs.rax), RESTART_NOINTR);
}

bool task_can_restart_call(void)
{
	return true;
}

#elif defined(__aarch64__)

#include <elf.h>

static bool set_number(pid_t tid, int nr)
{
	struct iovec iov = { .iov_base = &nr, .iov_len = sizeof(nr) };

	return ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov) == 0 || errno == ESRCH;
}

bool task_skip_call(pid_t tid, int64_t result)
{
	struct user_regs_struct regs;
	struct iovec iov = { .iov_base = &regs, .iov_len = sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return errno == ESRCH;
	regs.regs[0] = (unsigned long long)result;
	return (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) == 0 || errno == ESRCH) &&
	       set_number(tid, -1);
}

void task_restore_call(pid_t tid, int64_t nr)
{
	set_number(tid, (int)nr);
}

bool task_interrupted_call(pid_t tid, struct trap *trap)
{
	(void)tid;
	(void)trap;
	return false;
}

void task_restart_call(pid_t tid)
{
	(void)tid;
}

bool task_can_restart_call(void)
{
	return false;
}

#endif
