/*
 * Calls that change how another process is run, named by its number in a
 * register: its limits, its priority, its processors. They ask nobody but the
 * user's id, or a capability, whether they may.
 *
 * The word "CALL:other" stands for such a call that is not about the caller
 * itself.
 */
#ifndef CALLGATE_DECODERS_ACTS_ON_H
#define CALLGATE_DECODERS_ACTS_ON_H

#include <stdbool.h>
#include <stddef.h>

#include "decoders/call.h"

enum { ACTS_NO_ARG = -1 };

struct acts_on {
	const char *name, *word; /* "setpriority", "setpriority:other" */
	int which;               /* argument that says what `who` is; ACTS_NO_ARG: a task */
	unsigned process, group; /* its values for a task, and for a process group */
	int who;                 /* argument with the number; 0 is the caller */
	int change; /* pointer that is NULL where nothing is changed; ACTS_NO_ARG: none */
};

/* The i-th, NULL past the last. */
const struct acts_on *acts_on_at(size_t i);

/* By "CALL:other"; NULL when there is none. */
const struct acts_on *acts_on_by_word(const char *word);

/* What the call is, when its registers make it "other"; else NULL. */
const struct acts_on *acts_on_other(const struct call *call);

#endif
