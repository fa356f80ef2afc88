/* Building an index: what its two files share. */
#ifndef CALLGATE_POLICY_INDEX_BUILD_H
#define CALLGATE_POLICY_INDEX_BUILD_H

#include "policy/index.h"
#include "policy/spec_set.h"

/* A rule under a path. */
struct path_rule {
	uint32_t path_id, rule;
};

typedef vec_of(struct path_rule) path_rule_vec;
typedef vec_of(uint32_t) rule_vec;
typedef vec_of(struct net_item) item_vec;

/* One table while rules are added to it. Items of names and targets have a number as address. */
struct table_build {
	struct policy *policy;
	struct index *index;
	struct spec_set *specs;
	rule_vec all, any;
	path_rule_vec who_any[WHO_KEYS], who_specific[WHO_KEYS];
	item_vec net, names, targets;
};

/* Prepares what deciding needs of each rule. Returns 0 or -ENOMEM. */
int index_prepare_rules(struct policy *policy, struct index *index);

/* Adds the rules that speak of the table's calls. Returns false without memory. */
bool table_add_rules(struct table_build *b, enum table_id id);

#endif
