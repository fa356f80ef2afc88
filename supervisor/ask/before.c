#include "supervisor/ask/before.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* A program can make as many questions as it likes: what is kept of them is bounded. */
enum { EARLIER_MAX = 10000 };

struct ask_earlier {
	unsigned allowed, denied;
	UT_hash_handle hh;
	char key[]; /* NUL-terminated: keys are made of text that is safe to show */
};

static struct ask_earlier *find(const struct ask_before *before, const struct sbuf *key)
{
	struct ask_earlier *earlier;

	HASH_FIND_STR(before->table, sbuf_text(key), earlier);
	return earlier;
}

void ask_before_add(struct ask_before *before, const struct sbuf *key, bool allowed)
{
	struct ask_earlier *earlier = find(before, key);

	if (!earlier) {
		if (HASH_COUNT(before->table) >= EARLIER_MAX)
			return;
		earlier = calloc(1, sizeof(*earlier) + key->len + 1);
		if (!earlier)
			return;
		memcpy(earlier->key, sbuf_text(key), key->len + 1);
		HASH_ADD_STR(before->table, key, earlier);
	}
	if (allowed)
		earlier->allowed++;
	else
		earlier->denied++;
}

void ask_before_find(const struct ask_before *before, const struct sbuf *key, unsigned *allowed,
	unsigned *denied)
{
	const struct ask_earlier *earlier = find(before, key);

	*allowed = earlier ? earlier->allowed : 0;
	*denied = earlier ? earlier->denied : 0;
}

void ask_before_free(struct ask_before *before)
{
	struct ask_earlier *earlier, *next;

	HASH_ITER (hh, before->table, earlier, next) {
		HASH_DEL(before->table, earlier);
		free(earlier);
	}
}
