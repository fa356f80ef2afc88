/*
 * What is made of a log: a report takes its lines one by one and writes to a
 * file, some while it reads, some at the end. A new format is a new file with
 * one of these, and a row in cli/report.c.
 */
#ifndef CALLGATE_REPORT_REPORT_H
#define CALLGATE_REPORT_REPORT_H

#include <stdbool.h>

#include "base/err.h"
#include "report/log/reader.h"

struct report_options {
	int fd;           /* borrowed */
	const char *name; /* of the log; borrowed, and from outside */
	bool color;
	unsigned width; /* of the terminal it goes to, in columns; 0: it goes to none */
};

struct report {
	/* Takes a line. What cannot be written is told by finish(). */
	void (*record)(struct report *report, const struct log_record *record);
	/* Takes a sentence about the log, which is not escaped. NULL: the report has no place for
	 * it. */
	void (*note)(struct report *report, const char *sentence);
	/* Writes the rest, and frees the report in any case. */
	int (*finish)(struct report *report, struct err **err);
};

/* Each returns NULL when there is no memory. */
struct report *report_text_new(const struct report_options *options);
struct report *report_html_new(const struct report_options *options);
struct report *report_chrome_new(const struct report_options *options);
struct report *report_folded_new(const struct report_options *options);

#endif
