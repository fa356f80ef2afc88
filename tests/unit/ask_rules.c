/* Answers that stay: rules for this run, and rules saved to a file. */
#include "tests/support/policy_text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/ask/builtin.h"
#include "supervisor/ask/rules.h"
#include "supervisor/ask/save.h"

static const struct program curl = { .path = "/usr/bin/curl" };
static const struct lineage by_curl = { NULL, &curl };

/* A connect by /usr/bin/curl to a port of 192.0.2.7. */
struct call_to {
	struct sockaddr_value address;
	struct request request;
};

static const struct request *call_to(struct call_to *c, unsigned port)
{
	address_of_inet(&c->address, "192.0.2.7", port);
	c->request = (struct request){
		.by_path = true,
		.lineage = &by_curl,
		.kind = CALL_KIND_CONNECT,
		.is_connect = true,
		.destination = &c->address,
		.socket = socket_tcp4,
	};
	return &c->request;
}

static void add(struct ask_rules *rules, const char *line, const char *name, unsigned port)
{
	struct policy *policy = NULL;
	struct err *err = NULL;
	struct call_to c;

	if (ask_rules_check(line, name, 7, call_to(&c, port), &policy, &err) < 0)
		fail_msg("%s", err_text(err));
	assert_int_equal(ask_rules_add(rules, policy, NULL), 0);
}

static void expect_refused(const char *line, int number, const char *words)
{
	struct policy *policy = NULL;
	cleanup_err struct err *err = NULL;
	struct call_to c;

	assert_true(ask_rules_check(line, "f", number, call_to(&c, 443), &policy, &err) < 0);
	assert_null(policy);
	if (!strstr(err_text(err), words))
		fail_msg("\"%s\" has no \"%s\"", err_text(err), words);
}

static void a_rule_answers_what_it_matches(void **state)
{
	struct ask_rules rules;
	struct decision decision = { .verdict = VERDICT_ASK };
	struct call_to c;

	(void)state;
	ask_rules_init(&rules);
	add(&rules, "{connect: \"192.0.2.7:443\", verdict: allow}", ASK_RULES_RUN, 443);
	add(&rules, "{connect: \"192.0.2.7\", verdict: deny, errno: ENETDOWN}", "mine.yaml", 444);
	assert_true(ask_rules_decide(&rules, call_to(&c, 443), &decision));
	assert_int_equal(decision.verdict, VERDICT_ALLOW);
	assert_string_equal(decision.reason, "ask.run");
	assert_true(ask_rules_decide(&rules, call_to(&c, 80), &decision));
	assert_int_equal(decision.verdict, VERDICT_DENY);
	assert_int_equal(decision.errnum, ENETDOWN);
	assert_string_equal(decision.reason, "rule");
	assert_string_equal(decision.rule.file, "mine.yaml");
	assert_int_equal(decision.rule.line, 7);
	ask_rules_free(&rules);
}

static void what_no_rule_matches_is_left_as_it_was(void **state)
{
	struct decision decision = { .verdict = VERDICT_ASK, .reason = "default" };
	struct ask_rules rules;
	struct call_to c;

	(void)state;
	ask_rules_init(&rules);
	assert_false(ask_rules_decide(&rules, call_to(&c, 443), &decision));
	add(&rules, "{connect: \"192.0.2.7:443\", verdict: allow}", ASK_RULES_RUN, 443);
	assert_false(ask_rules_decide(&rules, call_to(&c, 80), &decision));
	assert_string_equal(decision.reason, "default");
	ask_rules_free(&rules);
}

static void the_environment_does_not_lend_a_named_program_to_other_code(void **state)
{
	struct decision decision = { .verdict = VERDICT_ASK };
	struct request exec = {
		.by_path = true,
		.lineage = &by_curl,
		.kind = CALL_KIND_EXEC,
		.target = &curl,
	};
	struct policy *policy = NULL;
	struct ask_rules rules;

	(void)state;
	ask_rules_init(&rules);
	assert_int_equal(ask_rules_check("{exec: /usr/bin/curl, verdict: allow}", ASK_RULES_RUN, 1,
				 &exec, &policy, NULL),
		0);
	assert_int_equal(ask_rules_add(&rules, policy, NULL), 0);
	add(&rules, "{exe: /usr/bin/curl, connect: \"192.0.2.7\", verdict: allow}", ASK_RULES_RUN,
		1);
	assert_true(ask_rules_decide(&rules, &exec, &decision));
	assert_int_equal(decision.verdict, VERDICT_ALLOW);
	exec.env_code = "LD_PRELOAD";
	assert_true(ask_rules_decide(&rules, &exec, &decision));
	assert_int_equal(decision.verdict, VERDICT_DENY);
	assert_string_equal(decision.reason, "env.code");
	ask_rules_free(&rules);
}

