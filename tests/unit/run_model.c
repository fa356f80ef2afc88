/* What reports show of a run: the slowest, the marks, the notes, all within their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>

#include "report/run_model.h"
#include "tests/support/made_event.h"

static int make_model(void **state)
{
	*state = run_model_new();
	return *state ? 0 : -1;
}

static int drop_model(void **state)
{
	run_model_free(*state);
	return 0;
}

static void add(struct run_model *model, const struct made_event *m)
{
	struct log_record record = { .event = m->event };

	run_model_add(model, &record);
}

static void reach(struct run_model *model, const char *address, int64_t result, uint64_t duration)
{
	cleanup_made struct made_event m;

	made_connect(&m, address, 443, result);
	m.event.call.duration_ns = duration;
	add(model, &m);
}

static void start(struct run_model *model)
{
	cleanup_made struct made_event m;

	made_init(&m, EVENT_START);
	m.event.start = (struct event_start){ .parent = 1, .how = "spawn" };
	add(model, &m);
}

static void the_slowest_connects_stand_in_order(void **state)
{
	struct run_model *model = *state;
	char address[32];

	start(model);
	for (unsigned i = 0; i < 100; i++) {
		snprintf(address, sizeof(address), "192.0.2.%u", i);
		reach(model, address, 0, 1000 + (i * 37) % 100);
	}
	assert_int_equal(model->nslowest, RUN_SLOWEST_MAX);
	for (unsigned i = 0; i < RUN_SLOWEST_MAX; i++)
		assert_int_equal(model->slowest[i].duration_ns, 1099 - i);
	/* 27 * 37 is 999. */
	assert_string_equal(model->slowest[0].destination, "tcp 192.0.2.27:443");
	assert_string_equal(model->slowest[0].result, "= 0");
}

static void what_was_denied_was_not_slow(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event m;

	start(model);
	made_connect(&m, "192.0.2.1", 443, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	add(model, &m);
	assert_int_equal(model->nslowest, 0);
	assert_int_equal(model->denials.total, 1);
	assert_int_equal(model->failed, 0);
}

static void marks_are_of_what_names_a_destination_fails_or_is_denied(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event fork, exec;

	start(model);
	reach(model, "192.0.2.1", -ECONNREFUSED, 1000);
	made_spawn(&fork, 0, 5, false);
	add(model, &fork);
	made_exec(&exec, "/bin/none", (const char *const[]){ "none", NULL }, NULL, -ENOENT);
	add(model, &exec);
	assert_int_equal(model->nmarks, 2);
	assert_string_equal(model->marks[0].text, "tcp 192.0.2.1:443");
	assert_string_equal(model->marks[0].result, "= ECONNREFUSED (Connection refused)");
	assert_string_equal(model->marks[1].call, "exec");
	assert_int_equal(model->calls, 3);
	assert_int_equal(model->failed, 2);
}

static void marks_have_a_bound_and_those_of_denials_one_of_their_own(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event m;

	start(model);
	for (unsigned i = 0; i < RUN_MARKS_MAX + 5; i++)
		reach(model, "192.0.2.1", 0, 1000);
	assert_int_equal(model->nmarks, RUN_MARKS_MAX);
	made_connect(&m, "192.0.2.1", 443, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	add(model, &m);
	assert_int_equal(model->nmarks, RUN_MARKS_MAX + 1);
	run_model_finish(model);
	assert_int_equal(model->nnotes, 1);
	assert_string_equal(model->notes[0],
		"5 calls are counted, but too many to be shown in the processes' lanes");
}

static void a_session_is_in_words_of_a_shell(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event m;
	char sh[] = "sh", option[] = "-c", script[] = "echo \"two words\"\033[2J";
	char *argv[] = { sh, option, script, NULL };

	made_init(&m, EVENT_SESSION);
	m.event.mode = MODE_ENFORCE;
	m.event.session = (struct event_session){ .argv = argv,
		.cwd = "/home/me",
		.mode = MODE_ENFORCE,
		.backend = "notify",
		.kernel = "6.1.0",
		.uid = 1000,
		.policies = (const char *const[]){ "ci.yaml", "my policy.yaml", NULL } };
	add(model, &m);
	assert_string_equal(model->session.command, "sh -c $'echo \"two words\"\\x1b[2J'");
	assert_string_equal(model->session.policies, "ci.yaml 'my policy.yaml'");
	assert_string_equal(model->session.mode, "enforce");
	assert_int_equal(model->nnotes, 0);
	add(model, &m);
	assert_int_equal(model->nnotes, 1);
}

static void warnings_alike_stand_once(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event one, other;

	made_warning(&one, "a.b", "one thing");
	made_warning(&other, "a.b", "another");
	add(model, &one);
	add(model, &other);
	add(model, &one);
	assert_int_equal(model->nwarnings, 2);
	assert_int_equal(model->warnings[0].count, 2);
}

static void the_end_is_the_latest_moment_of_all(void **state)
{
	struct run_model *model = *state;
	cleanup_made struct made_event m;

	start(model);
	reach(model, "192.0.2.1", 0, 5000);
	assert_int_equal(model->end_ns, 391005000);
	/* Numbers that do not add up are no moment. */
	made_connect(&m, "192.0.2.1", 443, 0);
	m.event.call.duration_ns = UINT64_MAX;
	add(model, &m);
	assert_int_equal(model->end_ns, 391005000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_slowest_connects_stand_in_order, make_model, drop_model),
		cmocka_unit_test_setup_teardown(
			what_was_denied_was_not_slow, make_model, drop_model),
		cmocka_unit_test_setup_teardown(
			marks_are_of_what_names_a_destination_fails_or_is_denied, make_model,
			drop_model),
		cmocka_unit_test_setup_teardown(
			marks_have_a_bound_and_those_of_denials_one_of_their_own, make_model,
			drop_model),
		cmocka_unit_test_setup_teardown(
			a_session_is_in_words_of_a_shell, make_model, drop_model),
		cmocka_unit_test_setup_teardown(warnings_alike_stand_once, make_model, drop_model),
		cmocka_unit_test_setup_teardown(
			the_end_is_the_latest_moment_of_all, make_model, drop_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
