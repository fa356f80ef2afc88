#include "supervisor/pending.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/generation.h"

/* Bounds what one call can make us hold; above the decoders' own bounds for argv and envp. */
enum { CALL_MEMORY = 1 << 20 };

/* The call is left as it was: call_decode() sets all of it. */
static struct pending *begin(struct pending *pending)
{
	const size_t kept = offsetof(struct pending, at);

	memset((char *)pending + kept, 0, sizeof(*pending) - kept);
	pending->fd = -1;
	pending->uid = (uid_t)-1;
	return pending;
}

struct pending *pending_get(struct pending_pool *pool)
{
	struct pending *pending = pool->free;

	if (pending) {
		pool->free = pending->next;
		return begin(pending);
	}
	pending = calloc(1, sizeof(*pending));
	if (!pending)
		return NULL;
	arena_init(&pending->arena, CALL_MEMORY);
	return begin(pending);
}

void pending_drop_socket(struct pending *pending)
{
	if (pending->fd >= 0)
		close(pending->fd);
	pending->fd = -1;
}

static void release_owned(struct pending *pending)
{
	for (size_t i = 0; i < pending->targets_len; i++)
		unix_target_close(&pending->targets[i]);
	free(pending->targets);
	free(pending->exec);
	pending_drop_socket(pending);
}

void pending_put(struct pending_pool *pool, struct pending *pending)
{
	release_owned(pending);
	if (pending->generation)
		pending->generation->users--;
	arena_reset(&pending->arena);
	sbuf_reset(&pending->advice);
	pending->next = pool->free;
	pool->free = pending;
}

void pending_pool_free(struct pending_pool *pool)
{
	while (pool->free) {
		struct pending *next = pool->free->next;

		arena_free(&pool->free->arena);
		sbuf_free(&pool->free->advice);
		free(pool->free);
		pool->free = next;
	}
}