/* It would be no answer: the call stays denied, for what its environment puts into the program. */
static void a_rule_that_lends_its_program_is_refused(void **state)
{
	const struct request exec = {
		.by_path = true,
		.lineage = &by_curl,
		.kind = CALL_KIND_EXEC,
		.target = &curl,
		.env_code = "LD_PRELOAD",
	};
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	(void)state;
	assert_true(ask_rules_check("{exe: /usr/bin/curl, exec: /usr/bin/curl, verdict: allow}",
			    "f", 1, &exec, &policy, &err) < 0);
	assert_null(policy);
	assert_non_null(strstr(err_text(err), "the rule would lend its program to other code: "));
}

static void a_rule_about_a_program_that_is_not_there_says_so(void **state)
{
	(void)state;
	expect_refused("{exe: /no/such/program, connect: \"192.0.2.7\", verdict: allow}", 1,
		": /no does not exist");
}

static void a_rule_that_is_none_is_refused(void **state)
{
	(void)state;
	expect_refused("", 1, "between braces");
	expect_refused("- {verdict: allow}", 1, "between braces");
	expect_refused("{verdict: allow}\n", 1, "on one line");
	expect_refused("{verdict: allow}, {verdict: deny}", 1, "not one rule");
	expect_refused("{verdict: perhaps}", 1, "f:1:11: ");
	expect_refused("{verdict: ask}", 1, "does not answer");
	expect_refused("{connect: \"192.0.2.8\", verdict: allow}", 1, "does not answer");
	expect_refused("{exe: /usr/bin/wget, verdict: allow}", 1, "does not answer");
	expect_refused("{exec: \"*\", verdict: allow}", 1, "does not answer");
}

/* The place in what was typed: its first column is 1, whichever line of the file it is. */
static void a_fault_is_told_at_its_column(void **state)
{
	static const struct {
		const char *line, *told;
	} faults[] = {
		{ "{conect: \"192.0.2.7\", verdict: allow}", ":2: \"conect\": no such key" },
		{ "{connect: \"192.0.2.7:x\", verdict: allow}", ":11: \"192.0.2.7:x\": \"x\": " },
		{ "{connect: \"192.0.2.7\" verdict: allow}", ":23: this is not YAML: " },
		{ "{connect: {a: b}", ":17: this is not YAML: " },
		{ "{verdict: \"allow}", ":12: this is not YAML: " },
		{ "{verdict: *allow}", ":12: a text that begins with * must be in quotes" },
		{ "{verdict: \001}", ":11: a control character" },
		{ "{}", ":1: this rule has no verdict" },
		{ "{: allow}", ":1: \"\": no such key" },
		{ "{exe: /no/such/program, verdict: allow}", ":7: /no does not exist" },
		{ "{verdict: allow, verdict: deny}", ":18: \"verdict\": this key is already " },
	};
	char place[128];

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (int number = 1; number <= 3; number++) {
			snprintf(place, sizeof(place), "f:%d%s", number, faults[i].told);
			expect_refused(faults[i].line, number, place);
		}
	}
}

static const char *path_of(char *buf, const char *dir)
{
	sprintf(buf, "%s/saved.yaml", dir);
	return buf;
}

