/*
 * Memory for the variable-length parts of one decoded call. Everything is
 * given back at once by arena_reset(), which keeps the first chunk: a warm
 * arena serves ordinary calls without malloc. The limit bounds what a hostile
 * program can make us hold.
 */
#ifndef CALLGATE_BASE_ARENA_H
#define CALLGATE_BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t used;                /* bytes given out since the reset */
	size_t limit;               /* bytes that may be given out */
};

#define cleanup_arena __attribute__((cleanup(arena_free)))

void arena_init(struct arena *a, size_t limit);

/* Zeroed memory aligned for any type, or NULL when the limit or the memory is exhausted. */
void *arena_alloc(struct arena *a, size_t size);

/* How many more bytes the limit allows. */
size_t arena_left(const struct arena *a);

void arena_reset(struct arena *a);
void arena_free(struct arena *a);

#endif
