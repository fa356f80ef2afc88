/*
 * What a run came to: kept up to date event by event, printed or logged at the
 * end. Grows with the number of distinct programs and destinations only, and
 * says so when its bounds cut something off.
 */
#ifndef CALLGATE_REPORT_SUMMARY_H
#define CALLGATE_REPORT_SUMMARY_H

#include "base/sbuf.h"
#include "report/event.h"

struct summary;

struct summary *summary_new(void);
void summary_free(struct summary *summary);

/* Counts one event. A detail there is no room or memory for is counted among "others". */
void summary_add(struct summary *summary, const struct event *event);

/* Counts events that a sink could not write. */
void summary_lost(struct summary *summary, uint64_t events);

/* Events that could not be written. */
uint64_t summary_lost_count(const struct summary *summary);

/* Calls that were denied, or in audit would have been. */
uint64_t summary_denied_count(const struct summary *summary);

void summary_text(const struct summary *summary, bool color, struct sbuf *out);

#endif
