/*
 * What was answered for longer than one call: rules for this run, and rules
 * saved to a file. They answer what the policy has decided to ask, and nothing
 * else: a call that the policy allows or denies by itself is not their business.
 *
 * Each answer is a policy of one rule, immutable like every policy, put at the
 * end of a list that is only ever read or added to: decisions keep pointing
 * into them until the run is over. Safe for many threads.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_RULES_H
#define CALLGATE_SUPERVISOR_ASK_RULES_H

#include <pthread.h>
#include <stdbool.h>

#include "base/err.h"
#include "policy/policy.h"

struct ask_rule;

struct ask_rules {
	pthread_mutex_t lock;
	struct ask_rule *first, **last;
	unsigned for_run; /* rules made for this run: they are numbered */
};

/* What rules that are for this run only have for a file. */
#define ASK_RULES_RUN "this run"

void ask_rules_init(struct ask_rules *rules);
void ask_rules_free(struct ask_rules *rules);

/* Takes a policy on, whole: the file of an earlier run. Only its rules count. */
int ask_rules_add(struct ask_rules *rules, struct policy *policy, struct err **err);

/*
 * Loads `line`, one rule as a YAML flow mapping, as line `number` of the file
 * `name`, and makes sure that it decides the request, and says how. Looks up
 * the host names it has, which may block. On failure the error says what is
 * wrong with the rule, at which of its columns, and how it could be mended.
 */
int ask_rules_check(const char *line, const char *name, int number, const struct request *request,
	struct policy **out, struct err **err);

/* Decides what the policy asks. False when no rule matches; *decision is then as it was. */
bool ask_rules_decide(
	struct ask_rules *rules, const struct request *request, struct decision *decision);

/* As policy_wants_names() and policy_refresh_names(). */
bool ask_rules_want_names(struct ask_rules *rules, const struct request *request);
void ask_rules_refresh_names(struct ask_rules *rules, const struct request *request);

#endif
