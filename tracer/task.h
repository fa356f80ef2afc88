/*
 * The task table: every live task of the run and the process it belongs to.
 * It is the truth about who lives, because the kernel stops a new task before
 * its first instruction and reports every death.
 */
#ifndef CALLGATE_TRACER_TASK_H
#define CALLGATE_TRACER_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uthash.h>

#include "policy/program.h"
#include "tracer/proc_path.h"

struct program_table;

/* Whether a process's numbers of processes are callgate's: pid_namespaces(7). */
enum pid_namespace { PID_NAMESPACE_UNKNOWN, PID_NAMESPACE_OURS, PID_NAMESPACE_OTHER };

/* A thread group. Lives as long as one of its tasks does. */
struct process {
	pid_t pid;
	pid_t parent;                  /* the process that made it, dead or alive */
	const struct lineage *lineage; /* owned reference; NULL before the command's exec */
	uint64_t budgets;              /* of whoever watches: the set it counts in */
	bool shares_files;             /* the same: another process may have its descriptors */
	unsigned tasks;                /* live ones */
	unsigned word_size;            /* of a pointer, in bytes */
	enum pid_namespace pid_namespace;
	uint64_t start_ns; /* CLOCK_MONOTONIC */
	UT_hash_handle hh;
};

struct task {
	pid_t tid;
	struct process *process;
	bool in_call;        /* between a trap and the exit of its call, which is to be seen */
	bool wanted;         /* that result is the observer's too */
	bool spawning;       /* within a spawn whose fork event is still to come */
	bool stopped;        /* in a group-stop: SIGSTOP and its kin */
	bool held;           /* waiting for the observer's answer */
	bool restarts;       /* its call was answered with a restart code, in its stop */
	int64_t own_restart; /* number of a call whose -ERESTARTSYS is its own; -1: of none */
	int64_t nr;          /* of the call it trapped at */
	bool renaming;       /* within a prctl(PR_SET_NAME) */
	int pidfd;           /* of whoever watches the tracer; closed with the task; -1: none */
	char comm[COMM_SIZE];
	uint64_t start_ns;    /* CLOCK_MONOTONIC */
	bool own_credentials; /* of whoever watches: they are the tracer's, for sure */
	bool credentials_known;
	void *user;   /* of whoever watches the tracer */
	void *parked; /* the same; not NULL: it is to be told of the task's next stop */
	UT_hash_handle hh;
};

struct task_table {
	struct task *tasks;
	struct process *processes;
	struct program_table *programs;
};

/* NULL when there is none. */
struct task *task_find(const struct task_table *table, pid_t tid);
struct process *process_find(const struct task_table *table, pid_t pid);

/*
 * Adds a task. With a creator, a new process inherits its lineage; a thread
 * (tid and pid differ) joins the process `pid`. Returns NULL when there is no memory.
 */
struct task *task_add(struct task_table *table, pid_t tid, pid_t pid, const struct process *creator,
	uint64_t now_ns);

/* Removes a task, and its process with the last one. */
void task_remove(struct task_table *table, struct task *task);

#endif
