/* callgate's own words to its user: on stderr, a line each, beginning "callgate: ". */
#ifndef CALLGATE_CLI_MESSAGE_H
#define CALLGATE_CLI_MESSAGE_H

#include "base/err.h"
#include "base/sbuf.h"

void message_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints the error and returns `status`, so that a subcommand can return it. */
int message_fail(int status, const struct err *err);

/* Writes help, completions and the like to stdout. Returns the exit status: 0, or 125. */
int message_output(const struct sbuf *text);

#endif
