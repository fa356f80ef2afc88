/*
 * The policies of a run, one after the other. A call is judged by one of them
 * from its trap to its end, and what is told of it has that policy's words: so a
 * policy that was replaced lives until the last of its calls is written down.
 *
 * For the tracing thread alone.
 */
#ifndef CALLGATE_SUPERVISOR_GENERATION_H
#define CALLGATE_SUPERVISOR_GENERATION_H

#include <stdbool.h>

#include "supervisor/policies.h"

struct generation {
	struct policies policies;
	unsigned users; /* calls that are not over */
	struct generation *older;
};

/* Takes the policies over, before the older ones. NULL without memory; they are the caller's then.
 */
struct generation *generation_new(const struct policies *policies, struct generation *older);

/* Frees those behind the newest that nobody uses. */
void generation_sweep(struct generation *newest);

/* Frees all of them. */
void generation_free(struct generation *newest);

#endif
