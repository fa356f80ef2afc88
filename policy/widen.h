/*
 * The rules that could answer for one call, from the narrowest to the widest:
 * what a person, or a program, who is asked may choose from.
 *
 * Two ladders make a rule. What the call names: an address with its port, the
 * address, its /24 or /64, the port, anything; a file, its directory, anything.
 * Who calls: program and script, the program, whatever has it in its lineage,
 * anybody.
 */
#ifndef CALLGATE_POLICY_WIDEN_H
#define CALLGATE_POLICY_WIDEN_H

#include "base/sbuf.h"
#include "policy/policy.h"
#include "policy/verdict.h"

/* How many rungs the ladders have for this request; at least 1. */
unsigned widen_whats(const struct request *request);
unsigned widen_whos(const struct request *request);

/*
 * Adds the rule of these two rungs, counted from 0, as one line: a YAML flow
 * mapping that docs/policy.md describes. False when no rule can name what these
 * rungs speak of: a program without a path, or one that is no UTF-8; what was
 * added is then of no use. A rule may also fail to match the request it was made
 * for (a socket without ports): only loading it and asking it tells.
 */
bool widen_rule(const struct request *request, unsigned who, unsigned what, enum verdict verdict,
	struct sbuf *out);

/* The rung's value alone, for people: "93.184.216.34:443", "/usr/bin/node"; not escaped. */
void widen_what(const struct request *request, unsigned what, struct sbuf *out);

/* The sets that an address of the call is in, "@loopback", "@metadata @link-local"; or nothing. */
void widen_sets(const struct request *request, struct sbuf *out);

#endif
