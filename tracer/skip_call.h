/*
 * Keeps a task that is stopped at PTRACE_EVENT_SECCOMP from making its call, and
 * has interrupted calls restarted: one implementation per machine, because
 * registers are.
 */
#ifndef CALLGATE_TRACER_SKIP_CALL_H
#define CALLGATE_TRACER_SKIP_CALL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "decoders/trap.h"

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

/*
 * At a signal-delivery stop: the call that was interrupted with -ERESTARTSYS, for
 * the caller to say whether it ever began. False when there is none.
 */
bool task_interrupted_call(pid_t tid, struct trap *trap);

/*
 * At the same stop: the call is restarted after the signal whatever its handler's
 * SA_RESTART says (-ERESTARTNOINTR, include/linux/errno.h).
 */
void task_restart_call(pid_t tid);

/* Whether this machine can do that: arm64 has decided before the stop (do_signal() there). */
bool task_can_restart_call(void);

#endif
