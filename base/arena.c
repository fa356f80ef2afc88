#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST_CHUNK = 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size, used;
	alignas(max_align_t) uint8_t data[];
};

void arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit };
}

static struct arena_chunk *arena_grow(struct arena *a, size_t size)
{
	struct arena_chunk *chunk;
	size_t want = a->chunks ? a->chunks->size * 2 : ARENA_FIRST_CHUNK;

	if (want < size)
		want = size;
	chunk = malloc(sizeof(*chunk) + want);
	if (!chunk)
		return NULL;
	*chunk = (struct arena_chunk){ .next = a->chunks, .size = want };
	a->chunks = chunk;
	return chunk;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_chunk *chunk = a->chunks;
	void *p;

	if (size > a->limit)
		return NULL;
	size = (size + align - 1) / align * align;
	if (size > arena_left(a))
		return NULL;
	if (!chunk || chunk->size - chunk->used < size)
		chunk = arena_grow(a, size);
	if (!chunk)
		return NULL;
	p = chunk->data + chunk->used;
	chunk->used += size;
	a->used += size;
	return memset(p, 0, size);
}

size_t arena_left(const struct arena *a)
{
	return a->limit - a->used;
}

static void free_chunks_before(struct arena *a, const struct arena_chunk *kept)
{
	while (a->chunks != kept) {
		struct arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *first = a->chunks;

	while (first && first->next)
		first = first->next;
	free_chunks_before(a, first);
	if (first)
		first->used = 0;
	a->used = 0;
}

void arena_free(struct arena *a)
{
	free_chunks_before(a, NULL);
	a->used = 0;
}
