#include "tracer/tracer/impl.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tracer/program_table.h"

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool task_born(struct tracer *tracer, pid_t tid, pid_t pid, const struct process *parent,
	struct task *maker, const char *how)
{
	struct task *task = task_add(&tracer->table, tid, pid, parent, monotonic_ns());

	if (!task) {
		/* A task we cannot keep account of must not run. */
		kill(tid, SIGKILL);
		return false;
	}
	if (maker)
		memcpy(task->comm, maker->comm, sizeof(task->comm));
	else
		proc_read_comm(tid, task->comm);
	tracer->observer->started(tracer->observer->ctx, task, maker, how);
	if (tracer->killing)
		kill(pid, SIGKILL);
	return true;
}

/* A task's own first report came before its maker's, and has waited for it. */
static void newborn_born(struct tracer *tracer, const struct newborn *newborn,
	const struct process *parent, struct task *maker, const char *how)
{
	pid_t pid = newborn->pid ? newborn->pid : newborn->tid;

	if (task_born(tracer, newborn->tid, pid, parent, maker, how))
		tracer_handle(tracer, newborn->tid, newborn->status);
}

/* It never changes for a process, only for its children: setns(2), unshare(2). */
static bool shares_pid_namespace(struct process *process)
{
	if (process->pid_namespace == PID_NAMESPACE_UNKNOWN)
		process->pid_namespace = proc_shares_pid_namespace(process->pid)
						 ? PID_NAMESPACE_OURS
						 : PID_NAMESPACE_OTHER;
	return process->pid_namespace == PID_NAMESPACE_OURS;
}

/*
 * The event says that the call has succeeded, and with which child: one stop less than
 * to wait for its exit. A vfork(2) returns only when its child has run a program or died.
 */
static bool tells_of_success(struct task *task, int event)
{
	return task->in_call && event != PTRACE_EVENT_VFORK && shares_pid_namespace(task->process);
}

static void child_born(struct tracer *tracer, struct task *maker, pid_t tid, const char *how)
{
	struct process *parent = maker->process;
	struct newborn newborn;

	if (newborns_take(&tracer->newborns, tid, &newborn))
		newborn_born(tracer, &newborn, parent, maker, how);
	else
		task_born(tracer, tid, leads_thread_group(tid) ? tid : parent->pid, parent, maker,
			how);
}

void tracer_on_fork(struct tracer *tracer, struct task *task, int event, int signal)
{
	static const char *const names[] = {
		[PTRACE_EVENT_FORK] = "fork",
		[PTRACE_EVENT_VFORK] = "vfork",
		[PTRACE_EVENT_CLONE] = "clone",
	};
	bool wanted = false;
	unsigned long child;
	long rc;

	(void)signal;
	task_set_spawning(tracer, task, false);
	rc = ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &child);
	/* The child waits in its own first stop until it is in the table; its maker need not. */
	if (rc == 0 && tells_of_success(task, event))
		wanted = task_go_on_after_call(tracer, task);
	else
		task_resume(task, 0);
	if (rc == 0)
		child_born(tracer, task, (pid_t)child, names[event]);
	if (wanted)
		tracer->observer->returned(tracer->observer->ctx, task,
			&(struct call_result){ .known = true, .value = (pid_t)child });
}

void tracer_on_unknown(struct tracer *tracer, pid_t tid, int status)
{
	if (!newborns_add(&tracer->newborns, tid, status))
		kill(tid, SIGKILL);
}

/* A newborn whose maker is dead: a thread dies with its process, a process lives on. */
static void settle_orphan(struct tracer *tracer, const struct newborn *newborn)
{
	const struct process *process = process_find(&tracer->table, newborn->pid);
	bool dead = !WIFSTOPPED(newborn->status);
	struct process maker;

	if (process && newborn->pid != newborn->tid)
		newborn_born(tracer, newborn, process, NULL, "clone");
	else if (dead)
		return; /* it never ran, and nobody was told of it */
	else if (newborns_take_maker(&tracer->newborns, newborn, &maker)) {
		newborn_born(tracer, newborn, &maker, NULL, "clone");
		lineage_unref(tracer->table.programs, maker.lineage);
	} else
		/* Whose it is cannot be known: it must not run. */
		kill(newborn->tid, SIGKILL);
}

void tracer_settle_orphans(struct tracer *tracer)
{
	struct newborn newborn;

	while (!tracer->spawning && newborns_take_any(&tracer->newborns, &newborn))
		settle_orphan(tracer, &newborn);
}
