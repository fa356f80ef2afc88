/*
 * `file:` lists: one destination a line; blank lines and what follows a '#' at
 * the beginning of a line or after a blank are skipped.
 */
#ifndef CALLGATE_POLICY_DESTINATION_FILE_H
#define CALLGATE_POLICY_DESTINATION_FILE_H

#include "policy/model.h"
#include "policy/vec.h"

enum { DESTINATION_FILE_MAX = 128 << 20 }; /* bytes */

struct destination_vec {
	vec_of(struct destination) items;
	vec_of(struct place) places;
};

/*
 * Adds the destinations of the file, in order. Errors begin with the file's
 * name, line and column; `path` must live as long as the places.
 */
int destination_file_load(const char *path, enum destination_use use, struct arena *arena,
	struct destination_vec *out, struct err **err);

/* Adds one item with its place; returns where to put it, or NULL without memory. */
struct destination *destination_vec_add(struct destination_vec *vec, const struct place *place);

void destination_vec_free(struct destination_vec *vec);

#endif
