/*
 * Looks up host names for calls that wait for them, in a thread of its own: a
 * slow name server holds up only those who need it.
 */
#ifndef CALLGATE_SUPERVISOR_NAME_LOOKUP_H
#define CALLGATE_SUPERVISOR_NAME_LOOKUP_H

#include <pthread.h>
#include <stdbool.h>

#include "supervisor/judge.h"
#include "supervisor/ready.h"

struct name_lookup {
	struct judge *judge; /* borrowed: has the names */
	struct ready *ready; /* borrowed: where calls go whose names are known */
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	pthread_t thread; /* begins with the first call */
	bool runs, over;
	struct pending *first;
};

void name_lookup_init(struct name_lookup *lookup, struct judge *judge, struct ready *ready);

/* Hands a call over; it becomes ready when its names are known. False: no thread can be had. */
bool name_lookup_submit(struct name_lookup *lookup, struct pending *pending);

/* Ends the thread, after the lookup it is at. */
void name_lookup_free(struct name_lookup *lookup);

#endif
