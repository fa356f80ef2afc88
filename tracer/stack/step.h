/*
 * The step out of code that has no unwind tables and keeps no frame pointer, where that
 * is certain: when what follows a call is nothing but the way out. CPython's
 * trampolines (python -X perf) are such: "call *%rcx; add $8,%rsp; ret"
 * (Python/asm_trampoline.S).
 */
#ifndef CALLGATE_TRACER_STACK_STEP_H
#define CALLGATE_TRACER_STACK_STEP_H

#include "tracer/stack/pages.h"

/*
 * regs->pc is a return address. Carries out the instructions there up to the return, and
 * leaves regs as they are in the caller, pc within the instruction that called.
 * A bit is set in *unknown for each register whose value is not known. False, and nothing
 * else: other instructions stand there, or what they read is not there.
 */
bool stack_step_out(struct stack_pages *pages, struct stack_regs *regs, uint32_t *unknown);

#endif
