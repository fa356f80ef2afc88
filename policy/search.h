/* Finding the first rule that matches a request. */
#ifndef CALLGATE_POLICY_SEARCH_H
#define CALLGATE_POLICY_SEARCH_H

#include "policy/impl.h"
#include "policy/target.h"
#include "policy/who.h"

/* No rule. */
#define RULE_NONE UINT32_MAX

/* A request as rules see it; on the caller's stack. */
struct facts {
	const struct policy *policy;
	const struct request *request;
	struct who who;
	struct target target;           /* connect, bind */
	struct named exec, exec_script; /* exec */
};

struct found {
	uint32_t rule;    /* the first that matches, or RULE_NONE */
	uint32_t changed; /* the first before it that would but for an identity, or RULE_NONE */
};

void facts_of(const struct policy *policy, const struct request *request, struct facts *out);

/* By the index. The request's kind is one that rules speak of, its target is readable. */
void search_first(struct facts *facts, struct found *out);

/*
 * Does a prefix, set or name of the rule have the address of an IPv4 or IPv6
 * target; also by a protocol and port it allows? Does not see destinations that
 * are any host whatever the port.
 */
bool search_rule_names(struct facts *facts, uint32_t rule, bool transport);

/*
 * True when an ELF interpreter would run by itself. It runs whatever its
 * arguments name, so that only a rule that names it allows it; those that allow
 * by a pattern, or any program, do not mean it.
 */
bool facts_run_interpreter(const struct facts *facts);

/* How one rule matches. */
enum match rule_who(struct facts *facts, uint32_t rule);
enum match rule_what(struct facts *facts, const struct rule *rule);

/* The same condition by condition, for explanations. */
enum condition {
	CONDITION_KIND,
	CONDITION_EXE,
	CONDITION_SCRIPT,
	CONDITION_LINEAGE,
	CONDITION_UID,
	CONDITION_STACK,
	CONDITION_WHAT, /* of the call's kind */
	CONDITION_COUNT,
};
enum match rule_condition(struct facts *facts, const struct rule *rule, enum condition condition);

#endif
