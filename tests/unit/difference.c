/* What is said of two policies that are not the same. */
#include "tests/support/policy_text.h"

#include "base/cleanup.h"
#include "policy/difference.h"

#define ALLOW "version: 1\ndefault: allow\n"
#define TWO                                                                                        \
	ALLOW "rules:\n  - {id: a, connect: 10.0.0.1, verdict: deny}\n"                            \
	      "  - {id: b, connect: 10.0.0.2, verdict: deny}\n"

static const struct policy_env env = { .root = &nowhere, .cwd = "/work" };

static void expect(const char *before, const char *after, const char *words)
{
	struct policy *a = policy_of(before, &env), *b = policy_of(after, &env);
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	policy_difference(a, b, &text);
	assert_string_equal(sbuf_text(&text), words);
	policy_free(a);
	policy_free(b);
}

static void rules_are_named(void **state)
{
	(void)state;
	expect(TWO, TWO, "nothing");
	expect(TWO, "# a comment moves nothing\n" TWO, "nothing");
	expect(ALLOW, TWO, "2 rules added (a (p.yaml:4), b (p.yaml:5))");
	expect(TWO, ALLOW, "2 rules removed (a (p.yaml:4), b (p.yaml:5))");
	expect(TWO,
		ALLOW "rules:\n  - {id: a, connect: 10.0.0.9, verdict: deny}\n"
		      "  - {id: b, connect: 10.0.0.2, verdict: deny}\n",
		"1 rule added (a (p.yaml:4)), 1 rule removed (a (p.yaml:4))");
	expect(TWO,
		ALLOW "rules:\n  - {id: b, connect: 10.0.0.2, verdict: deny}\n"
		      "  - {id: a, connect: 10.0.0.1, verdict: deny}\n",
		"rules in another order");
}

static void the_same_rule_twice_is_two(void **state)
{
	static const char once[] = ALLOW "rules:\n  - {spawn: true, verdict: deny}\n";
	static const char twice[] = ALLOW "rules:\n  - {spawn: true, verdict: deny}\n"
					  "  - {spawn: true, verdict: deny}\n";

	(void)state;
	expect(once, twice, "1 rule added (p.yaml:5)");
	expect(twice, once, "1 rule removed (p.yaml:5)");
}

static void the_rest_is_named_by_its_key(void **state)
{
	(void)state;
	expect(ALLOW, "version: 1\ndefault: deny\n", "defaults changed");
	expect(ALLOW, ALLOW "budgets: [{spawns: 5}]\nsyscalls: {deny: kill}\nnetwork: restricted\n",
		"budgets changed, syscalls changed, network mode changed");
}

static void what_holds_from_the_start(void **state)
{
	static const struct {
		const char *after, *name;
	} rows[] = {
		{ ALLOW, NULL },
		{ TWO, NULL },
		{ ALLOW "files: {write: /x}\n", "files" },
		{ ALLOW "limits: {core: 0}\n", "limits" },
		{ ALLOW "user: 5\n", "user" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *a = policy_of(ALLOW, &env), *b = policy_of(rows[i].after, &env);
		const char *name = policy_fixed_difference(a, b);

		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
		else
			assert_null(name);
		policy_free(a);
		policy_free(b);
	}
}

static void files_and_words(void **state)
{
	struct policy *p = policy_of(ALLOW "on-error: close\n", &env);
	struct policy *q = policy_of(ALLOW, &env);

	(void)state;
	assert_true(policy_closes_on_error(p, false));
	assert_true(policy_closes_on_error(q, true));
	assert_false(policy_closes_on_error(q, false));
	assert_true(policy_same_budgets(p, q));
	policy_free(p);
	policy_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_named),
		cmocka_unit_test(the_same_rule_twice_is_two),
		cmocka_unit_test(the_rest_is_named_by_its_key),
		cmocka_unit_test(what_holds_from_the_start),
		cmocka_unit_test(files_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
