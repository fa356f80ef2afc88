#include "supervisor/replay_tasks.h"

#include <stdlib.h>

/* Out of memory is a task that nobody knows, and what acts on it a call to the outside. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "decoders/acts_on.h"

/* A log without ends must not make the table grow for ever. */
enum { LIVE_MAX = 100000 };

struct replay_task {
	pid_t tid;
	UT_hash_handle hh;
};

static struct replay_task *find(const struct replay_tasks *tasks, pid_t tid)
{
	struct replay_task *task;

	HASH_FIND_INT(tasks->live, &tid, task);
	return task;
}

static void forget(struct replay_tasks *tasks, struct replay_task *task)
{
	if (!task)
		return;
	HASH_DEL(tasks->live, task);
	free(task);
}

void replay_tasks_free(struct replay_tasks *tasks)
{
	struct replay_task *task, *next;

	HASH_ITER (hh, tasks->live, task, next)
		forget(tasks, task);
}

static void add(struct replay_tasks *tasks, pid_t tid)
{
	struct replay_task *task;

	if (find(tasks, tid) || HASH_COUNT(tasks->live) >= LIVE_MAX)
		return;
	task = calloc(1, sizeof(*task));
	if (!task)
		return;
	task->tid = tid;
	HASH_ADD_INT(tasks->live, tid, task);
	if (!task->hh.tbl)
		free(task);
}

void replay_tasks_add(struct replay_tasks *tasks, const struct event *event)
{
	if (event->type == EVENT_SESSION)
		replay_tasks_free(tasks);
	else if (event->type == EVENT_START)
		add(tasks, event->task.tid);
	else if (event->type == EVENT_EXIT)
		forget(tasks, find(tasks, event->task.tid));
}

bool replay_tasks_reach(const struct replay_tasks *tasks, const struct call *call)
{
	const struct acts_on *acts = acts_on_other(call);
	uint32_t which;
	pid_t who;

	if (!acts || acts->request || acts->descriptor)
		return false;
	who = (pid_t)call->args[acts->who];
	which = acts->which == ACTS_NO_ARG ? acts->process : (uint32_t)call->args[acts->which];
	if (which != acts->process && which != acts->group)
		return false;
	/* kill(2): -1 is everybody, and any other negative number a group. */
	if (acts->signal && who < -1)
		who = -who;
	return who > 0 && find(tasks, who);
}
