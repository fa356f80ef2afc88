#include "policy/net_index.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"
#include "policy/vec.h"

enum { BUCKET_BITS_MAX = 18, PIECES_PER_BUCKET = 4, DEPTH_MAX = 130 };

/* Where a piece begins: as a number of 128 bits, IPv4 in the upper 32. */
struct border {
	uint64_t high, low;
	uint32_t node;
};

struct build {
	struct arena *arena;
	vec_of(struct border) borders;
	vec_of(struct dest_node) nodes;
	/* Node numbers by content, to find one that is the same again: open addressing. */
	uint32_t *slots;
	size_t nslots;
	/* Prefixes around the place that the sweep has reached, widest first. */
	struct {
		const struct prefix *prefix;
		uint32_t node;
	} open[DEPTH_MAX];
	unsigned depth;
};

static uint64_t half(const struct address *addr, unsigned from)
{
	uint64_t value;

	memcpy(&value, addr->bytes + from, sizeof(value));
	return be64toh(value);
}

static int item_order(const void *a, const void *b)
{
	const struct net_item *x = a, *y = b;
	int order = memcmp(x->prefix.addr.bytes, y->prefix.addr.bytes, 16);

	if (x->prefix.addr.bits != y->prefix.addr.bits)
		return x->prefix.addr.bits < y->prefix.addr.bits ? -1 : 1;
	if (order)
		return order;
	if (x->prefix.len != y->prefix.len)
		return x->prefix.len < y->prefix.len ? -1 : 1;
	if (x->specific != y->specific)
		return x->specific ? 1 : -1;
	if (x->entry.rule != y->entry.rule)
		return x->entry.rule < y->entry.rule ? -1 : 1;
	return (x->entry.spec > y->entry.spec) - (x->entry.spec < y->entry.spec);
}

/* The items are sorted: those that are not specific come first. */
static bool node_make(struct dest_node *node, uint32_t parent, const struct net_item *items,
	size_t len, struct arena *arena)
{
	struct entry *entries = NULL;
	uint32_t n = 0;

	*node = (struct dest_node){ .parent = parent };
	if (len > 1) {
		entries = arena_alloc(arena, len * sizeof(*entries));
		if (!entries)
			return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (i && !memcmp(&items[i - 1].entry, &items[i].entry, sizeof(*entries)))
			continue;
		node->one = items[i].entry;
		if (entries)
			entries[n++] = items[i].entry;
		*(items[i].specific ? &node->nspecific : &node->nany) += 1;
	}
	node->entries = entries;
	return true;
}

bool dest_node_init(struct dest_node *node, uint32_t parent, struct net_item *items, size_t len,
	struct arena *arena)
{
	qsort(items, len, sizeof(*items), item_order);
	return node_make(node, parent, items, len, arena);
}

/* Compares with a node as node_make() makes it; items that are given twice only cost a node. */
static bool node_is(
	const struct dest_node *node, uint32_t parent, const struct net_item *items, size_t len)
{
	if (node->parent != parent || node->nany + node->nspecific != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		const struct entry *entry = len == 1 ? &node->one : &node->entries[i];

		if (items[i].specific != (i >= node->nany) ||
			memcmp(entry, &items[i].entry, sizeof(*entry)) != 0)
			return false;
	}
	return true;
}

static uint64_t node_hash(uint32_t parent, const struct net_item *items, size_t len)
{
	uint64_t hash = hash_bytes(&parent, sizeof(parent));

	for (size_t i = 0; i < len; i++)
		hash = hash_mix(hash ^ hash_bytes(&items[i].entry, sizeof(struct entry)),
			0x9e3779b97f4a7c15ULL + items[i].specific);
	return hash;
}

/* Room for as many nodes as there are items, at most half full. */
static bool slots_init(struct build *b, size_t items)
{
	b->nslots = 16;
	while (b->nslots < items * 2)
		b->nslots *= 2;
	b->slots = calloc(b->nslots, sizeof(*b->slots));
	return b->slots != NULL;
}

