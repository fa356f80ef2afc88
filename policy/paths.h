/*
 * The literal paths of a policy, numbered. Looked up once for each program of
 * a decision: what follows compares numbers.
 */
#ifndef CALLGATE_POLICY_PATHS_H
#define CALLGATE_POLICY_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/program.h"

enum { PATH_NONE = 0 }; /* a path the policy does not name; numbers begin at 1 */

struct path_entry {
	const char *path; /* NUL-terminated */
	uint32_t len;
	struct identity id; /* as seen at load; not known when it was not found */
};

struct path_slot {
	uint32_t tag; /* upper half of the hash */
	uint32_t id;  /* PATH_NONE: free */
};

struct path_table {
	struct path_entry *entries; /* entries[id - 1] */
	size_t len, cap;
	struct path_slot *slots; /* open addressing, a power of two of them, at most half full */
	size_t nslots;
};

/*
 * The number of the path, which is added with the identity when it is new.
 * Returns 0 and sets *id, or -ENOMEM. The text is copied to the arena.
 */
int path_table_add(struct path_table *table, struct arena *arena, const char *path,
	const struct identity *identity, uint32_t *id);

/* Its number, or PATH_NONE. */
uint32_t path_table_find(const struct path_table *table, const char *path);

static inline const struct path_entry *path_table_entry(const struct path_table *table, uint32_t id)
{
	return &table->entries[id - 1];
}

void path_table_free(struct path_table *table);

#endif
