/*
 * Park and replay: how a call that waits at the listener gets its stack.
 *
 * Such a task is in no ptrace stop and shows no registers. So it is interrupted
 * (PTRACE_INTERRUPT) and its call answered with -ERESTARTNOINTR: before it goes on
 * it comes to a stop, where its stack is taken, and then the kernel makes it call
 * again, with the same arguments and whatever its signal handlers say. That call
 * is judged as if it were the first, and has the stack. The call was not made
 * meanwhile, so it is not made twice.
 *
 * A handler may leave the call for good (siglongjmp(3)), or change what it was about.
 * What was denied and does not come again is told of all the same, without a result: else a
 * program could try unseen. And what it is to be killed for does not wait to come again. Until
 * the stop, another thread's exec may end the task, but not its process, which is killed then.
 */
#ifndef CALLGATE_SUPERVISOR_PARKING_H
#define CALLGATE_SUPERVISOR_PARKING_H

#include <stdbool.h>

#include "decoders/restart.h"
#include "supervisor/pending.h"
#include "tracer/tracer.h"

struct watch;

/* The call is restarted, also where a handler runs before. */
enum { PARKING_ANSWER = RESTART_NOINTR };

/* True when the call needs its stack before it can be judged: it is to be parked. */
bool parking_is_due(const struct watch *watch, const struct pending *pending);

/*
 * The same once it was judged and is going to be answered: it was denied, is to be
 * asked about, or is what its process is to be killed for; or whoever is asked wants to see
 * the stack.
 */
bool parking_is_due_now(const struct watch *watch, const struct pending *pending);

/* Takes the pending call over. The task must be interrupted and get PARKING_ANSWER. */
void parking_park(struct watch *watch, struct task *task, struct pending *pending);

/* A call begins: gives it the stack when it is one that was parked. */
void parking_replay(struct watch *watch, struct task *task, struct pending *pending);

/*
 * The task is gone, or runs another program: what it had parked does not come again. Tells of
 * what was judged, and forgets it all. Unless the process ends with the task, it is killed if
 * it was to be: no number that is another one's by now gets the signal.
 */
void parking_drop(struct watch *watch, struct task *task, bool process_ends);

/* Observer, see tracer.h. ctx is a struct watch. */
void parking_stopped(void *ctx, struct task *task);

#endif