/* The number of the one node with these rules under this parent; NODE_NONE without memory. */
static uint32_t node_of(struct build *b, uint32_t parent, const struct net_item *items, size_t len)
{
	size_t mask = b->nslots - 1, i = node_hash(parent, items, len) & mask;
	struct dest_node *node;

	for (; b->slots[i]; i = (i + 1) & mask)
		if (node_is(&b->nodes.items[b->slots[i]], parent, items, len))
			return b->slots[i];
	node = vec_add(&b->nodes);
	if (!node || !node_make(node, parent, items, len, b->arena))
		return NODE_NONE;
	b->slots[i] = (uint32_t)b->nodes.len - 1;
	return b->slots[i];
}

/* From here on the address space belongs to the node. */
static bool add_border(struct build *b, uint64_t high, uint64_t low, uint32_t node)
{
	size_t n = b->borders.len;
	struct border *last = n ? &b->borders.items[n - 1] : NULL;

	if (last && last->high == high && last->low == low) {
		last->node = node;
		if (n > 1 && b->borders.items[n - 2].node == node)
			b->borders.len--;
		return true;
	}
	if (last && last->node == node)
		return true;
	last = vec_add(&b->borders);
	if (last)
		*last = (struct border){ high, low, node };
	return last != NULL;
}

/* The address after the last one of a prefix; false when there is none. */
static bool after_prefix(const struct prefix *prefix, uint64_t *high, uint64_t *low)
{
	unsigned len = prefix->len;

	*high = half(&prefix->addr, 0);
	*low = half(&prefix->addr, 8);
	if (!len)
		return false;
	if (len <= 64) {
		*high += (uint64_t)1 << (64 - len);
		return *high != 0;
	}
	*low += (uint64_t)1 << (128 - len);
	*high += *low == 0;
	return *low != 0 || *high != 0;
}

/* Ends the innermost prefix: what follows it belongs to the one around it. */
static bool close_prefix(struct build *b)
{
	uint64_t high, low;

	b->depth--;
	if (!after_prefix(b->open[b->depth].prefix, &high, &low))
		return true;
	return add_border(b, high, low, b->depth ? b->open[b->depth - 1].node : NODE_NONE);
}

static bool open_prefix(struct build *b, const struct net_item *items, size_t len)
{
	const struct prefix *prefix = &items->prefix;
	uint32_t node;

	while (b->depth && !prefix_covers(b->open[b->depth - 1].prefix, prefix))
		if (!close_prefix(b))
			return false;
	node = node_of(b, b->depth ? b->open[b->depth - 1].node : NODE_NONE, items, len);
	if (node == NODE_NONE)
		return false;
	b->open[b->depth].prefix = prefix;
	b->open[b->depth].node = node;
	b->depth++;
	return add_border(b, half(&prefix->addr, 0), half(&prefix->addr, 8), node);
}

static bool sweep(struct build *b, const struct net_item *items, size_t len)
{
	if (!add_border(b, 0, 0, NODE_NONE))
		return false;
	for (size_t i = 0, n; i < len; i += n) {
		for (n = 1; i + n < len; n++)
			if (memcmp(&items[i].prefix, &items[i + n].prefix, sizeof(items->prefix)))
				break;
		if (!open_prefix(b, &items[i], n))
			return false;
	}
	while (b->depth)
		if (!close_prefix(b))
			return false;
	return true;
}

/* A few pieces to a bucket: they lie in one line of the cache. */
static bool add_buckets(
	struct net_buckets *out, const struct border *borders, size_t len, struct arena *arena)
{
	uint64_t base = len > 1 ? borders[1].high : 0, span = borders[len - 1].high - base;
	uint32_t *first, piece = 0;
	unsigned bits = 1, shift = 0;

	while (bits < BUCKET_BITS_MAX && ((size_t)PIECES_PER_BUCKET << bits) < len)
		bits++;
	while (shift < 63 && span >> shift >= (uint64_t)1 << bits)
		shift++;
	*out = (struct net_buckets){ NULL, base, span >> shift, shift };
	first = arena_alloc(arena, (size_t)(out->last + 2) * sizeof(*first));
	if (!first)
		return false;
	for (uint64_t i = 0; i <= out->last + 1; i++) {
		while (piece < len && (piece == 0 || (borders[piece].high - base) >> shift < i))
			piece++;
		first[i] = piece;
	}
	out->first = first;
	return true;
}

