/* An event as its line in the log: docs/log.md, docs/callgate-log.schema.json. */
#ifndef CALLGATE_REPORT_JSONL_EVENT_H
#define CALLGATE_REPORT_JSONL_EVENT_H

#include "base/sbuf.h"
#include "report/event.h"

/* Adds the object, without a newline. False when there was no memory for it. */
bool jsonl_event(const struct event *event, struct sbuf *out);

#endif
