#include "policy/model.h"

#include "policy/impl.h"
#include "policy/who.h"

size_t policy_rules(const struct policy *policy)
{
	return policy->nrules;
}

const struct rule *policy_rule(const struct policy *policy, size_t index)
{
	return &policy->rules[index];
}

bool policy_rule_ref(const struct policy *policy, size_t i, struct rule_ref *out)
{
	const struct rule *rule;

	if (i >= policy->nrules)
		return false;
	rule = &policy->rules[i];
	*out = (struct rule_ref){ rule->id, rule->place.file, rule->place.line };
	return true;
}

const struct policy_default *policy_default_of(const struct policy *policy, enum call_kind kind)
{
	return &policy->defaults[kind];
}

enum verdict policy_default_verdict(const struct policy *policy, enum call_kind kind)
{
	return policy->defaults[kind].verdict;
}

const struct root_view *policy_root(const struct policy *policy)
{
	return policy->root;
}

const char *policy_name(const struct policy *policy, size_t i, struct place *place)
{
	size_t seen = 0;

	/* A resolver shared with another policy leaves gaps. */
	for (size_t n = 0; n < policy->names.len; n++) {
		const struct policy_name *name = &policy->names.items[n];

		if (!name->text || seen++ != i)
			continue;
		*place = name->place;
		return name->text;
	}
	return NULL;
}

void rule_name(const struct rule *rule, struct sbuf *out)
{
	if (*rule->id)
		sbuf_fmt(out, "%s (%s:%d)", rule->id, rule->place.file, rule->place.line);
	else
		sbuf_fmt(out, "%s:%d", rule->place.file, rule->place.line);
}

const struct budget *policy_budgets(const struct policy *policy, size_t *len)
{
	*len = policy->nbudgets;
	return policy->budgets;
}

bool policy_budget_applies(
	const struct policy *policy, const struct budget *budget, const struct lineage *lineage)
{
	const struct program_pattern *under = &policy->unders[budget - policy->budgets];

	if (!budget->under)
		return true;
	for (; lineage; lineage = lineage->parent) {
		struct named exe = named_program(policy, lineage->program, false);
		struct named script = named_script(policy, lineage->program, false);

		/* A budget restricts: a program replaced at the same path is bound by it too. */
		if (pattern_named(under, &exe, true) == MATCH_YES ||
			pattern_named(under, &script, true) == MATCH_YES)
			return true;
	}
	return false;
}
