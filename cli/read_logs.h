/* Reading logs for a subcommand: one after the other, with a progress bar on a terminal. */
#ifndef CALLGATE_CLI_READ_LOGS_H
#define CALLGATE_CLI_READ_LOGS_H

#include "base/err.h"
#include "report/log/reader.h"

/* Takes a record; a negative return ends the reading and is returned. */
typedef int read_logs_fn(void *ctx, const struct log_record *record, struct err **err);

/* Takes a sentence about the log, which is not escaped. */
typedef void read_logs_note_fn(void *ctx, const char *text);

/*
 * Calls fn for each record of an open log, and in the end `note` for what was
 * odd about it, also when reading it failed halfway. `path` is for the bar.
 */
int read_log(struct log_reader *reader, const char *path, read_logs_fn *fn, read_logs_note_fn *note,
	void *ctx, struct err **err);

/* The same for several by their paths, ended by NULL; what was odd about them goes to stderr. */
int read_logs(const char *const *paths, read_logs_fn *fn, void *ctx, struct err **err);

/* A note for read_log() that goes to stderr. Does not look at ctx. */
void read_logs_print_note(void *ctx, const char *text);

#endif
