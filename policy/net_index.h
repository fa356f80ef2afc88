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

/* The rules that name one prefix, host name or program. */
struct dest_node {
	const struct dest_node *parent; /* the next wider prefix with rules; NULL: none */
	struct entry_list any;          /* rules that are not found by who makes the call... */
	struct entry_list specific;     /* ...and those that are: index.h */
};

struct net_item {
	struct prefix prefix;
	struct entry entry;
	bool specific;
};

/* Pieces of one family's address space; the first begins at 0. */
struct net_pieces {
	const uint64_t *high, *low; /* where each begins: upper and lower half; IPv4 has no lower */
	const struct dest_node *const *nodes;
	uint32_t len;
	/* Buckets over the upper halves, so that few pieces are left to search. */
	const uint32_t *buckets; /* index of the first piece that begins in or after the bucket */
	uint64_t base, last;     /* of the buckets: (high - base) >> shift */
	unsigned shift;
};

struct net_index {
	struct net_pieces v4, v6;
};

/* Everything is in the arena; items are sorted in place. Returns 0 or -ENOMEM. */
int net_index_build(
	struct net_index *index, struct net_item *items, size_t len, struct arena *arena);

/* The node of the innermost prefix that has the address; NULL for none. */
const struct dest_node *net_index_find(const struct net_index *index, const struct address *addr);

/* A node over items that name one thing, as for names and programs; sorts them. NULL: no memory. */
const struct dest_node *dest_node_new(
	const struct dest_node *parent, struct net_item *items, size_t len, struct arena *arena);

/* The position of the first entry of the rule; list->len when it has none. */
uint32_t entry_list_find(const struct entry_list *list, uint32_t rule);

#endif
