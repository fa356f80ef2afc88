#include "policy/lint.h"

#include "base/cleanup.h"
#include "policy/lint/impl.h"
#include "policy/name_resolver.h"
#include "policy/network.h"

/* Both verdicts in words: what an earlier rule leaves of a later one. */
static void lint_covered(const struct lint *lint, const struct rule *rule)
{
	cleanup_sbuf struct sbuf name = SBUF_INIT;

	for (size_t i = 0; i < rule->index; i++) {
		const struct rule *earlier = policy_rule(lint->policy, i);

		if (!rule_covers(earlier, rule))
			continue;
		/* An ELF interpreter is allowed only by a rule that names it. */
		if (earlier->verdict == VERDICT_ALLOW && lint_names_interpreter(lint, rule) &&
			!lint_names_interpreter(lint, earlier))
			continue;
		rule_name(earlier, &name);
		if (earlier->verdict == rule->verdict)
			lint_report(lint, LINT_WARNING, "rule.covered", &rule->place,
				"never decides: all it matches is matched before by %s, with the "
				"same verdict; remove it",
				sbuf_text(&name));
		else
			lint_report(lint, LINT_WARNING, "rule.covered", &rule->place,
				"never decides: all it matches gets %s before, from %s; put it "
				"before that rule, or remove it",
				verdict_name(earlier->verdict), sbuf_text(&name));
		return;
	}
}

static void lint_stack(const struct lint *lint, const struct rule *rule)
{
	if (rule->stack.len)
		lint_report(lint, LINT_NOTE, "stack.hint", &rule->place,
			"a program chooses what its stack says, and can have any call look as if "
			"it were made from this module: good for finding out who calls, no "
			"boundary");
}

static void lint_names(const struct lint *lint, struct name_resolver *resolver)
{
	struct place place;
	const char *name;

	for (size_t i = 0; (name = policy_name(lint->policy, i, &place)); i++) {
		int number = name_resolver_add(resolver, name);

		if (number < 0)
			continue;
		name_resolver_refresh(resolver, (uint32_t)number);
		if (!name_resolver_knows(resolver, (uint32_t)number))
			lint_report(lint, LINT_WARNING, "name.unresolved", &place,
				"%s does not resolve, so it matches nothing: correct the name, or "
				"see whether this machine can resolve names",
				name);
	}
}

static void lint_network(const struct lint *lint)
{
	const struct network *network = policy_network(lint->policy);

	if (policy_network_ready(lint->policy, NULL) < 0)
		lint_report(lint, LINT_WARNING, "network.proxy", &network->place,
			"no proxy is known here, and enforce would not start: set http_proxy, "
			"https_proxy or all_proxy to a URL on this host, or list endpoints");
}

void policy_lint(
	const struct policy *policy, struct name_resolver *resolver, lint_fn *fn, void *ctx)
{
	const struct lint lint = {
		.policy = policy, .root = policy_root(policy), .fn = fn, .ctx = ctx
	};

	for (size_t i = 0; i < policy_rules(policy); i++) {
		const struct rule *rule = policy_rule(policy, i);

		lint_covered(&lint, rule);
		lint_programs(&lint, rule);
		lint_shells(&lint, rule);
		lint_interpreters(&lint, rule);
		lint_stack(&lint, rule);
	}
	lint_names(&lint, resolver);
	lint_network(&lint);
}
