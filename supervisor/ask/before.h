/* What became of the same question before, over the run. */
#ifndef CALLGATE_SUPERVISOR_ASK_BEFORE_H
#define CALLGATE_SUPERVISOR_ASK_BEFORE_H

#include <stdbool.h>

#include "base/sbuf.h"

struct ask_earlier;

struct ask_before {
	struct ask_earlier *table;
};

void ask_before_add(struct ask_before *before, const struct sbuf *key, bool allowed);

/* Both are 0 for a question that was never answered for one call only. */
void ask_before_find(const struct ask_before *before, const struct sbuf *key, unsigned *allowed,
	unsigned *denied);

void ask_before_free(struct ask_before *before);

#endif
