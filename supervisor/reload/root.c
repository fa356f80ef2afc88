#include "supervisor/reload/root.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "supervisor/reload/impl.h"
#include "tracer/proc_path.h"
#include "tracer/task.h"

/* The program that callgate itself started is the only one that has run. */
static bool runs_first_program(const struct task *task)
{
	const struct lineage *lineage = task->process->lineage;

	return lineage && !lineage->parent;
}

bool reload_holds(struct reload *reload, const struct task *task, struct pending *pending)
{
	cleanup_close int root = -1;
	struct reload_result *result;

	if (reload->root.settled || call_kind(&pending->call) != CALL_KIND_EXEC ||
		!runs_first_program(task))
		return false;
	root = proc_open_root(task->tid);
	if (root < 0 || proc_root_is_ours(root))
		return false;
	result = calloc(1, sizeof(*result));
	if (!result)
		return false;
	reload->root.settled = true;
	pending->tid = task->tid;
	pending->stage = STAGE_ROOT;
	result->held = pending;
	result->root = take_fd(&root);
	pthread_mutex_lock(&reload->lock);
	reload->moving = result;
	pthread_mutex_unlock(&reload->lock);
	reload_wake(reload);
	return true;
}

void reload_execed(struct reload *reload, const struct task *task)
{
	reload->root.settled |= task->process->lineage && !runs_first_program(task);
}
