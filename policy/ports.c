#include "policy/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/quote.h"

/* Reads digits up to end; false when there are none, others, or too many. */
static bool read_port(const char *text, size_t len, uint64_t *out)
{
	*out = 0;
	if (!len || len > 10)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(text[i] - '0');
	}
	return true;
}

static int read_range(const char *text, size_t len, uint32_t min, uint32_t max,
	struct port_range *out, struct err **err)
{
	const char *dash = memchr(text, '-', len);
	size_t head = dash ? (size_t)(dash - text) : len;
	uint64_t first, last;

	if (!read_port(text, head, &first) ||
		!read_port(dash ? dash + 1 : text, dash ? len - head - 1 : len, &last))
		return quote_err(err, text, len,
			"not a port: expected a number, a range like 8000-8999, or *");
	if (first > last)
		return quote_err(err, text, len, "a range backwards: write %llu-%llu",
			(unsigned long long)last, (unsigned long long)first);
	if (first < min || last > max)
		return quote_err(err, text, len, "no such port: they go from %u to %u", min, max);
	*out = (struct port_range){ (uint32_t)first, (uint32_t)last };
	return 0;
}

static int range_order(const void *a, const void *b)
{
	const struct port_range *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

/* Sorts the ranges and joins those that overlap or touch. */
static void port_set_tidy(struct port_set *set)
{
	uint32_t kept = 0;

	qsort(set->ranges, set->len, sizeof(set->ranges[0]), range_order);
	for (uint32_t i = 1; i < set->len; i++) {
		struct port_range *last = &set->ranges[kept];

		if (set->ranges[i].first <= last->last || set->ranges[i].first - 1 == last->last) {
			if (set->ranges[i].last > last->last)
				last->last = set->ranges[i].last;
		} else {
			set->ranges[++kept] = set->ranges[i];
		}
	}
	set->len = kept + 1;
}

int ports_parse(const char *text, size_t len, uint32_t min, uint32_t max, struct arena *arena,
	const struct port_set **out, struct err **err)
{
	struct port_set *set;
	uint32_t parts = 1;

	*out = NULL;
	if (len == 1 && text[0] == '*')
		return 0;
	for (size_t i = 0; i < len; i++)
		parts += text[i] == ',';
	set = arena_alloc(arena, sizeof(*set) + parts * sizeof(set->ranges[0]));
	if (!set)
		return err_set(err, ENOMEM, "ports");
	for (const char *end = text + len; set->len < parts; set->len++) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		size_t n = (size_t)((comma ? comma : end) - text);
		int ret = read_range(text, n, min, max, &set->ranges[set->len], err);

		if (ret < 0)
			return ret;
		text += n + 1;
	}
	port_set_tidy(set);
	*out = set;
	return 0;
}

void ports_print(const struct port_set *ports, struct sbuf *out)
{
	if (!ports) {
		sbuf_char(out, '*');
		return;
	}
	for (uint32_t i = 0; i < ports->len; i++) {
		const struct port_range *range = &ports->ranges[i];

		sbuf_fmt(out, "%s%u", i ? "," : "", range->first);
		if (range->last != range->first)
			sbuf_fmt(out, "-%u", range->last);
	}
}

bool port_set_has(const struct port_set *ports, uint32_t port)
{
	uint32_t low = 0, high = ports ? ports->len : 0;

	if (!ports)
		return true;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (ports->ranges[mid].last < port)
			low = mid + 1;
		else
			high = mid;
	}
	return low < ports->len && ports->ranges[low].first <= port;
}

bool port_set_covers(const struct port_set *outer, const struct port_set *inner)
{
	uint32_t o = 0;

	if (!outer)
		return true;
	if (!inner)
		return false;
	for (uint32_t i = 0; i < inner->len; i++) {
		while (o < outer->len && outer->ranges[o].last < inner->ranges[i].first)
			o++;
		if (o == outer->len || outer->ranges[o].first > inner->ranges[i].first ||
			outer->ranges[o].last < inner->ranges[i].last)
			return false;
	}
	return true;
}
