#include "policy/model.h"

bool policy_uses_uid(const struct policy *policy)
{
	for (size_t i = 0; i < policy_rules(policy); i++) {
		if (policy_rule(policy, i)->uid.len)
			return true;
	}
	return false;
}

bool policy_uses_stack(const struct policy *policy)
{
	for (size_t i = 0; i < policy_rules(policy); i++) {
		if (policy_rule(policy, i)->stack.len)
			return true;
	}
	return false;
}
