/* A progress bar on a terminal, for what takes longer than a blink. */
#ifndef CALLGATE_REPORT_PROGRESS_H
#define CALLGATE_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	int fd;
	bool on;    /* fd is a terminal */
	bool shown; /* a bar stands there now */
	uint64_t next_ns;
};

/* Shows nothing yet, and never anything where fd is no terminal. */
void progress_init(struct progress *progress, int fd);

/*
 * Shows how far it is, some times a second at most. `total` 0 is not known. The
 * name is escaped. Cheap enough for every record.
 */
void progress_show(struct progress *progress, const char *name, uint64_t done, uint64_t total);

/* Takes the bar away, so that lines can be written. */
void progress_clear(struct progress *progress);

#endif
