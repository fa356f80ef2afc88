/*
 * What a program says of code it makes at run time: /tmp/perf-PID.map, lines of
 * "START SIZE NAME" with hexadecimal numbers, as perf(1) reads it (Linux,
 * tools/perf/Documentation/jit-interface.txt). Just-in-time compilers write it
 * when asked to, and go on adding to it.
 */
#ifndef CALLGATE_TRACER_PERF_MAP_H
#define CALLGATE_TRACER_PERF_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/sbuf.h"

struct perf_entry {
	uint64_t start, size;
	size_t name; /* offset in names */
};

/* All zero is an empty map. */
struct perf_map {
	struct perf_entry *items;
	size_t len, cap;
	bool sorted;
	struct sbuf names; /* each ends with a NUL */
	uint64_t dev, ino; /* of the file that was read */
	uint64_t done;     /* bytes of it */
};

enum {
	PERF_MAP_BYTES_MAX = 64 * 1024 * 1024,
	PERF_NAME_MAX = 512, /* bytes of a name; the rest is cut off */
};

/*
 * Opens the process's file. Returns a descriptor or -errno; a file that is not the
 * process's user's, or root's, is as good as none.
 */
int perf_map_open(pid_t pid);

/* Reads what was added to the file, or all of it when it is another. */
void perf_map_read(struct perf_map *map, int fd);

/* Adds the whole lines of a text, and returns their bytes. What makes no sense is left out. */
size_t perf_map_add(struct perf_map *map, const char *text, size_t len);

/* The name for an address and where its code begins; NULL: none. Of two, the later counts. */
const char *perf_map_find(struct perf_map *map, uint64_t address, uint64_t *start);

void perf_map_free(struct perf_map *map);

#endif
