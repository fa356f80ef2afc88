#include "supervisor/reload/root.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/reload/impl.h"
#include "tracer/proc_path.h"
#include "tracer/task.h"

/* By directory and mount: of mounts (STATX_MNT_ID) Linux tells since 5.8. */
static bool same_directory(int a, int b)
{
	const unsigned mask = STATX_INO | STATX_MNT_ID;
	struct statx x = { 0 }, y = { 0 };

	return statx(a, "", AT_EMPTY_PATH, mask, &x) == 0 &&
	       statx(b, "", AT_EMPTY_PATH, mask, &y) == 0 && x.stx_dev_major == y.stx_dev_major &&
	       x.stx_dev_minor == y.stx_dev_minor && x.stx_ino == y.stx_ino &&
	       x.stx_mnt_id == y.stx_mnt_id;
}

/* The program that callgate itself started is the only one that has run. */
static bool runs_first_program(const struct task *task)
{
	const struct lineage *lineage = task->process->lineage;

	return lineage && !lineage->parent;
}

bool reload_holds(struct reload *reload, const struct task *task, struct pending *pending)
{
	cleanup_close int own = -1, root = -1;
	struct reload_result *result;

	if (reload->root.settled || call_kind(&pending->call) != CALL_KIND_EXEC ||
		!runs_first_program(task))
		return false;
	own = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	root = proc_open_root(task->tid);
	if (own < 0 || root < 0 || same_directory(own, root))
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
