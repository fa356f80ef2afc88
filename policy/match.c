#include "policy/index.h"
#include "policy/module.h"
#include "policy/search.h"
#include "policy/socket_pattern.h"

void facts_of(const struct policy *policy, const struct request *request, struct facts *out)
{
	bool destination = request->kind == CALL_KIND_CONNECT || request->kind == CALL_KIND_BIND;

	out->policy = policy;
	out->request = request;
	if (destination) {
		target_of(request, &out->target);
		index_prefetch(policy->index, &out->target);
	}
	who_of(policy, request, &out->who);
	if (request->kind == CALL_KIND_EXEC) {
		out->exec = named_program(policy, request->target, request->by_path);
		out->exec_script = named_script(policy, request->target, request->by_path);
	}
}

static enum match long_who(struct facts *facts, uint32_t rule)
{
	const struct rule_match *m = &facts->policy->index->rules[rule];
	const struct rule *written = &facts->policy->rules[rule];
	const struct request *request = facts->request;
	enum match match = matcher_named(&m->exe, &facts->who.exe, m->restrictive);

	if (match != MATCH_NO)
		match = match_and(
			match, matcher_named(&m->script, &facts->who.script, m->restrictive));
	if (match != MATCH_NO &&
		(!uid_list_has(&written->uid, request->uid, m->restrictive) ||
			!module_list_has(&written->stack, request->module, m->restrictive)))
		match = MATCH_NO;
	if (match != MATCH_NO)
		match = match_and(match, matcher_lineage(&m->lineage, &facts->who, m->restrictive));
	return match;
}

enum match rule_who(struct facts *facts, uint32_t rule)
{
	const struct rule_quick *quick = &facts->policy->index->quick[rule];
	const struct named *exe = &facts->who.exe;

	if (quick->everybody)
		return MATCH_YES;
	if (!quick->range)
		return long_who(facts, rule);
	if (exe->path_id < quick->first || exe->path_id > quick->last)
		return MATCH_NO;
	return exe->same || quick->restrictive ? MATCH_YES : MATCH_CHANGED;
}

/* Longer lists are looked up in the index. */
enum { LIST_SHORT = 32 };

static enum match destinations_match(
	struct facts *facts, const struct rule *rule, enum destination_use use)
{
	const struct rule_match *m = &facts->policy->index->rules[rule->index];
	const struct destination_refs *others = &m->others[use];
	const struct destination_list *list = rule_destinations(rule, use);
	bool inet = facts->target.class == TARGET_INET;
	size_t len = inet ? list->len : others->len;

	if (inet && len > LIST_SHORT)
		return m->any_host[use] || search_rule_names(facts, rule->index, true) ? MATCH_YES
										       : MATCH_NO;
	for (size_t i = 0; i < len; i++)
		if (destination_matches(facts->policy, inet ? &list->items[i] : others->items[i],
			    &facts->target, rule_restricts(rule)))
			return MATCH_YES;
	return MATCH_NO;
}

static enum match exec_match(struct facts *facts, const struct rule *rule)
{
	const struct rule_match *m = &facts->policy->index->rules[rule->index];

	if (!facts->request->target && !m->exec.all)
		return m->restrictive ? MATCH_YES : MATCH_NO;
	return match_or(matcher_named(&m->exec, &facts->exec, m->restrictive),
		matcher_named(&m->exec, &facts->exec_script, m->restrictive));
}

bool facts_run_interpreter(const struct facts *facts)
{
	return facts->request->kind == CALL_KIND_EXEC && facts->request->target &&
	       facts->request->target->interpreter;
}

static enum match interpreter_match(const struct facts *facts, const struct rule *rule)
{
	enum match match = MATCH_NO;

	for (size_t i = 0; i < rule->exec.len; i++) {
		if (!rule->exec.items[i].glob)
			match = match_or(
				match, pattern_named(&rule->exec.items[i], &facts->exec, false));
	}
	return match;
}

static enum match socket_match(struct facts *facts, const struct rule *rule)
{
	const struct socket_facts *socket = &facts->request->socket;

	for (size_t i = 0; i < rule->socket.len; i++) {
		const struct socket_pattern *pattern = &rule->socket.items[i];
		bool any = pattern->family == SOCKET_ANY && pattern->type == SOCKET_ANY &&
			   pattern->protocol == SOCKET_ANY;

		if (!socket->known             ? any || rule_restricts(rule)
			: rule_restricts(rule) ? socket_pattern_matches(pattern, socket)
					       : socket_pattern_grants(pattern, socket))
			return MATCH_YES;
	}
	return MATCH_NO;
}

enum match rule_what(struct facts *facts, const struct rule *rule)
{
	enum call_kind kind = facts->request->kind;

	if (!(rule->kinds & kind_bit(kind)))
		return MATCH_NO;
	if (facts_run_interpreter(facts) && !rule_restricts(rule))
		return interpreter_match(facts, rule);
	if (rule->every_kind)
		return MATCH_YES;
	switch (kind) {
	case CALL_KIND_CONNECT:
		return destinations_match(facts, rule, DESTINATION_CONNECT);
	case CALL_KIND_BIND:
		return destinations_match(facts, rule, DESTINATION_BIND);
	case CALL_KIND_EXEC:
		return exec_match(facts, rule);
	case CALL_KIND_SOCKET:
		return socket_match(facts, rule);
	default:
		return MATCH_YES;
	}
}

enum match rule_condition(struct facts *facts, const struct rule *rule, enum condition condition)
{
	const struct rule_match *m = &facts->policy->index->rules[rule->index];

	switch (condition) {
	case CONDITION_KIND:
		return rule->kinds & kind_bit(facts->request->kind) ? MATCH_YES : MATCH_NO;
	case CONDITION_EXE:
		return matcher_named(&m->exe, &facts->who.exe, m->restrictive);
	case CONDITION_SCRIPT:
		return matcher_named(&m->script, &facts->who.script, m->restrictive);
	case CONDITION_LINEAGE:
		return matcher_lineage(&m->lineage, &facts->who, m->restrictive);
	case CONDITION_UID:
		return uid_list_has(&rule->uid, facts->request->uid, m->restrictive) ? MATCH_YES
										     : MATCH_NO;
	case CONDITION_STACK:
		return module_list_has(&rule->stack, facts->request->module, m->restrictive)
			       ? MATCH_YES
			       : MATCH_NO;
	default:
		return rule_what(facts, rule);
	}
}
