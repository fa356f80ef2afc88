#include "policy/net_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/hash.h"
#include "policy/vec.h"

enum { BUCKET_BITS_MAX = 18, DEPTH_MAX = 130 };

/* Where a piece begins: as a number of 128 bits, IPv4 in the upper 32. */
struct border {
	uint64_t high, low;
	const struct dest_node *node;
};

/* Nodes made so far, to find one that is the same again. */
struct node_set {
	const struct dest_node **slots; /* open addressing, a power of two */
	size_t nslots, len;
};

struct build {
	struct arena *arena;
	vec_of(struct border) borders;
	struct node_set nodes;
	/* Prefixes around the place that the sweep has reached, widest first. */
	struct {
		const struct prefix *prefix;
		const struct dest_node *node;
	} open[DEPTH_MAX];
	unsigned depth;
};

static uint64_t half(const struct address *addr, unsigned from)
{
	uint64_t value = 0;

	for (unsigned i = from; i < from + 8; i++)
		value = value << 8 | addr->bytes[i];
	return value;
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

static bool list_set(
	struct entry_list *list, const struct net_item *items, size_t len, struct arena *arena)
{
	struct entry *copy = len ? arena_alloc(arena, len * sizeof(*copy)) : NULL;
	uint32_t n = 0;

	if (len && !copy)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!n || memcmp(&copy[n - 1], &items[i].entry, sizeof(*copy)) != 0)
			copy[n++] = items[i].entry;
	*list = (struct entry_list){ copy, n };
	return true;
}

/* The items are sorted: those that are not specific come first. */
static const struct dest_node *node_make(const struct dest_node *parent,
	const struct net_item *items, size_t len, struct arena *arena)
{
	struct dest_node *node = arena_alloc(arena, sizeof(*node));
	size_t any = 0;

	while (any < len && !items[any].specific)
		any++;
	if (!node || !list_set(&node->any, items, any, arena) ||
		!list_set(&node->specific, items + any, len - any, arena))
		return NULL;
	node->parent = parent;
	return node;
}

const struct dest_node *dest_node_new(
	const struct dest_node *parent, struct net_item *items, size_t len, struct arena *arena)
{
	qsort(items, len, sizeof(*items), item_order);
	return node_make(parent, items, len, arena);
}

static bool list_equal(const struct entry_list *list, const struct net_item *items, size_t len)
{
	if (list->len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (memcmp(&list->items[i], &items[i].entry, sizeof(struct entry)) != 0)
			return false;
	return true;
}

static bool node_is(const struct dest_node *node, const struct dest_node *parent,
	const struct net_item *items, size_t len)
{
	return node->parent == parent && node->any.len + node->specific.len == len &&
	       list_equal(&node->any, items, node->any.len) &&
	       list_equal(&node->specific, items + node->any.len, node->specific.len) &&
	       (!node->any.len || !items[node->any.len - 1].specific) &&
	       (!node->specific.len || items[node->any.len].specific);
}

static uint64_t node_hash(const struct dest_node *parent, const struct net_item *items, size_t len)
{
	uint64_t hash = hash_bytes(&parent, sizeof(parent));

	for (size_t i = 0; i < len; i++)
		hash = hash_mix(hash ^ hash_bytes(&items[i].entry, sizeof(struct entry)),
			0x9e3779b97f4a7c15ULL + items[i].specific);
	return hash;
}

static bool node_set_init(struct node_set *set, size_t items)
{
	set->nslots = 16;
	while (set->nslots < items * 2)
		set->nslots *= 2;
	set->slots = calloc(set->nslots, sizeof(*set->slots));
	return set->slots != NULL;
}

/* The one node with these rules under this parent. */
static const struct dest_node *node_of(
	struct build *b, const struct dest_node *parent, const struct net_item *items, size_t len)
{
	size_t mask = b->nodes.nslots - 1;
	size_t i = node_hash(parent, items, len) & mask;

	for (; b->nodes.slots[i]; i = (i + 1) & mask)
		if (node_is(b->nodes.slots[i], parent, items, len))
			return b->nodes.slots[i];
	b->nodes.slots[i] = node_make(parent, items, len, b->arena);
	return b->nodes.slots[i];
}

/* From here on the address space belongs to the node. */
static bool add_border(struct build *b, uint64_t high, uint64_t low, const struct dest_node *node)
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
	return add_border(b, high, low, b->depth ? b->open[b->depth - 1].node : NULL);
}

