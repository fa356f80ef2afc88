#include "supervisor/spawning.h"

#include <stdlib.h>

struct spawning_call {
	const struct pending *pending;
	struct event_spawning maker;
};

void spawning_free(struct spawning *spawning)
{
	free(spawning->calls);
	*spawning = (struct spawning){ 0 };
}

void spawning_tell(const struct spawning *spawning, struct pending *pending)
{
	struct event_spawning *list;

	if (!spawning->len)
		return;
	list = arena_alloc(&pending->arena, spawning->len * sizeof(*list));
	if (!list)
		return;
	for (size_t i = 0; i < spawning->len; i++)
		list[i] = spawning->calls[i].maker;
	pending->spawning = list;
	pending->spawning_len = spawning->len;
}

static bool make_room(struct spawning *spawning)
{
	size_t cap = spawning->cap ? 2 * spawning->cap : 8;
	struct spawning_call *calls;

	if (spawning->len < spawning->cap)
		return true;
	calls = realloc(spawning->calls, cap * sizeof(*calls));
	if (!calls)
		return false;
	spawning->calls = calls;
	spawning->cap = cap;
	return true;
}

void spawning_begin(
	struct spawning *spawning, const struct pending *pending, pid_t pid, bool thread)
{
	if (make_room(spawning))
		spawning->calls[spawning->len++] =
			(struct spawning_call){ pending, { pid, thread } };
}

void spawning_end(struct spawning *spawning, const struct pending *pending)
{
	for (size_t i = 0; i < spawning->len; i++) {
		if (spawning->calls[i].pending != pending)
			continue;
		spawning->calls[i] = spawning->calls[--spawning->len];
		return;
	}
}
