/* The lines of the log, against what docs/log.md and design say of their fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>

#include "report/jsonl_event.h"
#include "report/summary.h"
#include "tests/support/made_event.h"

/* The event's line, read back. */
static json_t *record_of(const struct made_event *m)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;
	json_t *record;

	assert_true(jsonl_event(&m->event, &line));
	record = json_loadb(line.data, line.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(record);
	return record;
}

/* Every member of `expected` must be in the event's record as it is there. */
static void expect_members(const struct made_event *m, const char *expected)
{
	json_t *record = record_of(m), *members = json_loads(expected, 0, NULL), *value;
	const char *key;

	assert_non_null(members);
	json_object_foreach(members, key, value)
	{
		if (!json_equal(json_object_get(record, key), value))
			fail_msg("%s in %s", key, json_dumps(record, 0));
	}
	json_decref(members);
	json_decref(record);
}

static void expect_no_member(const struct made_event *m, const char *key)
{
	json_t *record = record_of(m);

	assert_null(json_object_get(record, key));
	json_decref(record);
}

static void every_line_begins_alike(void **state)
{
	cleanup_sbuf struct sbuf line = SBUF_INIT;
	cleanup_made struct made_event m;
	static const char beginning[] =
		"{\"v\":1,\"type\":\"exit\",\"seq\":17,\"time\":\"2026-01-02T03:04:05.678901234Z\","
		"\"mono_ns\":391000000,\"pid\":4131,\"tid\":4131,\"comm\":\"node\",\"exe\":\"/usr/"
		"bin/node\",\"lineage\":[\"/usr/bin/node\"],";

	(void)state;
	made_exit(&m, 0);
	m.event.seq = 17;
	assert_true(jsonl_event(&m.event, &line));
	assert_true(line.len > strlen(beginning));
	assert_memory_equal(line.data, beginning, strlen(beginning));
}

static void a_call_has_its_arguments_and_its_result(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 80, 0);
	expect_members(&m,
		"{\"type\":\"call\",\"abi\":\"x86_64\",\"call\":\"connect\",\"nr\":42,\"kind\":"
		"\"connect\",\"mode\":\"trace\",\"verdict\":\"allow\",\"result\":0,"
		"\"duration_ns\":18400,\"args\":{\"fd\":21,\"family\":\"inet\",\"address\":"
		"\"127.0.0.1\",\"port\":80,\"type\":\"stream\",\"protocol\":\"tcp\"}}");
	expect_no_member(&m, "error");
	expect_no_member(&m, "reason");
	expect_no_member(&m, "would");
}

static void an_error_has_its_name_beside_the_number(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 80, -ECONNREFUSED);
	expect_members(&m, "{\"result\":-111,\"error\":\"ECONNREFUSED\",\"verdict\":\"allow\"}");
	expect_no_member(&m, "errno");
}

static void a_result_nobody_saw_is_null(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 80, 0);
	m.result.known = false;
	expect_members(&m, "{\"result\":null}");
	expect_no_member(&m, "duration_ns");
}

static void a_denial_has_errno_rule_reason_and_why(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EHOSTUNREACH);
	made_decision(&m, VERDICT_DENY, EHOSTUNREACH, "no-metadata");
	m.decision.why = "credentials are served there";
	m.event.mode = MODE_ENFORCE;
	m.event.call.advice = "none";
	expect_members(&m,
		"{\"mode\":\"enforce\",\"verdict\":\"deny\",\"errno\":\"EHOSTUNREACH\",\"rule\":"
		"{\"id\":\"no-metadata\",\"file\":\"ci.yaml\",\"line\":21},\"reason\":\"rule\","
		"\"why\":\"credentials are served there\",\"advice\":\"none\"}");
}

static void a_default_has_a_line_and_no_id(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "10.0.0.1", 80, 0);
	made_decision(&m, VERDICT_ALLOW, 0, "");
	expect_members(&m, "{\"verdict\":\"allow\",\"rule\":{\"file\":\"ci.yaml\",\"line\":21},"
			   "\"reason\":\"default\"}");
	expect_no_member(&m, "errno");
	m.decision.rule.file = NULL;
	expect_no_member(&m, "rule");
}

static void an_audit_allows_and_says_what_would_have_been(void **state)
{
	static const struct decision allow = { .verdict = VERDICT_ALLOW };
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "10.0.0.1", 80, 0);
	made_decision(&m, VERDICT_DENY, EACCES, "r");
	m.event.call.would = &m.decision;
	m.event.call.decision = &allow;
	m.event.mode = MODE_AUDIT;
	expect_members(&m,
		"{\"mode\":\"audit\",\"verdict\":\"allow\",\"would\":\"deny\",\"errno\":\"EACCES\","
		"\"reason\":\"rule\",\"result\":0}");
}

static void an_exec_says_what_runs_now_and_a_spawn_whom_it_made(void **state)
{
	static const char *const argv[] = { "npm", "\xff", NULL };
	static const struct program node = { .path = "/usr/bin/node", .script = "/usr/bin/npm" };
	struct made_event m;

	(void)state;
	made_exec(&m, "/usr/bin/npm", argv, &node, 0);
	expect_members(&m,
		"{\"kind\":\"exec\",\"program\":\"/usr/bin/node\",\"program_script\":"
		"\"/usr/bin/npm\",\"args\":{\"path\":\"/usr/bin/npm\",\"argv\":[\"npm\","
		"{\"base64\":\"/w==\"}],\"envp\":null,\"envp_status\":\"null\",\"envp_count\":0}}");
	expect_no_member(&m, "child");
	made_free(&m);
	made_spawn(&m, 0, 4132, false);
	expect_members(&m,
		"{\"kind\":\"spawn\",\"call\":\"fork\",\"child\":4132,\"child_is_thread\":false}");
	expect_no_member(&m, "program");
	made_free(&m);
}

