#include "policy/index.h"
#include "policy/search.h"

bool policy_uses_names(const struct policy *policy)
{
	return policy->index->nname_refs != 0;
}

static bool is_wanted(struct facts *facts, const struct name_ref *ref)
{
	const struct rule *rule = &facts->policy->rules[ref->rule];
	const struct destination *d = ref->destination;

	return transport_matches(d->protocols, d->ports, &facts->target, rule_restricts(rule)) &&
	       name_resolver_is_stale(facts->policy->resolver, d->name.number) &&
	       rule_who(facts, ref->rule) != MATCH_NO;
}

/* Names that could change the decision: those of rules before the one that decides now. */
static bool each_wanted(const struct policy *policy, const struct request *request, bool refresh)
{
	const struct index *index = policy->index;
	enum destination_use use;
	struct facts facts;
	struct found found;

	if (!policy_uses_names(policy) ||
		(request->kind != CALL_KIND_CONNECT && request->kind != CALL_KIND_BIND))
		return false;
	use = request->kind == CALL_KIND_CONNECT ? DESTINATION_CONNECT : DESTINATION_BIND;
	facts_of(policy, request, &facts);
	if (facts.target.class != TARGET_INET)
		return false;
	search_first(&facts, &found);
	for (size_t i = 0; i < index->nname_refs; i++) {
		const struct name_ref *ref = &index->name_refs[i];

		if (ref->rule >= found.rule)
			break;
		if (ref->use != use || !is_wanted(&facts, ref))
			continue;
		if (!refresh)
			return true;
		name_resolver_refresh(policy->resolver, ref->destination->name.number);
	}
	return false;
}

void policy_refresh_names(const struct policy *policy, const struct request *request)
{
	each_wanted(policy, request, true);
}

bool policy_wants_names(const struct policy *policy, const struct request *request)
{
	return each_wanted(policy, request, false);
}
