/*
 * What a process can execute, from /proc/PID/maps (proc(5)): one entry a file,
 * with all of that file's mappings, and one for each other executable mapping.
 * And the executable mappings themselves, by which a change is noticed.
 */
#ifndef CALLGATE_TRACER_STACK_MAPS_H
#define CALLGATE_TRACER_STACK_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum stack_map_kind {
	STACK_MAP_FILE,
	STACK_MAP_VDSO,
	STACK_MAP_CODE, /* anonymous: code made at run time */
};

struct stack_map {
	uint64_t start, end;           /* from the first mapping to the end of the last */
	uint64_t code_start, code_end; /* of the first executable one; what map_files calls it */
	enum stack_map_kind kind;
	uint64_t dev, ino; /* STACK_MAP_FILE */
	bool deleted;      /* its name is gone: proc(5), " (deleted)" */
	char *path;        /* "[vdso]"; "" for code */
};

/* One executable mapping. */
struct stack_segment {
	uint64_t start, end;
	uint64_t offset, dev, ino; /* of its file; 0: it has none */
	uint64_t checked;          /* of whoever looks whether it holds still */
};

struct stack_segments {
	struct stack_segment *items;
	size_t len, cap;
};

/* Sorted by address, apart. */
struct stack_maps {
	struct stack_map *items;
	size_t len, cap;
	struct stack_segments segments;
	uint64_t digest; /* of the text */
};

/* Most bytes of /proc/PID/maps that are read: some 65530 mappings, sysctl vm.max_map_count. */
enum { STACK_MAPS_BYTES = 16 * 1024 * 1024 };

/* From the text of /proc/PID/maps; lines that make no sense are left out. False: no memory. */
bool stack_maps_parse(struct stack_maps *maps, const char *text, size_t len);

/* The same from the file, with paths as in the process's own root, which is this one for us. */
bool stack_maps_read(struct stack_maps *maps, int fd, const char *root);

/* False: the file says something else by now, or cannot be read. */
bool stack_maps_hold(const struct stack_maps *maps, int fd);

/* The entry an address is in, or NULL. */
struct stack_map *stack_maps_find(const struct stack_maps *maps, uint64_t address);

/* The executable mapping an address is in, or NULL. */
struct stack_segment *stack_maps_segment(const struct stack_maps *maps, uint64_t address);

void stack_maps_free(struct stack_maps *maps);

#endif
