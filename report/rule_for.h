/* The rule that would have let a denied call through: for a person to judge, and to copy. */
#ifndef CALLGATE_REPORT_RULE_FOR_H
#define CALLGATE_REPORT_RULE_FOR_H

#include "base/sbuf.h"
#include "report/event.h"

/*
 * Adds lines for a policy file, an element of `rules`: the program and what it
 * asked for, and no more than that. Returns NULL; or, with nothing added, a
 * constant sentence that says why no rule can be proposed.
 */
const char *rule_for(
	const struct event_call *call, const struct lineage *lineage, struct sbuf *out);

/*
 * Was it denied for want of a rule, and of nothing else? By the reason's word: a default,
 * or what no default allows.
 */
bool rule_for_is_wanting(const char *reason);

#endif
