/* Whether a call that acts on a process by its number (decoders/acts_on.h) stays within the run. */
#ifndef CALLGATE_SUPERVISOR_REACH_H
#define CALLGATE_SUPERVISOR_REACH_H

#include "decoders/call.h"
#include "tracer/task.h"

enum reach {
	REACH_INSIDE,  /* a task, or a process group, of the run; or none of these calls at all */
	REACH_OUTSIDE, /* somebody else, callgate itself among them; or it cannot be known */
	REACH_NOBODY,  /* no such process: the kernel's answer is ESRCH */
};

/* The task is stopped at the call. For the thread that keeps the table. */
enum reach reach_of(
	const struct task_table *table, const struct task *task, const struct call *call);

/*
 * True when the task, which is stopped at the call, wants to trace callgate. Let
 * go, both would wait for each other for ever, in any mode: each is stopped
 * until the other has it go on.
 */
bool reach_traces_callgate(const struct task *task, const struct call *call);

#endif
