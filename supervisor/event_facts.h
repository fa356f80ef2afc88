/* What a call was judged by, for its event: a replay of the log decides by the same. */
#ifndef CALLGATE_SUPERVISOR_EVENT_FACTS_H
#define CALLGATE_SUPERVISOR_EVENT_FACTS_H

#include "report/event.h"
#include "supervisor/pending.h"

/*
 * Adds those that were gathered to the event's call. `policy` is what it was judged by, NULL: by
 * none. What is made for it is in pending's arena.
 */
void event_facts_put(struct pending *pending, const struct policy *policy, struct event_call *call);

#endif
