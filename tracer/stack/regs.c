#include "tracer/stack/regs.h"

#include <elf.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static void set(struct stack_regs *regs, const uint64_t *dwarf, unsigned len)
{
	memcpy(regs->dwarf, dwarf, len * sizeof(*dwarf));
	regs->len = len;
}

#if defined(__x86_64__)

/* The code segment of 32-bit tasks: __USER32_CS in the kernel's asm/segment.h. */
enum { SEGMENT_32 = 0x23 };

/* PTRACE_GETREGS gives an i386 task's registers in the wide layout, too: ptrace(2). */
bool stack_regs_read(pid_t tid, struct stack_regs *regs)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, tid, NULL, &r) < 0)
		return false;
	*regs = (struct stack_regs){
		.pc = r.rip, .sp = r.rsp, .machine = EM_X86_64, .word_size = 8
	};
	if (r.cs == SEGMENT_32) {
		const uint64_t narrow[] = { (uint32_t)r.rax, (uint32_t)r.rcx, (uint32_t)r.rdx,
			(uint32_t)r.rbx, (uint32_t)r.rsp, (uint32_t)r.rbp, (uint32_t)r.rsi,
			(uint32_t)r.rdi, (uint32_t)r.rip };

		regs->machine = EM_386;
		regs->word_size = 4;
		regs->pc = (uint32_t)r.rip;
		regs->sp = (uint32_t)r.rsp;
		set(regs, narrow, sizeof(narrow) / sizeof(narrow[0]));
	} else {
		const uint64_t wide[] = { r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp,
			r.r8, r.r9, r.r10, r.r11, r.r12, r.r13, r.r14, r.r15, r.rip };

		set(regs, wide, sizeof(wide) / sizeof(wide[0]));
	}
	return true;
}

#elif defined(__aarch64__)

#include <sys/uio.h>

bool stack_regs_read(pid_t tid, struct stack_regs *regs)
{
	struct user_regs_struct r;
	struct iovec iov = { .iov_base = &r, .iov_len = sizeof(r) };
	uint64_t dwarf[32];

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov) < 0)
		return false;
	*regs = (struct stack_regs){
		.pc = r.pc, .sp = r.sp, .machine = EM_AARCH64, .word_size = 8
	};
	for (unsigned i = 0; i < 31; i++)
		dwarf[i] = r.regs[i];
	dwarf[31] = r.sp;
	set(regs, dwarf, 32);
	return true;
}

#endif
