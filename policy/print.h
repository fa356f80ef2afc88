/* The canonical text of a policy, in parts. For the files of this room only. */
#ifndef CALLGATE_POLICY_PRINT_H
#define CALLGATE_POLICY_PRINT_H

#include "policy/impl.h"

enum policy_part {
	PART_DEFAULTS,
	PART_BUDGETS,
	PART_SYSCALLS,
	PART_NETWORK,
	PART_FILES,
	PART_ENVIRONMENT,
	PART_LIMITS,
	PART_USER,
	PART_RELOAD,
	PART_RULES,
	PART_COUNT
};

void policy_print_part(const struct policy *policy, enum policy_part part, struct sbuf *out);

/* One rule, as an item of the list. */
void print_rule(const struct rule *rule, struct sbuf *out);

#endif
