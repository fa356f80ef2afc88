#include "tracer/program_table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/cleanup.h"

struct program_entry {
	struct program program; /* its strings are in `key` */
	unsigned refs;
	UT_hash_handle hh;
	size_t key_len;
	char key[]; /* struct program_key, path, NUL, script, NUL */
};

/* The part of the key that is not text. Zeroed before use: padding is hashed too. */
struct program_key {
	struct identity id, script_id;
	bool nameless, interpreter, has_script;
};

struct lineage_node {
	struct lineage lineage;
	struct program_entry *entry;
	unsigned refs, depth;
};

struct program_table {
	struct program_entry *entries;
};

static struct lineage_node *node_of(const struct lineage *lineage)
{
	return (struct lineage_node *)((uintptr_t)lineage - offsetof(struct lineage_node, lineage));
}

struct program_table *program_table_new(void)
{
	return calloc(1, sizeof(struct program_table));
}

void program_table_free(struct program_table *table)
{
	struct program_entry *entry, *next;

	if (!table)
		return;
	HASH_ITER (hh, table->entries, entry, next) {
		HASH_DEL(table->entries, entry);
		free(entry);
	}
	free(table);
}

static void copy_identity(struct identity *to, const struct identity *from)
{
	to->known = from->known;
	to->dev = from->dev;
	to->ino = from->ino;
	to->size = from->size;
	to->ctime_sec = from->ctime_sec;
	to->ctime_nsec = from->ctime_nsec;
}

static struct program_entry *entry_new(const struct program *program)
{
	size_t path_size = strlen(program->path) + 1;
	size_t script_size = program->script ? strlen(program->script) + 1 : 0;
	size_t key_len = sizeof(struct program_key) + path_size + script_size;
	struct program_entry *entry = calloc(1, sizeof(*entry) + key_len);
	struct program_key key;
	char *text;

	if (!entry)
		return NULL;
	memset(&key, 0, sizeof(key));
	copy_identity(&key.id, &program->id);
	copy_identity(&key.script_id, &program->script_id);
	key.nameless = program->nameless;
	key.interpreter = program->interpreter;
	key.has_script = program->script != NULL;
	memcpy(entry->key, &key, sizeof(key));
	text = entry->key + sizeof(key);
	memcpy(text, program->path, path_size);
	if (program->script)
		memcpy(text + path_size, program->script, script_size);
	entry->key_len = key_len;
	entry->program = *program;
	entry->program.path = text;
	entry->program.script = program->script ? text + path_size : NULL;
	return entry;
}

/* The entry for a program, with a reference for the caller. */
static struct program_entry *entry_get(struct program_table *table, const struct program *program)
{
	cleanup_free struct program_entry *fresh = entry_new(program);
	struct program_entry *found;

	if (!fresh)
		return NULL;
	HASH_FIND(hh, table->entries, fresh->key, fresh->key_len, found);
	if (!found) {
		found = take_ptr(fresh);
		HASH_ADD(hh, table->entries, key, found->key_len, found);
	}
	found->refs++;
	return found;
}

static void entry_put(struct program_table *table, struct program_entry *entry)
{
	if (--entry->refs)
		return;
	HASH_DEL(table->entries, entry);
	free(entry);
}

const struct lineage *lineage_push(
	struct program_table *table, const struct lineage *parent, const struct program *program)
{
	struct program_entry *entry = entry_get(table, program);
	struct lineage_node *node;

	if (!entry)
		return NULL;
	if (parent && node_of(parent)->entry == entry) {
		entry_put(table, entry);
		return lineage_ref(parent);
	}
	if (parent && node_of(parent)->depth >= LINEAGE_MAX)
		parent = parent->parent;
	node = calloc(1, sizeof(*node));
	if (!node) {
		entry_put(table, entry);
		return NULL;
	}
	node->entry = entry;
	node->refs = 1;
	node->depth = parent ? node_of(parent)->depth + 1 : 1;
	node->lineage.program = &entry->program;
	node->lineage.parent = parent ? lineage_ref(parent) : NULL;
	return &node->lineage;
}

const struct lineage *lineage_ref(const struct lineage *lineage)
{
	if (lineage)
		node_of(lineage)->refs++;
	return lineage;
}

void lineage_unref(struct program_table *table, const struct lineage *lineage)
{
	while (lineage && --node_of(lineage)->refs == 0) {
		const struct lineage *parent = lineage->parent;

		entry_put(table, node_of(lineage)->entry);
		free(node_of(lineage));
		lineage = parent;
	}
}
