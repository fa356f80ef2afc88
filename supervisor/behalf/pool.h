/*
 * Worker threads for calls made on behalf. A call that blocks holds one
 * thread and nobody else; threads are made as they are needed, up to a bound,
 * and end when they have been idle for a while.
 *
 * While a call blocks, the pool looks after the task's signals: a task that
 * waits for us cannot take a signal by itself, so when one is pending that
 * would interrupt the call, the call is interrupted and answers
 * BEHALF_RESTART, with which the kernel does whatever the signal asks for.
 */
#ifndef CALLGATE_SUPERVISOR_BEHALF_POOL_H
#define CALLGATE_SUPERVISOR_BEHALF_POOL_H

#include "base/err.h"
#include "supervisor/behalf.h"

struct behalf_pool;

/* A call in the pool. Owned by the caller until done() was called for it. */
struct behalf_job {
	struct behalf behalf;
	int64_t result; /* once done */
	void *user;     /* the caller's */
	/* For the pool. */
	struct behalf_job *next;
	struct behalf_worker *worker; /* NULL while in line, and once done */
};

/*
 * `done` is called in a worker thread when a job is finished, cancelled ones
 * included; it must not block. max_threads bounds the workers (a job that finds
 * none waits in line).
 */
int behalf_pool_new(unsigned max_threads, void (*done)(void *ctx, struct behalf_job *job),
	void *ctx, struct behalf_pool **out, struct err **err);

/* Hands a job over. Returns 0, or -ENOMEM/-EAGAIN when it cannot be taken: done is not called. */
int behalf_pool_submit(struct behalf_pool *pool, struct behalf_job *job);

/*
 * Ends a job for which done() was not called yet: one in line is not made, one
 * that blocks is interrupted, again and again until it answers. done is still
 * called, with the result of a call that was faster, or BEHALF_RESTART (-EINTR
 * with SO_SNDTIMEO). For a task that is gone; or that has to leave its call for
 * a reason no pending signal shows, such as a group stop.
 */
void behalf_pool_cancel(struct behalf_pool *pool, struct behalf_job *job);

/* Interrupts every job, waits for all of them, ends the threads. NULL is allowed. */
void behalf_pool_free(struct behalf_pool *pool);

#endif