static int make_dir(void **state)
{
	static char dir[64];

	strcpy(dir, "/tmp/ask_rules.XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int remove_dir(void **state)
{
	char path[128];

	unlink(path_of(path, *state));
	return rmdir(*state);
}

static void read_file(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int save(const char *path, const char *line, int *number, struct err **err)
{
	cleanup_sbuf struct sbuf written = SBUF_INIT;

	return ask_save_add(path, line, number, &written, err);
}

static void a_file_is_made_and_grows_by_a_line_a_rule(void **state)
{
	char path[128], text[4096];
	cleanup_sbuf struct sbuf header = SBUF_INIT;
	struct policy *policy = NULL;
	size_t rules;
	int first, second;

	path_of(path, *state);
	ask_builtin_header(NULL, &header);
	assert_int_equal(ask_save_open(path, sbuf_text(&header), &policy, NULL), 0);
	rules = policy_rules(policy);
	policy_free(policy);
	assert_int_equal(save(path, "{spawn: true, verdict: allow}", &first, NULL), 0);
	assert_int_equal(save(path, "{socket: inet, verdict: deny}", &second, NULL), 0);
	assert_int_equal(second, first + 1);
	read_file(path, text, sizeof(text));
	assert_non_null(strstr(
		text, "\n  - {spawn: true, verdict: allow}\n  - {socket: inet, verdict: deny}\n"));
	assert_int_equal(ask_save_open(path, "not used", &policy, NULL), 0);
	assert_int_equal(policy_rules(policy), rules + 2);
	policy_free(policy);
}

/* However the file is laid out, the rule is its last, or the file stays as it was. */
static void the_layout_of_the_file_is_kept(void **state)
{
	static const struct {
		const char *before, *after; /* NULL: refused */
	} files[] = {
		{ "version: 1\ndefault: deny\nrules:\n- verdict: ask\n",
			"version: 1\ndefault: deny\nrules:\n- verdict: ask\n- {verdict: deny}\n" },
		{ "version: 1\ndefault: deny\nrules:\n    - verdict: ask",
			"version: 1\ndefault: deny\nrules:\n    - verdict: ask\n    - {verdict: "
			"deny}\n" },
		{ "version: 1\ndefault: deny\n",
			"version: 1\ndefault: deny\nrules:\n  - {verdict: deny}\n" },
		{ "version: 1\ndefault: deny\nrules:\n",
			"version: 1\ndefault: deny\nrules:\n  - {verdict: deny}\n" },
		{ "version: 1\nrules: [{verdict: ask}]\ndefault: deny\n", NULL },
		{ "version: 1\nrules:\n  - verdict: ask\ndefault: deny\n", NULL },
		{ "version: 2\n", NULL },
	};
	char path[128], text[4096];
	int number;

	path_of(path, *state);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int rc;

		write_file(path, files[i].before);
		rc = save(path, "{verdict: deny}", &number, NULL);
		assert_int_equal(rc, files[i].after ? 0 : -1);
		read_file(path, text, sizeof(text));
		assert_string_equal(text, files[i].after ? files[i].after : files[i].before);
	}
}

static void a_rule_cannot_reach_beyond_its_line(void **state)
{
	static const char before[] = "version: 1\ndefault: deny\nrules:\n  - verdict: ask\n";
	char path[128], text[4096];
	int number;

	path_of(path, *state);
	write_file(path, before);
	assert_int_equal(
		save(path, "{verdict: deny}], budgets: [{processes: 1}", &number, NULL), -1);
	read_file(path, text, sizeof(text));
	assert_string_equal(text, before);
}

static void what_is_no_file_is_refused_and_says_why(void **state)
{
	cleanup_err struct err *err = NULL;
	struct policy *policy = NULL;

	(void)state;
	assert_true(ask_save_open("/dev/null", "version: 1\n", &policy, &err) < 0);
	assert_non_null(strstr(err_text(err), "not a regular file"));
	assert_true(ask_save_open("/nowhere/x", "version: 1\n", &policy, &err) < 0);
	assert_non_null(strstr(err_text(err), "/nowhere/x"));
}

/* False when something else was wrong than that the others had the file all the time. */
static bool save_in_turn(const char *path)
{
	int number;

	for (;;) {
		cleanup_err struct err *err = NULL;

		if (save(path, "{verdict: deny}", &number, &err) == 0)
			return true;
		if (!strstr(err_text(err), "has it locked"))
			return false;
	}
}

/* What went wrong is for the thread that may fail the test. */
static void *add_fifty(void *path)
{
	for (int i = 0; i < 50; i++)
		if (!save_in_turn(path))
			return path;
	return NULL;
}

static void several_may_save_at_once(void **state)
{
	pthread_t threads[4];
	struct policy *policy = NULL;
	char path[128];

	path_of(path, *state);
	write_file(path, "version: 1\ndefault: deny\nrules:\n");
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, add_fifty, path), 0);
	for (size_t i = 0; i < 4; i++) {
		void *failed;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(ask_save_open(path, "", &policy, NULL), 0);
	assert_int_equal(policy_rules(policy), 200);
	policy_free(policy);
}

static void the_header_goes_with_the_policy_of_the_run(void **state)
{
	cleanup_sbuf struct sbuf header = SBUF_INIT;
	struct policy *policy =
		policy_of("version: 1\ndefault: {connect: ask, exec: allow}\n", NULL);
	struct policy *alone;

	(void)state;
	ask_builtin_header(policy, &header);
	alone = policy_of(sbuf_text(&header), NULL);
	for (int kind = CALL_KIND_CONNECT; kind <= CALL_KIND_SOCKET; kind++)
		assert_int_equal(policy_default_verdict(alone, (enum call_kind)kind),
			policy_default_verdict(policy, (enum call_kind)kind));
	policy_free(alone);
	policy_free(policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_answers_what_it_matches),
		cmocka_unit_test(what_no_rule_matches_is_left_as_it_was),
		cmocka_unit_test(the_environment_does_not_lend_a_named_program_to_other_code),
		cmocka_unit_test(a_rule_that_lends_its_program_is_refused),
		cmocka_unit_test(a_rule_about_a_program_that_is_not_there_says_so),
		cmocka_unit_test(a_fault_is_told_at_its_column),
		cmocka_unit_test(a_rule_that_is_none_is_refused),
		cmocka_unit_test_setup_teardown(
			a_file_is_made_and_grows_by_a_line_a_rule, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
			the_layout_of_the_file_is_kept, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
			a_rule_cannot_reach_beyond_its_line, make_dir, remove_dir),
		cmocka_unit_test(what_is_no_file_is_refused_and_says_why),
		cmocka_unit_test_setup_teardown(several_may_save_at_once, make_dir, remove_dir),
		cmocka_unit_test(the_header_goes_with_the_policy_of_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
