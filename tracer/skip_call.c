#include "tracer/skip_call.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

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

#endif
