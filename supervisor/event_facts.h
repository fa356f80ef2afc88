/* What a call was judged by, for its event: a replay of the log decides by the same. */
#ifndef CALLGATE_SUPERVISOR_EVENT_FACTS_H
#define CALLGATE_SUPERVISOR_EVENT_FACTS_H

#include "report/event.h"
#include "supervisor/pending.h"

/* What the event borrows. */
struct event_facts {
	const char *unix_paths[TARGETS_MAX];
};

/* Adds those that were gathered to the event's call. */
void event_facts_put(
	const struct pending *pending, struct event_facts *facts, struct event_call *call);

#endif
