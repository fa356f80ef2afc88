/*
 * A task that ends is its tracer's to wait for first, and only then its parent's. A pidfd says
 * that a child has ended before that, so that a parent which then waits without blocking would
 * find no end, as it never does without a tracer: GLib takes such a child for one that exited
 * with 0. So these waits stop for the tracer, who takes the end before it lets them go on.
 */
#include <signal.h>
#include <sys/wait.h>

#include "decoders/wait_call.h"
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

static bool blocks(const struct wait_call *wait, const struct trap *trap)
{
	return !(trap->args[wait->options] & WNOHANG);
}

bool tracer_may_be_wait(const struct trap *trap)
{
	const struct wait_call *wait;

	for (size_t i = 0; (wait = wait_call_at(i)); i++) {
		if (!blocks(wait, trap))
			return true;
	}
	return false;
}

/* The process that is waited for by its number, NULL where none is, or not surely that one. */
static struct process *waited_for(const struct tracer *tracer, const struct task *task,
	const struct wait_call *wait, const struct trap *trap)
{
	/* waitid(2) says first what its number is of. */
	bool by_number = wait->who == 0 || (int)trap->args[0] == P_PID;
	struct process *child =
		by_number ? process_find(&tracer->table, (pid_t)trap->args[wait->who]) : NULL;

	/* The number may be of another pid namespace, and the parent not the maker. */
	return child && child->parent == task->process->pid ? child : NULL;
}

static void take_ends(struct tracer *tracer, const struct task *task, const struct wait_call *wait,
	const struct trap *trap)
{
	struct process *child = waited_for(tracer, task, wait, trap);
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

void tracer_before_wait(
	struct tracer *tracer, const struct task *task, const char *call, const struct trap *trap)
{
	const struct wait_call *wait = wait_call_by_name(call);

	if (wait && !blocks(wait, trap))
		take_ends(tracer, task, wait, trap);
}
