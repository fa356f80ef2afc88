/* An event as the object of its line in the log: docs/log.md, docs/callgate-log.schema.json. */
#ifndef CALLGATE_REPORT_JSONL_EVENT_H
#define CALLGATE_REPORT_JSONL_EVENT_H

#include <jansson.h>

#include "report/event.h"

/* A new object, owned by the caller; NULL when there is no memory. */
json_t *jsonl_event(const struct event *event);

#endif
