/* What is not the same in two policies, for whoever replaces one by the other. */
#ifndef CALLGATE_POLICY_DIFFERENCE_H
#define CALLGATE_POLICY_DIFFERENCE_H

#include "base/sbuf.h"
#include "policy/policy.h"

/*
 * Adds what changed, in words: "2 rules added (web (p.yaml:7), p.yaml:9), 1 removed
 * (p.yaml:3), defaults changed"; "nothing" when they decide alike. Safe to show.
 */
void policy_difference(const struct policy *before, const struct policy *after, struct sbuf *out);

/*
 * What a running command has from its policy and cannot get anew: NULL when it
 * is the same in both, else the name of the first key that differs: "files".
 */
const char *policy_fixed_difference(const struct policy *before, const struct policy *after);

/* The budgets are the same, in the same order. */
bool policy_same_budgets(const struct policy *before, const struct policy *after);

#endif
