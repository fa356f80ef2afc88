/*
 * The literal paths of a policy, numbered. Looked up once for each program of
 * a decision: what follows compares numbers.
 */
#ifndef CALLGATE_POLICY_PATHS_H
#define CALLGATE_POLICY_PATHS_H

#include <stddef.h>
#include <stdint.h>

#include "policy/program.h"

enum { PATH_NONE = 0 }; /* a path the policy does not name; numbers begin at 1 */

/* All of an entry lies together, so that a look-up waits for memory once. */
struct path_entry {
	uint32_t number;
	uint32_t len;
	struct identity id; /* as seen at load; not known when it was not found */
	char path[];        /* NUL-terminated */
};

struct path_slot {
	uint32_t tag;   /* upper half of the hash */
	uint32_t entry; /* where its entry is, in units of the block; 0: free */
};

struct path_table {
	char *block;             /* the entries; the first unit is not used */
	size_t used, cap;        /* bytes */
	size_t len;              /* entries */
	struct path_slot *slots; /* open addressing, a power of two of them, at most half full */
	size_t nslots;
};

/*
 * The number of the path, which is added with the identity when it is new.
 * Returns 0 and sets *id, or -ENOMEM.
 */
int path_table_add(
	struct path_table *table, const char *path, const struct identity *identity, uint32_t *id);

/* Its entry, or NULL. Valid until the next is added. */
const struct path_entry *path_table_find(const struct path_table *table, const char *path);

void path_table_free(struct path_table *table);

#endif
