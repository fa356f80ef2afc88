#include "policy/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"

enum {
	SLOTS_FIRST = 16,
	BLOCK_FIRST = 4096,
	UNIT = 64, /* bytes: entries begin where lines of the cache do */
};

static struct path_entry *entry_at(const struct path_table *table, uint32_t unit)
{
	return (struct path_entry *)(void *)(table->block + (size_t)unit * UNIT);
}

/* The slot of the path, or the free one where it would go. There is always a free one. */
static struct path_slot *slot_of(
	const struct path_table *table, const char *path, size_t len, uint64_t hash)
{
	size_t mask = table->nslots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct path_slot *slot = &table->slots[i];
		const struct path_entry *entry;

		if (!slot->entry)
			return slot;
		if (slot->tag != (uint32_t)(hash >> 32))
			continue;
		entry = entry_at(table, slot->entry);
		if (entry->len == len && !memcmp(entry->path, path, len))
			return slot;
	}
}

static int grow_slots(struct path_table *table)
{
	struct path_table grown = *table;

	grown.nslots = table->nslots ? table->nslots * 2 : SLOTS_FIRST;
	grown.slots = calloc(grown.nslots, sizeof(*grown.slots));
	if (!grown.slots)
		return -ENOMEM;
	for (size_t i = 0; i < table->nslots; i++) {
		const struct path_slot *slot = &table->slots[i];
		const struct path_entry *entry = entry_at(table, slot->entry);

		if (slot->entry)
			*slot_of(&grown, entry->path, entry->len,
				hash_bytes(entry->path, entry->len)) = *slot;
	}
	free(table->slots);
	*table = grown;
	return 0;
}

static int grow_block(struct path_table *table, size_t more)
{
	size_t cap = table->cap ? table->cap : BLOCK_FIRST;
	char *block;

	while (cap - table->used < more)
		cap *= 2;
	if (cap / UNIT > UINT32_MAX)
		return -ENOMEM;
	block = aligned_alloc(UNIT, cap);
	if (!block)
		return -ENOMEM;
	if (table->used)
		memcpy(block, table->block, table->used);
	free(table->block);
	table->block = block;
	table->cap = cap;
	if (!table->used)
		table->used = UNIT;
	return 0;
}

static int add_entry(struct path_table *table, const char *path, size_t len,
	const struct identity *identity, uint32_t *unit)
{
	size_t size = (sizeof(struct path_entry) + len + 1 + UNIT - 1) / UNIT * UNIT;
	struct path_entry *entry;

	if ((!table->block || table->cap - table->used < size) &&
		grow_block(table, size + UNIT) < 0)
		return -ENOMEM;
	*unit = (uint32_t)(table->used / UNIT);
	table->used += size;
	entry = entry_at(table, *unit);
	entry->number = (uint32_t)++table->len;
	entry->len = (uint32_t)len;
	entry->id = *identity;
	memcpy(entry->path, path, len + 1);
	return 0;
}

int path_table_add(
	struct path_table *table, const char *path, const struct identity *identity, uint32_t *id)
{
	size_t len = strlen(path);
	uint64_t hash = hash_bytes(path, len);
	struct path_slot *slot;
	struct path_entry *entry;
	uint32_t unit;

	if (len >= UINT32_MAX || (table->len * 2 >= table->nslots && grow_slots(table) < 0))
		return -ENOMEM;
	slot = slot_of(table, path, len, hash);
	if (!slot->entry) {
		if (add_entry(table, path, len, identity, &unit) < 0)
			return -ENOMEM;
		*slot = (struct path_slot){ (uint32_t)(hash >> 32), unit };
	}
	entry = entry_at(table, slot->entry);
	if (!entry->id.known)
		entry->id = *identity;
	*id = entry->number;
	return 0;
}

const struct path_entry *path_table_find(const struct path_table *table, const char *path)
{
	const struct path_slot *slot;
	size_t len;

	if (!table->len)
		return NULL;
	len = strlen(path);
	slot = slot_of(table, path, len, hash_bytes(path, len));
	return slot->entry ? entry_at(table, slot->entry) : NULL;
}

void path_table_free(struct path_table *table)
{
	free(table->block);
	free(table->slots);
	*table = (struct path_table){ 0 };
}
