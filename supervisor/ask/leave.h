/*
 * A task that waits for an answer cannot take a signal by itself: it waits at the
 * listener, which only its death ends, or in a ptrace stop. So a thread looks for
 * signals that would interrupt a call of the task's own, and has the task leave its
 * question then: it dies of the signal, stops, or runs its handler and makes its
 * call again, as if nobody had seen it yet.
 *
 * For a handler's sake no question is taken back: it stays open for a moment
 * after the last task has left it, and is closed when none has come again. A task
 * whose stack is wanted (asker_want_stack()) leaves it in the same way.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_LEAVE_H
#define CALLGATE_SUPERVISOR_ASK_LEAVE_H

#include "base/err.h"

struct asker;

/* Starts the thread; asker->over ends it. */
int ask_leave_start(struct asker *asker, struct err **err);
void ask_leave_stop(struct asker *asker);

#endif
