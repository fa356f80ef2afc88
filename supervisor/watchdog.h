/*
 * Watches over the tracing thread. What it reads of a task's memory, or of a file
 * that a task names, may never come: a page may be another process's to fill
 * (userfaultfd(2)), a file system may be a program (FUSE). Such a read cannot be
 * interrupted, and everybody else waits meanwhile.
 *
 * So the process it is about is killed after a while, which ends most such waits.
 * When that was of no help, callgate kills everything that it traces, and ends.
 */
#ifndef CALLGATE_SUPERVISOR_WATCHDOG_H
#define CALLGATE_SUPERVISOR_WATCHDOG_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct watchdog {
	atomic_uint_fast64_t reading; /* number of the reading that goes on; 0: none */
	atomic_int pid;               /* of whom */
	atomic_bool killed;           /* that process, for this */
	uint64_t last;                /* number of the last reading; the tracing thread's */
	bool over;
	bool runs;
	pthread_mutex_t lock;
	pthread_cond_t end;
	pthread_t thread;
};

int watchdog_start(struct watchdog *watchdog, struct err **err);
void watchdog_stop(struct watchdog *watchdog);

/* The tracing thread begins to read what is a process's. */
static inline void watchdog_begin(struct watchdog *watchdog, pid_t pid)
{
	atomic_store_explicit(&watchdog->pid, pid, memory_order_relaxed);
	atomic_store_explicit(&watchdog->reading, ++watchdog->last, memory_order_release);
}

/* It is through. True when the process had to be killed for it. */
static inline bool watchdog_end(struct watchdog *watchdog)
{
	atomic_store_explicit(&watchdog->reading, 0, memory_order_release);
	return atomic_load_explicit(&watchdog->killed, memory_order_relaxed) &&
	       atomic_exchange(&watchdog->killed, false);
}

#endif
