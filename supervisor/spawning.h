/*
 * Spawns that were let through, and whose child has not begun yet. They hold a
 * place in the budgets that nothing else in the log tells of: a spawn that is
 * judged meanwhile is told of them, so that a replay counts as was counted.
 */
#ifndef CALLGATE_SUPERVISOR_SPAWNING_H
#define CALLGATE_SUPERVISOR_SPAWNING_H

#include "supervisor/pending.h"

struct spawning {
	struct spawning_call *calls; /* owned */
	size_t len, cap;
};

void spawning_free(struct spawning *spawning);

/* Gives the pending call the list of the others. Without memory it gets none. */
void spawning_tell(const struct spawning *spawning, struct pending *pending);

/* The pending call was let through: the process `pid` makes a process, or a thread. */
void spawning_begin(
	struct spawning *spawning, const struct pending *pending, pid_t pid, bool thread);

/* Its child began, or will not. Nothing happens when the call is not there. */
void spawning_end(struct spawning *spawning, const struct pending *pending);

#endif