static void a_lineage_is_newest_first_and_bounded(void **state)
{
	static struct lineage chain[300];
	static const struct program sh = { .path = "/bin/sh" };
	cleanup_made struct made_event m;
	json_t *record;

	(void)state;
	made_exit(&m, 0);
	for (size_t i = 0; i < 300; i++)
		chain[i] = (struct lineage){ i ? &chain[i - 1] : NULL, &sh };
	m.lineage.parent = &chain[299];
	record = record_of(&m);
	assert_int_equal(json_array_size(json_object_get(record, "lineage")), 256);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(record, "lineage"), 0)),
		"/usr/bin/node");
	assert_int_equal(json_integer_value(json_object_get(record, "lineage_left_out")), 45);
	json_decref(record);
}

static void before_its_first_exec_a_task_has_no_program(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exit(&m, 0);
	m.event.task.lineage = NULL;
	expect_members(&m, "{\"lineage\":[]}");
	expect_no_member(&m, "exe");
}

static void names_that_are_not_utf8_are_base64(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exit(&m, 0);
	m.program.path = "/\xff";
	m.program.script = "/\xc3\xa9";
	m.event.task.comm = "\xfe";
	expect_members(&m, "{\"exe\":{\"base64\":\"L/8=\"},\"script\":\"/"
			   "\\u00e9\",\"comm\":{\"base64\":\"/g==\"},"
			   "\"lineage\":[{\"base64\":\"L/8=\"}]}");
}

static void an_exit_has_a_status_or_a_signal(void **state)
{
	struct made_event m;

	(void)state;
	made_exit(&m, W_EXITCODE(3, 0));
	expect_members(&m, "{\"exit_code\":3,\"thread\":false,\"lifetime_ns\":1234000000}");
	expect_no_member(&m, "signal");
	made_free(&m);
	made_exit(&m, W_EXITCODE(0, SIGSEGV) | WCOREFLAG);
	expect_members(&m, "{\"signal\":\"SIGSEGV\",\"core_dumped\":true}");
	expect_no_member(&m, "exit_code");
	made_free(&m);
	made_exit(&m, W_EXITCODE(0, SIGRTMIN + 3));
	expect_members(&m, "{\"signal\":\"SIGRTMIN+3\",\"core_dumped\":false}");
	made_free(&m);
}

static void a_start_names_its_parent(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_init(&m, EVENT_START);
	m.event.start = (struct event_start){ .parent = 4127, .thread = true, .how = "clone3" };
	expect_members(
		&m, "{\"type\":\"start\",\"parent\":4127,\"thread\":true,\"how\":\"clone3\"}");
}

static void a_session_says_what_is_run(void **state)
{
	static char sh[] = "sh", bad[] = "\xff";
	static char *const argv[] = { sh, bad, NULL };
	static const char *const policies[] = { "ci.yaml", NULL };
	cleanup_made struct made_event m;

	(void)state;
	made_init(&m, EVENT_SESSION);
	memset(&m.event.task, 0, sizeof(m.event.task));
	m.event.session = (struct event_session){
		.argv = argv,
		.cwd = "/home",
		.backend = "ptrace",
		.kernel = "6.1.0",
		.uid = 4294967294,
		.policies = policies,
	};
	expect_members(&m,
		"{\"type\":\"session\",\"command\":[\"sh\",{\"base64\":\"/w==\"}],\"cwd\":\"/"
		"home\","
		"\"mode\":\"trace\",\"backend\":\"ptrace\",\"kernel\":\"6.1.0\",\"uid\":4294967294,"
		"\"gid\":0,\"policies\":[\"ci.yaml\"],\"callgate\":\"" CALLGATE_VERSION "\"}");
	expect_no_member(&m, "pid");
	m.event.session.policies = NULL;
	expect_members(&m, "{\"policies\":[]}");
}

static void a_warning_about_no_task_has_none(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_warning(&m, "log.failed", "the disk is full");
	expect_members(&m, "{\"code\":\"log.failed\",\"text\":\"the disk is full\",\"pid\":4131}");
	memset(&m.event.task, 0, sizeof(m.event.task));
	expect_no_member(&m, "pid");
	expect_no_member(&m, "lineage");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_begins_alike),
		cmocka_unit_test(a_call_has_its_arguments_and_its_result),
		cmocka_unit_test(an_error_has_its_name_beside_the_number),
		cmocka_unit_test(a_result_nobody_saw_is_null),
		cmocka_unit_test(a_denial_has_errno_rule_reason_and_why),
		cmocka_unit_test(a_default_has_a_line_and_no_id),
		cmocka_unit_test(an_audit_allows_and_says_what_would_have_been),
		cmocka_unit_test(an_exec_says_what_runs_now_and_a_spawn_whom_it_made),
		cmocka_unit_test(a_lineage_is_newest_first_and_bounded),
		cmocka_unit_test(before_its_first_exec_a_task_has_no_program),
		cmocka_unit_test(names_that_are_not_utf8_are_base64),
		cmocka_unit_test(an_exit_has_a_status_or_a_signal),
		cmocka_unit_test(a_start_names_its_parent),
		cmocka_unit_test(a_session_says_what_is_run),
		cmocka_unit_test(a_warning_about_no_task_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
