#include "decoders/decode/parts.h"

/*
 * Bounds on argv and envp. The kernel takes strings of 128 KiB
 * (MAX_ARG_STRLEN) and megabytes of them together; nobody reads that much.
 */
enum {
	STRINGS_KEPT = 4096,
	STRINGS_COUNTED = 200000,
	STRINGS_BYTES = 128 * 1024, /* of one vector */
	STRING_KEPT = 32 * 1024,
	STRING_COUNTED = 128 * 1024,
};

/* An array of pointers in the task's memory. */
struct pointers {
	struct memory *mem;
	uint64_t addr;
};

static bool pointers_get(const struct pointers *p, size_t i, uint64_t *pointer)
{
	uint64_t at = p->addr + i * p->mem->word_size;

	return at >= p->addr && memory_word(p->mem, at, pointer);
}

/* How many there are before the NULL. */
static size_t pointers_count(const struct pointers *p, enum value_status *status)
{
	uint64_t pointer;
	size_t n = 0;

	*status = VALUE_OK;
	while (n < STRINGS_COUNTED) {
		if (!pointers_get(p, n, &pointer)) {
			*status = n ? VALUE_CUT : VALUE_UNREADABLE;
			return n;
		}
		if (!pointer)
			return n;
		n++;
	}
	*status = VALUE_CUT;
	return n;
}

static size_t bounded_items(const struct arena *arena, size_t n)
{
	/* At least half of the arena is for the strings themselves. */
	size_t room = arena_left(arena) / 2 / sizeof(struct bytes_value);

	if (n > STRINGS_KEPT)
		n = STRINGS_KEPT;
	return n < room ? n : room;
}

static void keep_strings(struct decoder *d, const struct pointers *p, struct strings_value *v)
{
	size_t n = bounded_items(d->arena, v->full_len);
	struct bytes_value *items = n ? arena_alloc(d->arena, n * sizeof(*items)) : NULL;
	size_t bytes = STRINGS_BYTES;
	uint64_t pointer;

	if (!items)
		n = 0;
	v->items = items;
	while (v->len < n && bytes > 0) {
		size_t keep = bytes < STRING_KEPT ? bytes : STRING_KEPT;

		if (!pointers_get(p, v->len, &pointer) || !pointer)
			break;
		items[v->len] = memory_string(&d->mem, pointer, keep, STRING_COUNTED);
		bytes -= items[v->len].len;
		v->len++;
	}
	if (v->len < v->full_len && v->status == VALUE_OK)
		v->status = VALUE_CUT;
}

static void decode_vector(struct decoder *d, struct value *v, bool keep)
{
	const struct pointers p = { .mem = &d->mem, .addr = v->num };

	if (!v->num) {
		v->strings.status = VALUE_NULL;
		return;
	}
	v->strings.full_len = pointers_count(&p, &v->strings.status);
	if (keep && v->strings.full_len)
		keep_strings(d, &p, &v->strings);
}

void decode_strings(struct decoder *d, const struct call_field *field, struct value *v)
{
	(void)field;
	decode_vector(d, v, true);
}

void decode_environment(struct decoder *d, const struct call_field *field, struct value *v)
{
	(void)field;
	decode_vector(d, v, d->contents);
}
