/*
 * A sink: where events go. A new one is a file of its own, NAME_sink.c, that defines
 * sink_NAME_open(), and a line in SINK_FILES. The supervisor knows them by this interface only.
 */
#ifndef CALLGATE_REPORT_SINK_H
#define CALLGATE_REPORT_SINK_H

#include "base/err.h"
#include "report/event.h"

struct sink {
	/*
	 * Takes one event. What it writes is there when it returns, or, in a regular file, when
	 * flush() does: a write(2) takes longer than making a line. Returns 0, or
	 * -errno with an error when this event could not be written: that one is
	 * lost and the next may be tried. A file whose reader went away gives
	 * -EPIPE for every event; the caller says it once and counts each.
	 */
	int (*event)(struct sink *sink, const struct event *event, struct err **err);
	/*
	 * Writes what is held back (report/output.h). Returns 0, or -errno with an error when
	 * lines since the last time could not be written: *lost is how many.
	 */
	int (*flush)(struct sink *sink, size_t *lost, struct err **err);
	/* Flushes and frees the sink; reports what could not be written to the end. */
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

/*
 * The sinks that have a file of their own: SINK(name, option, help). A line makes the option
 * --OPTION FILE; the descriptor goes to sink_NAME_open().
 */
/* clang-format off */
#define SINK_FILES(SINK) \
	SINK(jsonl, "log", "Write every event to FILE as JSON Lines; - is the standard output")
/* clang-format on */

#define SINK_ID(name, option, help) SINK_##name,
enum sink_id { SINK_FILES(SINK_ID) SINK_FILES_LEN };
#undef SINK_ID

/* The sink owns fd unless it is STDOUT_FILENO. */
typedef int sink_open(int fd, struct sink **out, struct err **err);

#define SINK_OPEN(name, option, help) sink_open sink_##name##_open;
SINK_FILES(SINK_OPEN)
#undef SINK_OPEN

#endif
