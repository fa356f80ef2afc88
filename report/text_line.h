/* One event as one line for people, in columns that stay put. */
#ifndef CALLGATE_REPORT_TEXT_LINE_H
#define CALLGATE_REPORT_TEXT_LINE_H

#include "base/sbuf.h"
#include "report/event.h"
#include "report/sink.h"

struct text_line {
	bool color;
	bool verbose; /* with the rule's own words */
	enum time_style time;
	/*
	 * Width of the "who" column: as wide as the widest so far, within
	 * bounds, so that it moves a few times at most.
	 */
	size_t who_width;
	struct sbuf part; /* scratch, kept from line to line */
};

void text_line_init(struct text_line *line, const struct text_options *options);
void text_line_free(struct text_line *line);

/*
 * Adds the line and its newline for a call, an exit or a warning:
 *   "  0.391  DENY  node[4131]   connect  tcp 169.254.169.254:80  EHOSTUNREACH  meta (ci.yaml:21)"
 */
void text_line_event(struct text_line *line, const struct event *event, struct sbuf *out);

#endif
