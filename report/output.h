/*
 * Writing what a run has to say: lines are whole or not there, and a reader
 * that went away costs its lines, never the run.
 */
#ifndef CALLGATE_REPORT_OUTPUT_H
#define CALLGATE_REPORT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output {
	int fd;
	bool is_file;   /* a regular file: half a line can be taken back */
	bool can_break; /* a pipe or a socket: write(2) may raise SIGPIPE */
	/* Lines for a regular file, which are written many at a time; owned. */
	char *held;
	size_t held_len;
	uint64_t written; /* bytes, so far */
	size_t lost;      /* lines since the last output_flush() */
	int errnum;       /* why the first of them was */
};

/*
 * Looks at what kind of file fd is. The descriptor stays the caller's. Without memory, lines
 * are written one at a time.
 */
void output_init(struct output *output, int fd);

/* Frees what it holds; does not write it. */
void output_free(struct output *output);

/*
 * Writes one line, its newline included, with one write(2) unless the file
 * takes less at a time; waits when the file is non-blocking and full. Returns
 * 0 or -errno; SIGPIPE is never raised. After an error no part of the line is
 * left in a regular file.
 *
 * To a regular file it is written by output_flush() at the latest, which says what became of it.
 */
int output_line(struct output *output, const char *line, size_t len);

/*
 * Writes what is held. Returns 0, or -errno when lines since the last time could not be
 * written: *lost is how many. No part of one is left in the file.
 */
int output_flush(struct output *output, size_t *lost);

/* The same for text of any length to a descriptor used once. */
int output_write(int fd, const char *text, size_t len);

#endif
