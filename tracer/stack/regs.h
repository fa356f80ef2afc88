/* A stopped task's registers in DWARF's numbering: one implementation per machine. */
#ifndef CALLGATE_TRACER_STACK_REGS_H
#define CALLGATE_TRACER_STACK_REGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { STACK_REGS_MAX = 32 };

struct stack_regs {
	uint64_t dwarf[STACK_REGS_MAX]; /* 0 up to len, as the ABI's supplement numbers them */
	unsigned len;
	uint64_t pc, sp;
	uint16_t machine;   /* EM_* of what the task executes now */
	unsigned word_size; /* of its memory words, in bytes */
};

/* The task is in a ptrace stop. False: it is gone. */
bool stack_regs_read(pid_t tid, struct stack_regs *regs);

#endif
