/*
 * A sink: where events go. A new sink is a new file with one of these and a
 * constructor; the supervisor knows no other.
 */
#ifndef CALLGATE_REPORT_SINK_H
#define CALLGATE_REPORT_SINK_H

#include "base/err.h"
#include "report/event.h"

struct sink {
	/*
	 * Takes one event. Whatever it writes is in the file, not in a buffer of
	 * ours, when it returns, so that a crash loses nothing. Returns 0, or
	 * -errno with an error when this event could not be written: that one is
	 * lost and the next may be tried. A file whose reader went away gives
	 * -EPIPE for every event; the caller says it once and counts each.
	 */
	int (*event)(struct sink *sink, const struct event *event, struct err **err);
	/* Frees the sink; reports what could not be written to the end. */
	int (*close)(struct sink *sink, struct err **err);
};

/* How a line of text begins. */
enum time_style { TIME_REL, TIME_ABS, TIME_NONE };

struct text_options {
	int fd; /* owned by the sink when it is not STDERR_FILENO */
	bool color;
	enum time_style time;
	int verbosity; /* -1: -q, no exits, no warnings but of lost data; 0; 1: -v */
	bool denied_only;
	bool summary_only; /* -c: no lines, the summary at the end */
};

int sink_text_open(const struct text_options *options, struct sink **out, struct err **err);

/* JSON Lines to fd, which the sink owns unless it is STDOUT_FILENO. docs/log.md describes them. */
int sink_jsonl_open(int fd, struct sink **out, struct err **err);

#endif
