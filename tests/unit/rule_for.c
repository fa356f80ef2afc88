/* The rule that a report proposes for a denied call, and when there is none. */
#include "tests/support/policy_text.h"

#include <errno.h>

#include "base/cleanup.h"
#include "report/denials.h"
#include "report/rule_for.h"
#include "tests/support/made_event.h"

/* The rule is this text, and a policy takes it. */
static void expect_rule(const struct made_event *m, const char *expected)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT, text = SBUF_INIT;

	assert_null(rule_for(&m->event.call, m->event.task.lineage, &rule));
	assert_string_equal(sbuf_text(&rule), expected);
	sbuf_fmt(&text, "version: 1\ndefault: deny\nrules:\n%s", sbuf_text(&rule));
	policy_free(policy_of(sbuf_text(&text), NULL));
}

static void expect_no_rule(const struct made_event *m, const char *word)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT;
	const char *why = rule_for(&m->event.call, m->event.task.lineage, &rule);

	assert_non_null(why);
	assert_non_null(strstr(why, word));
	assert_int_equal(rule.len, 0);
}

static void a_connect_has_its_program_and_destination(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    connect: [\"tcp:169.254.169.254:80\"]\n"
			"    verdict: allow\n");
}

static void a_script_is_part_of_who_it_was(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	m.program.script = "/usr/bin/npm";
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    script: \"/usr/bin/npm\"\n"
			"    connect: [\"tcp:169.254.169.254:80\"]\n"
			"    verdict: allow\n");
}

static void a_rule_that_denied_is_named_for_the_new_one_comes_before_it(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "no\nmetadata");
	expect_rule(&m, "  # before no\\nmetadata, ci.yaml:21\n"
			"  - exe: \"/usr/bin/node\"\n"
			"    connect: [\"tcp:169.254.169.254:80\"]\n"
			"    verdict: allow\n");
}

static void an_exec_has_what_would_run(void **state)
{
	cleanup_made struct made_event m;
	struct program target = { .path = "/usr/bin/dash" };

	(void)state;
	made_exec(&m, "/bin/sh", (const char *const[]){ "sh", NULL }, NULL, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    exec: \"/bin/sh\"\n"
			"    verdict: allow\n");
	m.event.call.target = &target;
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    exec: \"/usr/bin/dash\"\n"
			"    verdict: allow\n");
	target.script = "/usr/bin/x.sh";
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    exec: \"/usr/bin/x.sh\"\n"
			"    verdict: allow\n");
	target.nameless = true;
	expect_no_rule(&m, "cannot be named");
}

static void a_path_that_is_relative_names_nothing(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "./sh", (const char *const[]){ "sh", NULL }, NULL, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	expect_no_rule(&m, "cannot be named");
}

static void a_spawn_and_a_socket_have_theirs(void **state)
{
	cleanup_made struct made_event spawn, socket;

	(void)state;
	made_spawn(&spawn, 0, 0, false);
	made_decision(&spawn, VERDICT_DENY, EAGAIN, "");
	expect_rule(&spawn, "  - exe: \"/usr/bin/node\"\n    spawn: true\n    verdict: allow\n");
	made_call_init(&socket);
	DECODE(&socket.decoded, SYS_socket, AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	made_decision(&socket, VERDICT_DENY, EACCES, "");
	expect_rule(&socket,
		"  - exe: \"/usr/bin/node\"\n    socket: \"inet6/dgram\"\n    verdict: allow\n");
}

static void what_a_person_denied_a_rule_would_allow(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	m.decision.reason = "ask.denied";
	expect_rule(&m, "  - exe: \"/usr/bin/node\"\n"
			"    connect: [\"tcp:169.254.169.254:80\"]\n"
			"    verdict: allow\n");
}

static void what_no_default_allows_a_rule_would(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_call_init(&m);
	DECODE(&m.decoded, SYS_socket, AF_PACKET, SOCK_RAW, 0);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	m.decision.reason = "network.family";
	expect_rule(&m,
		"  - exe: \"/usr/bin/node\"\n    socket: \"packet/raw\"\n    verdict: allow\n");
}

static void what_no_rule_denied_no_rule_allows(void **state)
{
	static const struct {
		const char *reason, *word;
	} cases[] = {
		{ "budget.processes", "larger budget" },
		{ "identity.changed", "load the policy again" },
		{ "network.restricted", "`network`" },
		{ "env.code", "`env: {keep" },
		{ "syscall.denied", "syscalls" },
		{ "unreadable", "no rule" },
		{ "what a later version says", "no rule" },
	};
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m.decision.reason = cases[i].reason;
		expect_no_rule(&m, cases[i].word);
	}
	m.decision.reason = "default";
	m.program.nameless = true;
	expect_no_rule(&m, "no path");
}

