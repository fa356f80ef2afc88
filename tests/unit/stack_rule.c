/* Rules about the module a call is made from: stack: {module: M}. */
#include "tests/support/policy_text.h"

#include "policy/lint.h"
#include "policy/model.h"

#define HEAD "version: 1\ndefault: deny\n"

/* May the module spawn? NULL: it is not known. */
static void expect(const struct policy *policy, const char *module, enum verdict verdict)
{
	const struct request request = { .kind = CALL_KIND_SPAWN, .module = module };
	struct decision got;

	policy_decide(policy, &request, &got);
	assert_string_equal(verdict_name(got.verdict), verdict_name(verdict));
}

static void a_name_is_of_the_file_wherever_it_is(void **state)
{
	struct policy *policy = policy_of(
		HEAD "rules: [{stack: {module: 'libcurl*.so*'}, verdict: allow}]\n", NULL);

	(void)state;
	expect(policy, "/usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0", VERDICT_ALLOW);
	expect(policy, "/libcurl-gnutls.so.4", VERDICT_ALLOW);
	expect(policy, "libcurl.so", VERDICT_ALLOW);
	expect(policy, "/usr/lib/libcurl.so.d/libevil.so", VERDICT_DENY);
	expect(policy, "/usr/bin/curl", VERDICT_DENY);
	policy_free(policy);
}

static void a_path_is_the_whole_path(void **state)
{
	struct policy *policy = policy_of(HEAD
		"rules: [{stack: {module: [/usr/bin/curl, '/opt/**/*.so']}, verdict: allow}]\n",
		NULL);

	(void)state;
	expect(policy, "/usr/bin/curl", VERDICT_ALLOW);
	expect(policy, "/home/me/usr/bin/curl", VERDICT_DENY);
	expect(policy, "/opt/a/b.so", VERDICT_ALLOW);
	expect(policy, "/tmp/opt/a/b.so", VERDICT_DENY);
	policy_free(policy);
}

static void what_is_not_known_is_decided_against_the_call(void **state)
{
	struct policy *allowing =
		policy_of(HEAD "rules: [{stack: {module: '*'}, verdict: allow}]\n", NULL);
	struct policy *denying = policy_of("version: 1\ndefault: allow\n"
					   "rules: [{stack: {module: libx.so}, verdict: deny}]\n",
		NULL);

	(void)state;
	expect(allowing, "/lib/libx.so", VERDICT_ALLOW);
	expect(allowing, NULL, VERDICT_DENY);
	expect(denying, "/lib/libx.so", VERDICT_DENY);
	expect(denying, "/lib/liby.so", VERDICT_ALLOW);
	expect(denying, NULL, VERDICT_DENY);
	policy_free(allowing);
	policy_free(denying);
}

static void the_stack_is_asked_for_by_such_rules_only(void **state)
{
	struct policy *with =
		policy_of(HEAD "rules: [{stack: {module: a}, verdict: allow}]\n", NULL);
	struct policy *without = policy_of(HEAD "rules: [{exe: /a, verdict: allow}]\n", NULL);

	(void)state;
	assert_true(policy_uses_stack(with));
	assert_false(policy_uses_stack(without));
	policy_free(with);
	policy_free(without);
}

static void printed_it_is_the_same_rule(void **state)
{
	struct policy *policy = policy_of(
		HEAD "rules: [{stack: {module: ['a*', /b]}, spawn: true, verdict: allow}]\n", NULL);
	struct sbuf text = SBUF_INIT;
	struct policy *again;

	(void)state;
	policy_print(policy, &text);
	assert_non_null(strstr(sbuf_text(&text), "    stack:\n"
						 "      module:\n"
						 "        - \"a*\"\n"
						 "        - \"/b\"\n"));
	again = policy_of(sbuf_text(&text), NULL);
	expect(again, "/x/ab", VERDICT_ALLOW);
	expect(again, "/b", VERDICT_ALLOW);
	expect(again, "/a/b", VERDICT_DENY);
	policy_free(policy);
	policy_free(again);
	sbuf_free(&text);
}

