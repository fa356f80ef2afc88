/*
 * Tables of numbers with names: socket families, flags, errno values. A table
 * ends with a row whose name is NULL.
 */
#ifndef CALLGATE_BASE_NAMES_H
#define CALLGATE_BASE_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct name_row {
	uint64_t value;
	const char *name;
};

/* The name of the value, or NULL. */
const char *name_of(const struct name_row *table, uint64_t value);

/* The row of the name, or NULL. */
const struct name_row *name_find(const struct name_row *table, const char *name);

/*
 * The entry of `words` (ended by NULL) nearest to `word`, for "did you mean";
 * NULL when none is near. Damerau-Levenshtein, bounded by the word's length.
 */
const char *name_nearest(const char *const *words, const char *word);

#endif
