/* The lines of a file, one at a time, in a buffer as large as the longest and bounded. */
#ifndef CALLGATE_REPORT_LOG_LINES_H
#define CALLGATE_REPORT_LOG_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A summary of the largest tables has some MiB; every other line some KiB. */
enum { LOG_LINE_MAX = 16 * 1024 * 1024 };

struct log_lines {
	int fd;     /* borrowed */
	char *data; /* owned */
	size_t cap, begin, end;
	bool at_end;     /* of the file */
	uint64_t offset; /* bytes handed out, newlines included */
};

struct log_line {
	const char *text; /* without its newline; valid until the next */
	size_t len;
	bool whole;    /* it ends with a newline */
	bool too_long; /* it was skipped: text is empty */
};

/* 1 with a line, 0 at the end, -errno when reading failed. */
int log_lines_next(struct log_lines *lines, struct log_line *out);

void log_lines_free(struct log_lines *lines);

#endif
