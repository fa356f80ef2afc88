/*
 * The notify backend: traps that wait at the filter's listener and not in a
 * ptrace stop. A round trip of it costs a fraction of a stop's; what it cannot
 * tell is how a call ended that was let go. Spawns and execs stop for the tracer in
 * any case (notify/filter.h).
 *
 * All but the answers to calls that workers have made happens in the tracing thread:
 * while it handles a trap, the task table stands still.
 */
#ifndef CALLGATE_SUPERVISOR_NOTIFIED_H
#define CALLGATE_SUPERVISOR_NOTIFIED_H

#include <stdbool.h>
#include <stdint.h>

#include "notify/listener.h"
#include "tracer/tracer.h"

struct pending;
struct watch;

struct notified {
	struct listener listener;
	const int *remote; /* borrowed: the command's descriptor of it; NULL: no such backend */
	int errnum;        /* why it could not be taken over */
};

/* To be called when the command is stopped at its exec. False: it must not go on. */
bool notified_attach(struct watch *watch, const struct task *task);

/* Observers, see tracer.h. ctx is a struct watch. */
void notified_readable(void *ctx);
bool notified_never_began(void *ctx, struct task *task, const struct trap *trap);

/* Gives a held call of the listener its response. */
void notified_resume(struct watch *watch, struct task *task, struct pending *pending,
	enum trap_response response, int64_t answer);

#endif
