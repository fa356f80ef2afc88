/*
 * The files a run writes to, -o and --log, opened before the command starts:
 * one that cannot be written is an error while nothing has happened yet.
 */
#ifndef CALLGATE_CLI_LOG_FILES_H
#define CALLGATE_CLI_LOG_FILES_H

#include "base/err.h"
#include "cli/options.h"
#include "report/sink.h"

struct log_files {
	struct sink *sinks[1 + SINK_FILES_LEN]; /* owned: text, then those of SINK_FILES */
	size_t nsinks;
};

int log_files_open(struct log_files *files, const struct options *options, struct err **err);

/* Closes everything; the error is of the first that could not be finished. */
int log_files_close(struct log_files *files, struct err **err);

#endif
