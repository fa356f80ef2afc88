#include "report/strings.h"

#include <string.h>

/* Out of memory is a text there is no room for. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct strings_entry {
	UT_hash_handle hh;
	char text[];
};

void strings_init(struct strings *strings, size_t limit)
{
	strings->entries = NULL;
	arena_init(&strings->arena, limit);
}

void strings_free(struct strings *strings)
{
	HASH_CLEAR(hh, strings->entries);
	arena_free(&strings->arena);
}

const char *strings_keep(struct strings *strings, const char *text)
{
	struct strings_entry *entry = NULL;
	size_t len;

	if (!text)
		return NULL;
	len = strlen(text);
	HASH_FIND(hh, strings->entries, text, len, entry);
	if (entry)
		return entry->text;
	entry = arena_alloc(&strings->arena, sizeof(*entry) + len + 1);
	if (!entry)
		return "...";
	memcpy(entry->text, text, len);
	HASH_ADD(hh, strings->entries, text, len, entry);
	return entry->text;
}
