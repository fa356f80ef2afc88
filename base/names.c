#include "base/names.h"

#include <string.h>

enum { WORD_MAX = 63 };

const char *name_of(const struct name_row *table, uint64_t value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const struct name_row *name_find(const struct name_row *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Optimal string alignment: insertions, deletions, substitutions, and swaps
 * of neighbours, each costing 1. Both words are at most WORD_MAX long.
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1] = { 0 };
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t blen = strlen(b);

	for (size_t j = 0; j <= blen; j++)
		above[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = min_size(above[j], row[j - 1]) + 1;
			row[j] = min_size(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min_size(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[blen];
}

const char *name_nearest(const char *const *words, const char *word)
{
	size_t len = strlen(word);
	/* A third of the letters may be wrong; of a short word, one. */
	size_t best_distance = (len < 3 ? 1 : len / 3) + 1;
	const char *best = NULL;

	if (len == 0 || len > WORD_MAX)
		return NULL;
	for (; *words; words++) {
		size_t distance;

		if (strlen(*words) > WORD_MAX)
			continue;
		distance = edit_distance(word, *words);
		/* A word of which nothing is left is not near: "a" is no "b". */
		if (distance < best_distance && distance < len) {
			best_distance = distance;
			best = *words;
		}
	}
	return best;
}
