/*
 * Writing what a run has to say: lines are whole or not there, and a reader
 * that went away costs its lines, never the run.
 */
#ifndef CALLGATE_REPORT_OUTPUT_H
#define CALLGATE_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output {
	int fd;
	bool is_file;   /* a regular file: half a line can be taken back */
	bool can_break; /* a pipe or a socket: write(2) may raise SIGPIPE */
};

/* Looks at what kind of file fd is. The descriptor stays the caller's. */
void output_init(struct output *output, int fd);

/*
 * Writes one line, its newline included, with one write(2) unless the file
 * takes less at a time; waits when the file is non-blocking and full. Returns
 * 0 or -errno; SIGPIPE is never raised. After an error no part of the line is
 * left in a regular file.
 */
int output_line(struct output *output, const char *line, size_t len);

/* The same for text of any length to a descriptor used once. */
int output_write(int fd, const char *text, size_t len);

#endif
