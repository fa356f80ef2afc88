/*
 * Tasks whose first stop came before their creator's fork event. They wait,
 * stopped, until it is known whose they are.
 */
#ifndef CALLGATE_TRACER_NEWBORNS_H
#define CALLGATE_TRACER_NEWBORNS_H

#include <stdbool.h>
#include <sys/types.h>
#include <uthash.h>

#include "tracer/task.h"

struct newborn {
	pid_t tid;
	pid_t pid;    /* its thread group, from proc(5), /proc/PID/status; 0 when unknown */
	pid_t parent; /* its parent process then; 0 when unknown */
	int status;   /* as from waitpid(2): its first stop, or already its end */
	UT_hash_handle hh;
};

struct newborns {
	struct newborn *all;
};

/* Remembers the status of an unknown task; a later one replaces it. False: no memory. */
bool newborns_add(struct newborns *newborns, pid_t tid, int status);

/* Takes the newborn out. Returns false when there is none of that tid. */
bool newborns_take(struct newborns *newborns, pid_t tid, struct newborn *out);

/*
 * Takes out one that the dying task has made: when a creator is killed before
 * its fork event is reported, that event never comes. A newborn that already
 * has another parent is the task's only where the task died within a call, or
 * is the last one.
 */
bool newborns_take_orphan(struct newborns *newborns, const struct task_table *table,
	const struct task *dying, struct newborn *out);

void newborns_free(struct newborns *newborns);

/* True when the tid leads its thread group, i.e. is a process's first thread. */
bool leads_thread_group(pid_t tid);

#endif
