#include "policy/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"

enum { SLOTS_FIRST = 16 };

/* The slot of the path, or the free one where it would go. There is always a free one. */
static struct path_slot *slot_of(
	const struct path_table *table, const char *path, size_t len, uint64_t hash)
{
	size_t mask = table->nslots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct path_slot *slot = &table->slots[i];
		const struct path_entry *entry;

		if (slot->id == PATH_NONE)
			return slot;
		if (slot->tag != (uint32_t)(hash >> 32))
			continue;
		entry = path_table_entry(table, slot->id);
		if (entry->len == len && !memcmp(entry->path, path, len))
			return slot;
	}
}

static int rehash(struct path_table *table)
{
	size_t nslots = table->nslots ? table->nslots * 2 : SLOTS_FIRST;
	struct path_slot *slots = calloc(nslots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->nslots = nslots;
	for (size_t i = 0; i < table->len; i++) {
		const struct path_entry *entry = &table->entries[i];
		uint64_t hash = hash_bytes(entry->path, entry->len);
		struct path_slot *slot = slot_of(table, entry->path, entry->len, hash);

		*slot = (struct path_slot){ (uint32_t)(hash >> 32), (uint32_t)i + 1 };
	}
	return 0;
}

static int reserve(struct path_table *table)
{
	struct path_entry *entries;
	size_t cap;

	if (table->len * 2 >= table->nslots && rehash(table) < 0)
		return -ENOMEM;
	if (table->len < table->cap)
		return 0;
	cap = table->cap ? table->cap * 2 : SLOTS_FIRST;
	entries = reallocarray(table->entries, cap, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	table->cap = cap;
	return 0;
}

int path_table_add(struct path_table *table, struct arena *arena, const char *path,
	const struct identity *identity, uint32_t *id)
{
	size_t len = strlen(path);
	uint64_t hash = hash_bytes(path, len);
	struct path_slot *slot;
	char *copy;

	if (len > UINT32_MAX || reserve(table) < 0)
		return -ENOMEM;
	slot = slot_of(table, path, len, hash);
	if (slot->id == PATH_NONE) {
		copy = arena_alloc(arena, len + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, path, len);
		table->entries[table->len++] =
			(struct path_entry){ copy, (uint32_t)len, *identity };
		*slot = (struct path_slot){ (uint32_t)(hash >> 32), (uint32_t)table->len };
	}
	*id = slot->id;
	if (!table->entries[*id - 1].id.known)
		table->entries[*id - 1].id = *identity;
	return 0;
}

uint32_t path_table_find(const struct path_table *table, const char *path)
{
	size_t len;

	if (!table->len)
		return PATH_NONE;
	len = strlen(path);
	return slot_of(table, path, len, hash_bytes(path, len))->id;
}

void path_table_free(struct path_table *table)
{
	free(table->entries);
	free(table->slots);
	*table = (struct path_table){ 0 };
}
