/*
 * The rules of a policy by what they name, made once after loading.
 *
 * For each kind of call, and for connect and bind each class of destination,
 * there is a table. A rule stands in it under the programs it names literally
 * (its who is then "specific", else "any") and under the prefixes, names or
 * targets it names (its what, likewise). A decision looks at
 *
 *   any who, any what            the rules of `any`, one by one
 *   any who, specific what       those under the destination
 *   specific who, any what       those under the program
 *   specific who, specific what  the shorter of the two lists, each rule of it
 *                                looked up in the other
 *
 * and in each only at rules before the best found so far.
 */
#ifndef CALLGATE_POLICY_INDEX_H
#define CALLGATE_POLICY_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/impl.h"
#include "policy/net_index.h"
#include "policy/target.h"
#include "policy/who.h"

enum table_id {
	TABLE_CONNECT, /* and the classes of destinations after it */
	TABLE_BIND = TABLE_CONNECT + TARGET_CLASSES,
	TABLE_EXEC = TABLE_BIND + TARGET_CLASSES,
	TABLE_SPAWN,
	TABLE_SOCKET,
	TABLE_COUNT,
};

/* Rule numbers, ascending. */
struct rule_list {
	const uint32_t *items;
	uint32_t len;
};

/* A rule list for each path: that of path i is items[start[i]] up to items[start[i + 1]]. */
struct path_lists {
	const uint32_t *start; /* NULL: all are empty */
	const uint32_t *items;
};

/* Which of a program's names a rule is found by. */
enum who_key { WHO_EXE, WHO_SCRIPT, WHO_LINEAGE, WHO_KEYS };

struct table {
	struct rule_list all; /* every rule that may match; for when an index cannot hold it */
	struct rule_list any;
	struct path_lists who_any[WHO_KEYS];      /* specific who, any what */
	struct path_lists who_specific[WHO_KEYS]; /* specific who, specific what */
	struct net_index net;
	const struct dest_node *by_name; /* of each name's number; NULL: no rules at all */
	uint32_t names;
	const struct dest_node *by_target; /* exec: of each path id; NULL: no rules at all */
	bool has_specific;                 /* any rule with a specific what */
};

/* What a destination says of transport and ports, with its rule's leaning. */
struct spec {
	uint8_t protocols;
	bool restrictive;
	const struct port_set *ports;
};

/* Destinations of a rule that are not in the net index. */
struct destination_refs {
	const struct destination *const *items;
	uint32_t len;
};

/*
 * The who of most rules in few bytes, so that many are near: nothing, or a
 * list of programs whose numbers are all those from first to last.
 */
struct rule_quick {
	uint32_t first, last;
	bool everybody; /* no who conditions */
	bool range;     /* exe within first and last, and no other condition */
	bool restrictive;
};

/* What deciding needs of a rule. */
struct rule_match {
	bool restrictive;
	struct program_matcher exe, script, lineage, exec;
	struct destination_refs others[2]; /* by enum destination_use; Unix, vsock and `*` */
	bool any_host[2];                  /* one of its destinations is every host */
};

/* A mention of a host name, so that names to look up are found without reading every rule. */
struct name_ref {
	uint32_t rule;
	enum destination_use use;
	const struct destination *destination;
};

struct index {
	struct rule_match *rules;
	const struct rule_quick *quick;
	const struct spec *specs;
	const struct name_ref *name_refs; /* by rule */
	size_t nname_refs;
	struct table tables[TABLE_COUNT];
};

static inline struct rule_list path_list(const struct path_lists *lists, uint32_t path_id)
{
	uint32_t from, to;

	if (!lists->start)
		return (struct rule_list){ NULL, 0 };
	from = lists->start[path_id];
	to = lists->start[path_id + 1];
	return (struct rule_list){ lists->items + from, to - from };
}

/* Begins to fetch what finding the target will read first. */
void index_prefetch(const struct index *index, const struct target *target);

/* Builds policy->index in the policy's arena. Returns 0 or -ENOMEM. */
int index_build(struct policy *policy);

/* Would a rule restrict: anything but allow? */
static inline bool rule_restricts(const struct rule *rule)
{
	return rule->verdict != VERDICT_ALLOW;
}

static inline const struct destination_list *rule_destinations(
	const struct rule *rule, enum destination_use use)
{
	return use == DESTINATION_CONNECT ? &rule->connect : &rule->bind;
}

#endif
