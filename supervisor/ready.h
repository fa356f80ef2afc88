/*
 * Calls that the tracing thread goes on with: they have been made on behalf,
 * answered by somebody, or their names are known. In no order.
 */
#ifndef CALLGATE_SUPERVISOR_READY_H
#define CALLGATE_SUPERVISOR_READY_H

#include <pthread.h>

#include "supervisor/pending.h"
#include "tracer/tracer.h"

struct ready {
	pthread_mutex_t lock;
	struct pending *first;
	struct tracer *tracer; /* borrowed: whose thread takes them */
};

void ready_init(struct ready *ready);
void ready_destroy(struct ready *ready);

/* For any thread. What is put stays there until the tracing thread looks. */
void ready_put(struct ready *ready, struct pending *pending);

/* Puts, and wakes the tracing thread. For any thread. */
void ready_tell(struct ready *ready, struct pending *pending);

/* The next, NULL when there is none. */
struct pending *ready_take(struct ready *ready);

#endif
