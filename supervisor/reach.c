#include "supervisor/reach.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "decoders/acts_on.h"
#include "tracer/proc_path.h"

static enum reach reach_task(const struct task_table *table, pid_t tid)
{
	if (task_find(table, tid))
		return REACH_INSIDE;
	return tid <= 0 || (kill(tid, 0) < 0 && errno == ESRCH) ? REACH_NOBODY : REACH_OUTSIDE;
}

/*
 * All of its members must be of the run: it may be one that a process of the run
 * has joined. Who joins it later does so by himself.
 */
static enum reach reach_group(const struct task_table *table, pid_t group)
{
	cleanup_dir DIR *proc = opendir("/proc");
	enum reach reach = REACH_NOBODY;
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0 || getpgid(pid) != group)
			continue;
		if (!process_find(table, pid))
			return REACH_OUTSIDE;
		reach = REACH_INSIDE;
	}
	return proc ? reach : REACH_OUTSIDE;
}

/* Its own group a task may signal whoever is in it, as kill(2) with 0 does unseen. */
static enum reach reach_of_signal(
	const struct task_table *table, const struct task *task, pid_t who)
{
	if (who > 0)
		return reach_task(table, who);
	if (who == -1)
		return REACH_OUTSIDE;
	return -who == getpgid(task->tid) ? REACH_INSIDE : reach_group(table, -who);
}

enum reach reach_of(
	const struct task_table *table, const struct task *task, const struct call *call)
{
	const struct acts_on *acts = acts_on_other(call);
	uint32_t which;
	pid_t who;

	if (!acts)
		return REACH_INSIDE;
	/* Who reads from a terminal, or gets a socket's packets, is not known; what a pidfd
	 * stands for may change in between. Numbers that are not ours say nothing. */
	if (acts->request || acts->descriptor || !proc_shares_pid_namespace(task->tid))
		return REACH_OUTSIDE;
	who = (pid_t)call->args[acts->who];
	if (acts->signal)
		return reach_of_signal(table, task, who);
	which = acts->which == ACTS_NO_ARG ? acts->process : (uint32_t)call->args[acts->which];
	if (which == acts->process)
		return reach_task(table, who);
	/* All processes of a user, callgate's as well if it is the same; or nothing known. */
	if (which != acts->group)
		return REACH_OUTSIDE;
	return reach_group(table, who ? who : getpgid(task->tid));
}

bool reach_traces_callgate(const struct task *task, const struct call *call)
{
	bool attaches = strcmp(call->name, "ptrace") == 0 &&
			(call->args[0] == PTRACE_ATTACH || call->args[0] == PTRACE_SEIZE);

	return attaches && proc_shares_pid_namespace(task->tid) &&
	       tgkill(getpid(), (pid_t)call->args[1], 0) == 0;
}
