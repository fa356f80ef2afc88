#include "supervisor/pending.h"

#include <stdlib.h>

/* Bounds what one call can make us hold; above the decoders' own bounds for argv and envp. */
enum { CALL_MEMORY = 1 << 20 };

struct pending *pending_get(struct pending_pool *pool)
{
	struct pending *pending = pool->free;

	if (pending) {
		pool->free = pending->next;
		return pending;
	}
	pending = calloc(1, sizeof(*pending));
	if (pending)
		arena_init(&pending->arena, CALL_MEMORY);
	return pending;
}

void pending_put(struct pending_pool *pool, struct pending *pending)
{
	arena_reset(&pending->arena);
	pending->lineage = NULL;
	pending->program = NULL;
	pending->child = 0;
	pending->next = pool->free;
	pool->free = pending;
}

void pending_pool_free(struct pending_pool *pool)
{
	while (pool->free) {
		struct pending *next = pool->free->next;

		arena_free(&pool->free->arena);
		free(pool->free);
		pool->free = next;
	}
}
