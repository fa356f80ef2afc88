#include "policy/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/hash.h"
#include "policy/print.h"

enum { NAMED_MAX = 5 }; /* rules that are named; of others there is the number */

/* A rule by its canonical text. */
struct printed {
	uint64_t hash;
	const struct rule *rule;
};

static int printed_order(const void *a, const void *b)
{
	const struct printed *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int file_order(const void *a, const void *b)
{
	const struct printed *x = a, *y = b;

	return x->rule->index < y->rule->index ? -1 : x->rule->index > y->rule->index;
}

static struct printed *print_rules(const struct policy *policy)
{
	struct printed *all = calloc(policy->nrules + 1, sizeof(*all));
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	for (size_t i = 0; all && i < policy->nrules; i++) {
		sbuf_reset(&text);
		print_rule(&policy->rules[i], &text);
		all[i] = (struct printed){ hash_bytes(sbuf_text(&text), text.len),
			&policy->rules[i] };
	}
	if (all)
		qsort(all, policy->nrules, sizeof(*all), printed_order);
	return all;
}

/* Those of `these` that are not in `those`; both sorted. Returns how many, at the beginning. */
static size_t only_in(struct printed *these, size_t n, const struct printed *those, size_t m)
{
	size_t kept = 0;

	for (size_t i = 0, j = 0; i < n; i++) {
		while (j < m && those[j].hash < these[i].hash)
			j++;
		if (j < m && those[j].hash == these[i].hash)
			j++;
		else
			these[kept++] = these[i];
	}
	qsort(these, kept, sizeof(*these), file_order);
	return kept;
}

static void name_rules(const struct printed *rules, size_t n, const char *what, struct sbuf *out)
{
	cleanup_sbuf struct sbuf name = SBUF_INIT;

	if (!n)
		return;
	sbuf_fmt(out, "%s%zu rule%s %s (", out->len ? ", " : "", n, n == 1 ? "" : "s", what);
	for (size_t i = 0; i < n && i < NAMED_MAX; i++) {
		sbuf_reset(&name);
		rule_name(rules[i].rule, &name);
		sbuf_str(out, i ? ", " : "");
		escape_text(out, sbuf_text(&name), name.len);
	}
	sbuf_str(out, n > NAMED_MAX ? ", ...)" : ")");
}

static void compare_rules(const struct policy *before, const struct policy *after, struct sbuf *out)
{
	cleanup_free struct printed *olds = print_rules(before), *news = print_rules(after);
	cleanup_free struct printed *copy = NULL;
	size_t added, removed, n = before->nrules;

	copy = olds ? malloc((n + 1) * sizeof(*copy)) : NULL;
	if (!copy || !news) {
		sbuf_str(out, "too much to tell");
		return;
	}
	memcpy(copy, olds, n * sizeof(*copy));
	removed = only_in(olds, n, news, after->nrules);
	added = only_in(news, after->nrules, copy, n);
	name_rules(news, added, "added", out);
	name_rules(olds, removed, "removed", out);
}

static bool same_part(
	const struct policy *before, const struct policy *after, enum policy_part part)
{
	cleanup_sbuf struct sbuf a = SBUF_INIT, b = SBUF_INIT;

	policy_print_part(before, part, &a);
	policy_print_part(after, part, &b);
	return !a.failed && !b.failed && !strcmp(sbuf_text(&a), sbuf_text(&b));
}

static bool same_rules_in_order(const struct policy *before, const struct policy *after)
{
	return before->nrules == after->nrules && same_part(before, after, PART_RULES);
}

void policy_difference(const struct policy *before, const struct policy *after, struct sbuf *out)
{
	static const struct {
		enum policy_part part;
		const char *words;
	} parts[] = {
		{ PART_DEFAULTS, "defaults changed" },
		{ PART_BUDGETS, "budgets changed" },
		{ PART_SYSCALLS, "syscalls changed" },
		{ PART_NETWORK, "network mode changed" },
		{ PART_ENVIRONMENT, "env changed" },
	};
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (!same_rules_in_order(before, after)) {
		compare_rules(before, after, &text);
		if (!text.len)
			sbuf_str(&text, "rules in another order");
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!same_part(before, after, parts[i].part))
			sbuf_fmt(&text, "%s%s", text.len ? ", " : "", parts[i].words);
	sbuf_str(out, text.len ? sbuf_text(&text) : "nothing");
}

const char *policy_fixed_difference(const struct policy *before, const struct policy *after)
{
	if (!same_part(before, after, PART_FILES))
		return "files";
	if (!same_part(before, after, PART_LIMITS))
		return "limits";
	return same_part(before, after, PART_USER) ? NULL : "user";
}

bool policy_same_budgets(const struct policy *before, const struct policy *after)
{
	return same_part(before, after, PART_BUDGETS);
}
