/*
 * Keeps a task that is stopped at PTRACE_EVENT_SECCOMP from making its call:
 * one implementation per machine, because registers are.
 */
#ifndef CALLGATE_TRACER_SKIP_CALL_H
#define CALLGATE_TRACER_SKIP_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The call is skipped and returns `result`. False when the registers could not
 * be written; a task that is gone is no failure.
 */
bool task_skip_call(pid_t tid, int64_t result);

/*
 * At the exit stop of a call that was skipped with a restart code: puts its
 * number back, so that the kernel restarts it.
 */
void task_restore_call(pid_t tid, int64_t nr);

#endif
