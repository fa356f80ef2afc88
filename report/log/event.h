/* A line of the log, made into the event it was written from; for report/log/reader.c only. */
#ifndef CALLGATE_REPORT_LOG_EVENT_H
#define CALLGATE_REPORT_LOG_EVENT_H

#include "base/json_node.h"
#include <stddef.h>

#include "base/arena.h"
#include "report/event.h"

/* The parts of an event that it only borrows. Not to be copied. */
struct log_event {
	struct event event;
	struct call call;
	struct call_result result;
	struct socket_facts socket;
	struct decision decision;
	struct program program; /* what an exec runs */
	struct program target;  /* what it would have run */
};

/*
 * Fills it from the object; the variable parts are in the object and the arena.
 * False when the object is of no known type.
 */
bool log_event_read(const struct json_node *object, struct arena *arena, struct log_event *out);

/* True when a line of that type may have a member of that name. */
bool log_event_knows(const char *member);

#endif
