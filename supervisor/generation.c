#include "supervisor/generation.h"

#include <stdlib.h>

struct generation *generation_new(const struct policies *policies, struct generation *older)
{
	struct generation *generation = calloc(1, sizeof(*generation));

	if (!generation)
		return NULL;
	generation->policies = *policies;
	generation->older = older;
	return generation;
}

static void free_one(struct generation *generation)
{
	policies_free(&generation->policies);
	free(generation);
}

void generation_sweep(struct generation *newest)
{
	struct generation **next = &newest->older;

	while (*next) {
		struct generation *generation = *next;

		if (generation->users) {
			next = &generation->older;
			continue;
		}
		*next = generation->older;
		free_one(generation);
	}
}

void generation_free(struct generation *newest)
{
	while (newest) {
		struct generation *older = newest->older;

		free_one(newest);
		newest = older;
	}
}