static bool covers(const char *earlier, const char *later)
{
	struct sbuf text = SBUF_INIT;
	struct policy *policy;
	bool covered;

	sbuf_fmt(&text, HEAD "rules: [{%s verdict: deny}, {%s verdict: deny}]\n", earlier, later);
	policy = policy_of(sbuf_text(&text), NULL);
	covered = rule_covers(policy_rule(policy, 0), policy_rule(policy, 1));
	policy_free(policy);
	sbuf_free(&text);
	return covered;
}

static void a_wider_rule_covers_a_narrower(void **state)
{
	(void)state;
	assert_true(covers("", "stack: {module: a},"));
	assert_false(covers("stack: {module: a},", ""));
	assert_true(covers("stack: {module: 'lib*'},", "stack: {module: [liba.so, libb.so]},"));
	assert_false(covers("stack: {module: 'lib*'},", "stack: {module: [liba.so, curl]},"));
	assert_false(covers("stack: {module: 'lib*'},", "stack: {module: /lib/liba.so},"));
}

static void count_hints(void *ctx, const struct lint_finding *finding)
{
	if (strcmp(finding->code, "stack.hint") != 0)
		return;
	assert_int_equal(finding->level, LINT_NOTE);
	assert_non_null(strstr(finding->text, "no boundary"));
	++*(int *)ctx;
}

static void check_says_that_it_is_a_hint(void **state)
{
	struct policy *policy = policy_of(HEAD "rules: [{stack: {module: a}, verdict: allow},"
					       " {exe: /a, verdict: allow}]\n",
		NULL);
	int hints = 0;

	(void)state;
	policy_lint(policy, NULL, count_hints, &hints);
	assert_int_equal(hints, 1);
	policy_free(policy);
}

static bool keep_reason(void *ctx, const struct rule_ref *rule, bool matches, const char *because)
{
	(void)rule;
	assert_false(matches);
	snprintf(ctx, 256, "%s", because);
	return true;
}

static void explain_says_from_where_it_was(void **state)
{
	struct policy *policy =
		policy_of(HEAD "rules: [{stack: {module: [a, b]}, verdict: allow}]\n", NULL);
	struct request request = { .kind = CALL_KIND_SPAWN, .module = "/lib/c\n.so" };
	char reason[256];

	(void)state;
	policy_explain(policy, &request, keep_reason, reason);
	assert_string_equal(reason, "the call is made from /lib/c\\n.so, not a, b");
	request.module = NULL;
	policy_explain(policy, &request, keep_reason, reason);
	assert_string_equal(reason, "the call is made from a module that is not known, not a, b");
	policy_free(policy);
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *stack, *message;
	} rows[] = {
		{ "libcurl", "p.yaml:3:17: expected {module: M}" },
		{ "{}", "p.yaml:3:17: expected {module: M}" },
		{ "{modul: a}", "p.yaml:3:17: expected {module: M}" },
		{ "{module: a, symbol: b}", "no such key in a stack" },
		{ "{module: []}", "an empty list matches nothing" },
		{ "{module: ''}", "nothing here" },
		{ "{module: 'a['}", "'[' is never closed" },
		{ "{module: lib/x.so}", "not an absolute path" },
	};
	const struct policy_env env = { .root = &nowhere };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy *policy = NULL;
		struct err *err = NULL;
		char text[256];

		snprintf(text, sizeof(text), HEAD "rules: [{stack: %s, verdict: deny}]\n",
			rows[i].stack);
		assert_true(
			policy_load_text(text, strlen(text), "p.yaml", &env, &policy, &err) < 0);
		if (!strstr(err_text(err), rows[i].message))
			fail_msg("%s", err_text(err));
		err_free(&err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_of_the_file_wherever_it_is),
		cmocka_unit_test(a_path_is_the_whole_path),
		cmocka_unit_test(what_is_not_known_is_decided_against_the_call),
		cmocka_unit_test(the_stack_is_asked_for_by_such_rules_only),
		cmocka_unit_test(printed_it_is_the_same_rule),
		cmocka_unit_test(a_wider_rule_covers_a_narrower),
		cmocka_unit_test(check_says_that_it_is_a_hint),
		cmocka_unit_test(explain_says_from_where_it_was),
		cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
