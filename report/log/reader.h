/*
 * Reads a log (docs/log.md) as a stream: one line at a time, in memory that
 * does not grow with the log. Each line becomes the event it was written from,
 * so that whatever is made of a live run can be made of a log.
 *
 * A log is input like any other: it may be cut off, written by another version,
 * damaged, or made up. What cannot be read is left out and counted, never fatal;
 * log_reader_notes() says all of it.
 */
#ifndef CALLGATE_REPORT_LOG_READER_H
#define CALLGATE_REPORT_LOG_READER_H

#include "base/json_node.h"
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "report/event.h"

struct log_reader;

/*
 * One line. All of it is borrowed, and valid until the next log_reader_next().
 *
 * The event has what the log tells, in the form in which it was given to the
 * sinks, with these differences: identities of programs are not known (decide
 * by_path), addresses in registers and rare address families are not kept (json_read.h),
 * `summary` is NULL (its tables are in the object), and what is missing in the
 * log is zero, NULL or unreadable.
 */
struct log_record {
	struct event event;
	const struct json_node
		*object; /* the whole line; for `stack`, and the tables of a summary */
	uint64_t line;   /* in the file, from 1 */
	int64_t version; /* `v` */
};

/* Opens a log; "-" is the standard input. */
int log_reader_open(const char *path, struct log_reader **out, struct err **err);

/* The same on an open descriptor, which it takes over; `name` is for messages. */
int log_reader_open_fd(int fd, const char *name, struct log_reader **out, struct err **err);

/*
 * The next line that can be read, 1; 0 at the end. Returns a negative number
 * with an error only when reading the file fails, or memory is out.
 */
int log_reader_next(struct log_reader *reader, const struct log_record **out, struct err **err);

/* Bytes read so far, and how many there are; *total is 0 for what is no regular file. */
void log_reader_position(const struct log_reader *reader, uint64_t *done, uint64_t *total);

/*
 * What was odd about the log, in sentences that begin with its name: a last line
 * that is cut off, lines left out, versions, types and fields that are not known,
 * events that are missing. For the end of the log. They have no newline and are not escaped.
 */
void log_reader_notes(
	const struct log_reader *reader, void (*fn)(void *ctx, const char *text), void *ctx);

void log_reader_close(struct log_reader *reader);

static inline void cleanup_log_reader_fn(struct log_reader **reader)
{
	log_reader_close(*reader);
}

#define cleanup_log_reader __attribute__((cleanup(cleanup_log_reader_fn)))

#endif
