/* Reading logs for a subcommand: one after the other, with a progress bar on a terminal. */
#ifndef CALLGATE_CLI_READ_LOGS_H
#define CALLGATE_CLI_READ_LOGS_H

#include "base/err.h"
#include "report/log_reader.h"

/*
 * Calls fn for each record of the logs, whose list ends with NULL; a negative
 * return of it ends the reading and is returned. What was odd about a log is
 * printed on stderr when it has been read.
 */
int read_logs(const char *const *paths,
	int (*fn)(void *ctx, const struct log_record *record, struct err **err), void *ctx,
	struct err **err);

#endif