static bool open_prefix(struct build *b, const struct net_item *items, size_t len)
{
	const struct prefix *prefix = &items->prefix;
	const struct dest_node *node;

	while (b->depth && !prefix_covers(b->open[b->depth - 1].prefix, prefix))
		if (!close_prefix(b))
			return false;
	node = node_of(b, b->depth ? b->open[b->depth - 1].node : NULL, items, len);
	if (!node)
		return false;
	b->open[b->depth].prefix = prefix;
	b->open[b->depth].node = node;
	b->depth++;
	return add_border(b, half(&prefix->addr, 0), half(&prefix->addr, 8), node);
}

static bool sweep(struct build *b, const struct net_item *items, size_t len)
{
	if (!add_border(b, 0, 0, NULL))
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

/* As many buckets as pieces, about: one or two pieces are then left to look at. */
static bool add_buckets(struct net_pieces *p, struct arena *arena)
{
	unsigned bits = 1;
	uint64_t span;
	uint32_t *buckets, piece = 0;

	while (bits < BUCKET_BITS_MAX && ((uint32_t)1 << bits) < p->len)
		bits++;
	p->base = p->len > 1 ? p->high[1] : 0;
	span = p->high[p->len - 1] - p->base;
	while (p->shift < 63 && span >> p->shift >= (uint64_t)1 << bits)
		p->shift++;
	p->last = span >> p->shift;
	buckets = arena_alloc(arena, (size_t)(p->last + 2) * sizeof(*buckets));
	if (!buckets)
		return false;
	for (uint64_t i = 0; i <= p->last + 1; i++) {
		while (piece < p->len && (piece == 0 || (p->high[piece] - p->base) >> p->shift < i))
			piece++;
		buckets[i] = piece;
	}
	p->buckets = buckets;
	return true;
}

static bool seal_pieces(struct build *b, struct net_pieces *p, struct arena *arena)
{
	size_t n = b->borders.len;
	uint64_t *high = arena_alloc(arena, n * sizeof(*high));
	uint64_t *low = arena_alloc(arena, n * sizeof(*low));
	const struct dest_node **nodes = arena_alloc(arena, n * sizeof(*nodes));

	if (!high || !low || !nodes || n > UINT32_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		high[i] = b->borders.items[i].high;
		low[i] = b->borders.items[i].low;
		nodes[i] = b->borders.items[i].node;
	}
	*p = (struct net_pieces){ high, low, nodes, (uint32_t)n, NULL, 0, 0, 0 };
	return add_buckets(p, arena);
}

static int build_family(
	struct net_pieces *p, const struct net_item *items, size_t len, struct arena *arena)
{
	struct build b = { .arena = arena };
	bool ok =
		node_set_init(&b.nodes, len) && sweep(&b, items, len) && seal_pieces(&b, p, arena);

	free(b.nodes.slots);
	vec_free(&b.borders);
	return ok ? 0 : -ENOMEM;
}

int net_index_build(
	struct net_index *index, struct net_item *items, size_t len, struct arena *arena)
{
	size_t v4 = 0;
	int ret;

	if (len)
		qsort(items, len, sizeof(*items), item_order);
	while (v4 < len && items[v4].prefix.addr.bits == 32)
		v4++;
	ret = build_family(&index->v4, items, v4, arena);
	return ret < 0 ? ret : build_family(&index->v6, items + v4, len - v4, arena);
}

const struct dest_node *net_index_find(const struct net_index *index, const struct address *addr)
{
	const struct net_pieces *p = addr->bits == 32 ? &index->v4 : &index->v6;
	uint64_t high = half(addr, 0), low = half(addr, 8);
	uint64_t bucket = high < p->base ? 0 : (high - p->base) >> p->shift;
	uint32_t from, to;

	if (high < p->base)
		return p->nodes[0];
	if (bucket > p->last)
		bucket = p->last;
	/* The last piece that begins at or before the address: in this bucket, or just before it.
	 */
	from = p->buckets[bucket] - 1;
	to = p->buckets[bucket + 1];
	while (to - from > 1) {
		uint32_t mid = from + (to - from) / 2;

		if (p->high[mid] < high || (p->high[mid] == high && p->low[mid] <= low))
			from = mid;
		else
			to = mid;
	}
	return p->nodes[from];
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
