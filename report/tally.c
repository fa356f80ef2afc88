#include "report/tally.h"

#include <stdlib.h>
#include <string.h>

/* Out of memory is a key that did not fit, not the end of the run. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct tally_entry {
	UT_hash_handle hh;
	struct tally_count count;
	size_t key_len;
	char key[]; /* the parts, each ended by NUL */
};

void tally_free(struct tally *tally)
{
	struct tally_entry *entry, *next;

	HASH_ITER (hh, tally->entries, entry, next) {
		HASH_DEL(tally->entries, entry);
		free(entry);
	}
	sbuf_free(&tally->key);
	*tally = (struct tally){ 0 };
}

static void count_add(struct tally_count *count, enum outcome outcome)
{
	count->total++;
	count->failed += outcome == OUTCOME_FAIL;
	count->denied += outcome_is_denial(outcome);
}

/* The parts, each ended by NUL, in the tally's scratch. */
static void key_build(struct sbuf *key, const char *const *parts, size_t nparts)
{
	sbuf_reset(key);
	for (size_t i = 0; i < nparts; i++)
		sbuf_add(key, parts[i], strlen(parts[i]) + 1);
}

/* Makes an entry of the scratch key; NULL when bounds or memory forbid it. */
static struct tally_entry *entry_insert(struct tally *tally)
{
	const struct sbuf *key = &tally->key;
	struct tally_entry *entry;

	if (tally->len >= TALLY_KEYS_MAX || tally->bytes + key->len > TALLY_BYTES_MAX)
		return NULL;
	entry = calloc(1, sizeof(*entry) + key->len);
	if (!entry)
		return NULL;
	entry->key_len = key->len;
	memcpy(entry->key, key->data, key->len);
	HASH_ADD(hh, tally->entries, key, entry->key_len, entry);
	if (!entry->hh.tbl) { /* out of memory: not added */
		free(entry);
		return NULL;
	}
	tally->len++;
	tally->bytes += key->len;
	return entry;
}

/* Programs do the same again and again: a comparison costs less than a hash. */
static struct tally_entry *entry_find(const struct tally *tally)
{
	const struct sbuf *key = &tally->key;
	struct tally_entry *entry = tally->last;

	if (!entry || entry->key_len != key->len || memcmp(entry->key, key->data, key->len) != 0)
		HASH_FIND(hh, tally->entries, key->data, key->len, entry);
	return entry;
}

void tally_add(struct tally *tally, const char *const *parts, size_t nparts, enum outcome outcome)
{
	struct tally_entry *entry = NULL;

	key_build(&tally->key, parts, nparts);
	if (!tally->key.failed) {
		entry = entry_find(tally);
		if (!entry)
			entry = entry_insert(tally);
	}
	if (entry)
		tally->last = entry;
	count_add(entry ? &entry->count : &tally->other, outcome);
}

static int row_compare(const void *a, const void *b)
{
	const struct tally_row *x = a, *y = b;
	int order = (x->count.total < y->count.total) - (x->count.total > y->count.total);

	for (size_t i = 0; order == 0 && i < TALLY_PARTS_MAX && x->parts[i]; i++)
		order = strcmp(x->parts[i], y->parts[i]);
	return order;
}

struct tally_row *tally_rows(const struct tally *tally, size_t *n)
{
	struct tally_row *rows = NULL;
	size_t i = 0;

	*n = 0;
	if (tally->len)
		rows = calloc(tally->len, sizeof(*rows));
	if (!rows)
		return NULL;
	for (struct tally_entry *e = tally->entries; e; e = e->hh.next, i++) {
		const char *part = e->key;

		rows[i].count = e->count;
		for (size_t p = 0; part < e->key + e->key_len; p++, part += strlen(part) + 1)
			rows[i].parts[p] = part;
	}
	qsort(rows, i, sizeof(*rows), row_compare);
	*n = i;
	return rows;
}
