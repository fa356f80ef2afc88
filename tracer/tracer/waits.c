/*
 * A task that ends is its tracer's to wait for first, and only then its parent's. A pidfd says
 * that a child has ended before that, so that a parent which then waits without blocking would
 * find no end, as it never does without a tracer: GLib takes such a child for one that exited
 * with 0. So these waits stop for the tracer, who takes the end before it lets them go on.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tracer/tracer/impl.h"

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	/* A tracer is told of stops whatever it asks for. */
	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 &&
	       info.si_pid == pid &&
	       (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED ||
		       info.si_code == CLD_DUMPED);
}

static void take_end(struct tracer *tracer, pid_t pid)
{
	int status;

	if (has_ended(pid) && waitpid(pid, &status, WNOHANG | __WALL) == pid)
		tracer_handle(tracer, pid, status);
}

bool tracer_is_wait(const char *call)
{
	return strcmp(call, "wait4") == 0 || strcmp(call, "waitid") == 0 ||
	       strcmp(call, "waitpid") == 0;
}

/* The process that is waited for by its number, NULL where none is, or not surely that one. */
static struct process *waited_for(const struct tracer *tracer, const struct task *task,
	const char *call, const struct trap *trap)
{
	bool by_number = strcmp(call, "waitid") != 0 || (int)trap->args[0] == P_PID;
	unsigned which = strcmp(call, "waitid") == 0 ? 1 : 0;
	struct process *child =
		by_number ? process_find(&tracer->table, (pid_t)trap->args[which]) : NULL;

	/* The number may be of another pid namespace, and the parent not the maker. */
	return child && child->parent == task->process->pid ? child : NULL;
}

void tracer_before_wait(
	struct tracer *tracer, const struct task *task, const char *call, const struct trap *trap)
{
	struct process *child = waited_for(tracer, task, call, trap);
	struct process *process, *next;

	if (child) {
		take_end(tracer, child->pid);
		return;
	}
	HASH_ITER (hh, tracer->table.processes, process, next) {
		if (process != task->process)
			take_end(tracer, process->pid);
	}
}