static void add(struct denials *denials, const char *address, enum verdict verdict, bool audit)
{
	cleanup_made struct made_event m;

	made_connect(&m, address, 80, -EACCES);
	made_decision(&m, verdict, EACCES, "");
	if (audit) {
		m.event.call.decision = NULL;
		m.event.call.would = &m.decision;
	}
	denials_add(denials, &m.event);
}

static void denials_of_one_kind_stand_once_the_gravest_first(void **state)
{
	struct strings strings;
	struct denials denials;
	const struct denial **sorted;
	size_t len;

	(void)state;
	strings_init(&strings, 1 << 20);
	denials_init(&denials, &strings);
	add(&denials, "192.0.2.1", VERDICT_DENY, true);
	for (int i = 0; i < 3; i++)
		add(&denials, "192.0.2.2", VERDICT_DENY, false);
	add(&denials, "192.0.2.3", VERDICT_KILL, false);
	add(&denials, "192.0.2.4", VERDICT_ALLOW, false);
	assert_int_equal(denials.total, 5);
	sorted = denials_sorted(&denials, &len);
	assert_int_equal(len, 3);
	assert_string_equal(sorted[0]->what, "tcp 192.0.2.3:80");
	assert_int_equal(sorted[0]->outcome, OUTCOME_KILL);
	assert_string_equal(sorted[1]->what, "tcp 192.0.2.2:80");
	assert_int_equal(sorted[1]->count, 3);
	assert_int_equal(sorted[2]->outcome, OUTCOME_WOULD);
	free(sorted);
	denials_free(&denials);
	strings_free(&strings);
}

static void denials_there_is_no_room_for_are_counted(void **state)
{
	struct strings strings;
	struct denials denials;
	char address[32];
	size_t len;

	(void)state;
	strings_init(&strings, 1 << 24);
	denials_init(&denials, &strings);
	for (int i = 0; i < DENIALS_MAX + 10; i++) {
		snprintf(address, sizeof(address), "10.0.%d.%d", i / 250, i % 250);
		add(&denials, address, VERDICT_DENY, false);
	}
	assert_int_equal(denials.total, DENIALS_MAX + 10);
	assert_int_equal(denials.others, 10);
	free(denials_sorted(&denials, &len));
	assert_int_equal(len, DENIALS_MAX);
	denials_free(&denials);
	strings_free(&strings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connect_has_its_program_and_destination),
		cmocka_unit_test(a_script_is_part_of_who_it_was),
		cmocka_unit_test(a_rule_that_denied_is_named_for_the_new_one_comes_before_it),
		cmocka_unit_test(an_exec_has_what_would_run),
		cmocka_unit_test(a_path_that_is_relative_names_nothing),
		cmocka_unit_test(a_spawn_and_a_socket_have_theirs),
		cmocka_unit_test(what_a_person_denied_a_rule_would_allow),
		cmocka_unit_test(what_no_default_allows_a_rule_would),
		cmocka_unit_test(what_no_rule_denied_no_rule_allows),
		cmocka_unit_test(denials_of_one_kind_stand_once_the_gravest_first),
		cmocka_unit_test(denials_there_is_no_room_for_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
