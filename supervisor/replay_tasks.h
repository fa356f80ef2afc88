/*
 * The tasks of a run that live at a place of its log: for calls that act on a task
 * by its number, which enforce lets alone within the run (supervisor/reach.h).
 */
#ifndef CALLGATE_SUPERVISOR_REPLAY_TASKS_H
#define CALLGATE_SUPERVISOR_REPLAY_TASKS_H

#include <stdbool.h>

#include "report/event.h"

/* All zero is a run without tasks. */
struct replay_tasks {
	struct replay_task *live; /* uthash, by tid */
};

void replay_tasks_free(struct replay_tasks *tasks);

/* Takes the next event, of any type. A session is a run of its own. */
void replay_tasks_add(struct replay_tasks *tasks, const struct event *event);

/*
 * Does the call act on somebody of the run alone? Of a process group the log knows
 * the leader only. False for what acts on nobody by number.
 */
bool replay_tasks_reach(const struct replay_tasks *tasks, const struct call *call);

#endif
