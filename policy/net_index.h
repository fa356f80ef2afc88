/*
 * Which rules name a prefix that has an address, in time that does not depend
 * on how many prefixes there are.
 *
 * The address space is cut at the borders of all prefixes; each piece leads to
 * the node of the innermost prefix over it, and each node to the next wider
 * one. Nodes with the same rules and the same way up are one: a rule with
 * 100,000 prefixes has one node.
 */
#ifndef CALLGATE_POLICY_NET_INDEX_H
#define CALLGATE_POLICY_NET_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "policy/address.h"

/* A rule, and the number of what it says of transport and ports. */
struct entry {
	uint32_t rule, spec;
};

/* Sorted by rule. */
struct entry_list {
	const struct entry *items;
	uint32_t len;
};

/*
 * The rules that name one prefix, host name or program: first those that are
 * not found by who makes the call, then those that are (index.h). Small, and
 * with its only entry inside when it has one: deciding waits for memory, not
 * for arithmetic.
 */
struct dest_node {
	uint32_t parent; /* number of the node of the next wider prefix; NODE_NONE */
	uint32_t nany, nspecific;
	struct entry one; /* when there is one in all */
	const struct entry *entries;
};

enum { NODE_NONE = 0 };

static inline struct entry_list node_any(const struct dest_node *node)
{
	bool one = node->nany + node->nspecific <= 1;

	return (struct entry_list){ one ? &node->one : node->entries, node->nany };
}

static inline struct entry_list node_specific(const struct dest_node *node)
{
	bool one = node->nany + node->nspecific <= 1;

	return (struct entry_list){ one ? &node->one : node->entries + node->nany,
		node->nspecific };
}

struct net_item {
	struct prefix prefix;
	struct entry entry;
	bool specific;
};

/* A part of the address space: from where it begins to where the next one does. */
struct piece4 {
	uint32_t begin, node;
};

struct piece6 {
	uint64_t high, low;
	uint32_t node;
};

/*
 * Buckets over the upper 64 bits of an address, IPv4 in the upper 32 of them, so
 * that few pieces are left to search.
 */
struct net_buckets {
	const uint32_t *first; /* the first piece that begins in or after the bucket */
	uint64_t base, last;   /* a bucket is (high - base) >> shift, up to last */
	unsigned shift;
};

/* The first piece of a family begins at 0. */
struct net_index {
	struct piece4 *v4;
	struct piece6 *v6;
	struct net_buckets buckets4, buckets6;
	const struct dest_node *nodes; /* by number; the first is no node */
};

/* Everything is in the arena; items are sorted in place. Returns 0 or -ENOMEM. */
int net_index_build(
	struct net_index *index, struct net_item *items, size_t len, struct arena *arena);

/* The number of the node of the innermost prefix that has the address, or NODE_NONE. */
uint32_t net_index_find(const struct net_index *index, const struct address *addr);

/* Begins to fetch what finding the address will read first. */
void net_index_prefetch(const struct net_index *index, const struct address *addr);

/* Makes a node over items that name one thing, sorting them. False: no memory. */
bool dest_node_init(struct dest_node *node, uint32_t parent, struct net_item *items, size_t len,
	struct arena *arena);

/* The position of the first entry of the rule; list->len when it has none. */
uint32_t entry_list_find(const struct entry_list *list, uint32_t rule);

#endif
