#include "supervisor/reach.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "decoders/acts_on.h"
#include "tracer/proc_path.h"

/* Where it is not, its numbers are not ours, and say nothing. */
static bool in_our_pid_namespace(pid_t tid)
{
	char own[64], theirs[64];

	return proc_readlink(getpid(), "ns/pid", own, sizeof(own)) &&
	       proc_readlink(tid, "ns/pid", theirs, sizeof(theirs)) && strcmp(own, theirs) == 0;
}

static enum reach reach_task(const struct task_table *table, pid_t tid)
{
	if (task_find(table, tid))
		return REACH_INSIDE;
	return tid <= 0 || (kill(tid, 0) < 0 && errno == ESRCH) ? REACH_NOBODY : REACH_OUTSIDE;
}

/* A group of the run is led by a process of the run; others than those of its session join none. */
static enum reach reach_group(const struct task_table *table, const struct task *task, pid_t group)
{
	if (group == 0)
		group = getpgid(task->tid);
	return group > 0 && group != getpgrp() && process_find(table, group) ? REACH_INSIDE
									     : REACH_OUTSIDE;
}

enum reach reach_of(
	const struct task_table *table, const struct task *task, const struct call *call)
{
	const struct acts_on *acts = acts_on_other(call);
	uint32_t which;

	if (!acts)
		return REACH_INSIDE;
	/* Who reads from a terminal is not known. */
	if (acts->request || !in_our_pid_namespace(task->tid))
		return REACH_OUTSIDE;
	which = acts->which == ACTS_NO_ARG ? acts->process : (uint32_t)call->args[acts->which];
	if (which == acts->process)
		return reach_task(table, (pid_t)call->args[acts->who]);
	/* All processes of a user, callgate's as well if it is the same; or nothing known. */
	if (which != acts->group)
		return REACH_OUTSIDE;
	return reach_group(table, task, (pid_t)call->args[acts->who]);
}

bool reach_traces_callgate(const struct task *task, const struct call *call)
{
	bool attaches = strcmp(call->name, "ptrace") == 0 &&
			(call->args[0] == PTRACE_ATTACH || call->args[0] == PTRACE_SEIZE);

	return attaches && in_our_pid_namespace(task->tid) &&
	       tgkill(getpid(), (pid_t)call->args[1], 0) == 0;
}
