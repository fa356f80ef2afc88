/*
 * Counts by key, for the summary. A key is one or more strings. The number
 * of keys and their size are bounded: what comes after is counted together.
 */
#ifndef CALLGATE_REPORT_TALLY_H
#define CALLGATE_REPORT_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/sbuf.h"
#include "report/outcome.h"

enum {
	TALLY_PARTS_MAX = 4,
	TALLY_KEYS_MAX = 10000,
	TALLY_BYTES_MAX = 4 * 1024 * 1024, /* of keys */
};

struct tally_count {
	uint64_t total;
	uint64_t failed; /* let through, and returned an error */
	uint64_t denied; /* or would have been, or was asked about */
};

struct tally_row {
	struct tally_count count;
	const char *parts[TALLY_PARTS_MAX];
};

struct tally_entry;

/* All zero is an empty tally. */
struct tally {
	struct tally_entry *entries; /* uthash */
	struct tally_entry *last;    /* of them, the one counted last, or NULL */
	size_t len;
	size_t bytes;
	struct sbuf key;          /* scratch: a known key costs no allocation */
	struct tally_count other; /* beyond the bounds */
};

void tally_free(struct tally *tally);

/* Counts one more of the key, or of `other` when there is no room or memory for a new one. */
void tally_add(struct tally *tally, const char *const *parts, size_t nparts, enum outcome outcome);

/*
 * All rows, the most frequent first, equal ones by key: an array the caller
 * frees, whose strings belong to the tally. NULL when it is empty or there is
 * no memory.
 */
struct tally_row *tally_rows(const struct tally *tally, size_t *n);

#endif