static bool seal_v4(struct build *b, struct net_index *index)
{
	size_t n = b->borders.len;
	struct piece4 *pieces = arena_alloc(b->arena, n * sizeof(*pieces));

	if (!pieces)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct border *border = &b->borders.items[i];

		pieces[i] = (struct piece4){ (uint32_t)(border->high >> 32), border->node };
	}
	index->v4 = pieces;
	return add_buckets(&index->buckets4, b->borders.items, n, b->arena);
}

static bool seal_v6(struct build *b, struct net_index *index)
{
	size_t n = b->borders.len;
	struct piece6 *pieces = arena_alloc(b->arena, n * sizeof(*pieces));

	if (!pieces)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct border *border = &b->borders.items[i];

		pieces[i] = (struct piece6){ border->high, border->low, border->node };
	}
	index->v6 = pieces;
	return add_buckets(&index->buckets6, b->borders.items, n, b->arena);
}

int net_index_build(
	struct net_index *index, struct net_item *items, size_t len, struct arena *arena)
{
	struct build b = { .arena = arena };
	size_t v4 = 0;
	bool ok;

	if (len)
		qsort(items, len, sizeof(*items), item_order);
	while (v4 < len && items[v4].prefix.addr.bits == 32)
		v4++;
	ok = slots_init(&b, len) && vec_add(&b.nodes) /* NODE_NONE */ && sweep(&b, items, v4) &&
	     seal_v4(&b, index);
	b.borders.len = 0;
	ok = ok && sweep(&b, len > v4 ? items + v4 : NULL, len - v4) && seal_v6(&b, index);
	if (ok) {
		index->nodes = vec_seal(&b.nodes, arena);
		ok = index->nodes != NULL;
	}
	free(b.slots);
	vec_free(&b.borders);
	vec_free(&b.nodes);
	return ok ? 0 : -ENOMEM;
}

static uint64_t bucket_of(const struct net_buckets *buckets, uint64_t high)
{
	uint64_t bucket = high < buckets->base ? 0 : (high - buckets->base) >> buckets->shift;

	return bucket < buckets->last ? bucket : buckets->last;
}

static uint32_t find4(const struct net_index *index, const struct address *addr)
{
	uint64_t high = half(addr, 0), bucket = bucket_of(&index->buckets4, high);
	uint32_t begin = (uint32_t)(high >> 32);
	/* The last piece that begins at or before the address: in the bucket, or just before. */
	uint32_t from = index->buckets4.first[bucket] - 1, to = index->buckets4.first[bucket + 1];

	if (high < index->buckets4.base)
		return index->v4[0].node;
	/* Without branches: which way it goes cannot be foreseen. */
	for (uint32_t left = to - from, part; left > 1; left -= part) {
		part = left / 2;
		from = index->v4[from + part].begin <= begin ? from + part : from;
	}
	return index->v4[from].node;
}

static uint32_t find6(const struct net_index *index, const struct address *addr)
{
	uint64_t high = half(addr, 0), low = half(addr, 8);
	uint64_t bucket = bucket_of(&index->buckets6, high);
	uint32_t from = index->buckets6.first[bucket] - 1, to = index->buckets6.first[bucket + 1];

	if (high < index->buckets6.base)
		return index->v6[0].node;
	while (to - from > 1) {
		uint32_t mid = from + (to - from) / 2;
		const struct piece6 *piece = &index->v6[mid];

		if (piece->high < high || (piece->high == high && piece->low <= low))
			from = mid;
		else
			to = mid;
	}
	return index->v6[from].node;
}

void net_index_prefetch(const struct net_index *index, const struct address *addr)
{
	const struct net_buckets *buckets = addr->bits == 32 ? &index->buckets4 : &index->buckets6;

	__builtin_prefetch(&buckets->first[bucket_of(buckets, half(addr, 0))]);
}

uint32_t net_index_find(const struct net_index *index, const struct address *addr)
{
	return addr->bits == 32 ? find4(index, addr) : find6(index, addr);
}

uint32_t entry_list_find(const struct entry_list *list, uint32_t rule)
{
	uint32_t low = 0, high = list->len;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (list->items[mid].rule < rule)
			low = mid + 1;
		else
			high = mid;
	}
	return low < list->len && list->items[low].rule == rule ? low : list->len;
}
