/*
 * Tasks whose first stop came before their maker's fork event. They wait,
 * stopped, until it is known whose they are.
 *
 * Usually the event follows at once. When the maker is killed in between, it
 * never comes, and the child may already have another parent; so every task
 * that dies within a spawn is remembered as a lost maker. Once no live task is
 * within a spawn, whoever still waits is the child of a lost maker.
 */
#ifndef CALLGATE_TRACER_NEWBORNS_H
#define CALLGATE_TRACER_NEWBORNS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uthash.h>

#include "tracer/task.h"

struct newborn {
	pid_t tid;
	pid_t pid;  /* its thread group, proc(5), /proc/PID/status; 0 when it was dead already */
	int status; /* as from waitpid(2): its first stop, or already its end */
	UT_hash_handle hh;
};

enum { LOST_MAKERS = 64 }; /* remembered; the oldest is forgotten */

struct newborns {
	struct newborn *waiting;
	struct process lost[LOST_MAKERS]; /* copies; each holds a reference of its lineage */
	size_t nlost;
};

/* Remembers the status of an unknown task; a later one replaces it. False: no memory. */
bool newborns_add(struct newborns *newborns, pid_t tid, int status);

/* Takes the newborn out. Returns false when there is none of that tid. */
bool newborns_take(struct newborns *newborns, pid_t tid, struct newborn *out);

/* Takes any newborn out. */
bool newborns_take_any(struct newborns *newborns, struct newborn *out);

/* A task of the process died within a spawn. */
void newborns_lose_maker(
	struct newborns *newborns, struct program_table *programs, const struct process *maker);

/*
 * Takes out the lost maker of a newborn: the latest that ran the program the
 * newborn runs. The caller owns the reference of its lineage. False: none.
 */
bool newborns_take_maker(
	struct newborns *newborns, const struct newborn *newborn, struct process *out);

void newborns_free(struct newborns *newborns, struct program_table *programs);

/* True when the tid leads its thread group, i.e. is a process's first thread. */
bool leads_thread_group(pid_t tid);

#endif
