/* What a run came to, from the events of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "report/summary.h"
#include "report/summary_json.h"
#include "tests/support/made_event.h"

static int make_summary(void **state)
{
	*state = summary_new();
	return *state ? 0 : -1;
}

static int drop_summary(void **state)
{
	summary_free(*state);
	return 0;
}

static void start(struct summary *summary, bool thread)
{
	cleanup_made struct made_event m;

	made_init(&m, EVENT_START);
	m.event.start = (struct event_start){ .parent = 1, .thread = thread, .how = "clone" };
	summary_add(summary, &m.event);
}

static void end(struct summary *summary, bool thread)
{
	cleanup_made struct made_event m;

	made_exit(&m, 0);
	m.event.exit.thread = thread;
	summary_add(summary, &m.event);
}

static void reach(struct summary *summary, const char *address, int64_t result)
{
	cleanup_made struct made_event m;

	made_connect(&m, address, 80, result);
	summary_add(summary, &m.event);
}

static json_t *json_of(const struct summary *summary)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct record record;
	json_t *json;

	record_open(&record, &text);
	summary_json(summary, &record);
	assert_true(record_close(&record));
	json = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	return json;
}

/* The table must be these rows, as JSON. */
static void expect_table(const struct summary *summary, const char *table, const char *rows)
{
	json_t *json = json_of(summary), *expected = json_loads(rows, 0, NULL);

	assert_non_null(expected);
	if (!json_equal(json_object_get(json, table), expected))
		fail_msg("%s: %s", table, json_dumps(json_object_get(json, table), 0));
	json_decref(expected);
	json_decref(json);
}

static void expect_number(const struct summary *summary, const char *name, json_int_t number)
{
	json_t *json = json_of(summary);

	assert_int_equal(json_integer_value(json_object_get(json, name)), number);
	json_decref(json);
}

static void processes_and_tasks_are_counted_with_their_peaks(void **state)
{
	struct summary *summary = *state;

	start(summary, false);
	start(summary, false);
	start(summary, true);
	end(summary, true);
	end(summary, false);
	start(summary, false);
	end(summary, false);
	end(summary, false);
	expect_number(summary, "processes", 3);
	expect_number(summary, "threads", 1);
	expect_number(summary, "peak_processes", 2);
	expect_number(summary, "peak_tasks", 3);
}

static void an_exit_nobody_saw_begin_does_no_harm(void **state)
{
	end(*state, false);
	start(*state, false);
	expect_number(*state, "peak_processes", 1);
	expect_number(*state, "peak_tasks", 1);
}

static void destinations_are_counted_by_program(void **state)
{
	reach(*state, "10.0.0.1", 0);
	reach(*state, "10.0.0.1", -ECONNREFUSED);
	reach(*state, "10.0.0.2", -EINPROGRESS);
	expect_table(*state, "destinations",
		"[{\"program\":\"/usr/bin/node\",\"destination\":\"tcp 10.0.0.1:80\",\"count\":2,"
		"\"failed\":1,\"denied\":0},"
		"{\"program\":\"/usr/bin/node\",\"destination\":\"tcp 10.0.0.2:80\",\"count\":1,"
		"\"failed\":0,\"denied\":0}]");
	expect_table(*state, "failures",
		"[{\"call\":\"connect\",\"program\":\"/usr/bin/node\",\"error\":\"ECONNREFUSED\","
		"\"count\":1,\"failed\":1,\"denied\":0}]");
	expect_table(
		*state, "calls", "[{\"kind\":\"connect\",\"count\":3,\"failed\":1,\"denied\":0}]");
}

static void programs_run_are_counted_by_their_script(void **state)
{
	static const char *const argv[] = { "npm", NULL };
	static const struct program npm = { .path = "/usr/bin/node", .script = "/usr/bin/npm" };

	for (int i = 0; i < 2; i++) {
		cleanup_made struct made_event m;

		made_exec(&m, "/usr/bin/npm", argv, &npm, 0);
		summary_add(*state, &m.event);
	}
	expect_table(*state, "programs",
		"[{\"program\":\"/usr/bin/npm\",\"count\":2,\"failed\":0,\"denied\":0}]");
}

static void what_was_denied_is_counted_with_its_rule(void **state)
{
	cleanup_made struct made_event m;

	made_connect(&m, "169.254.169.254", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "no-metadata");
	summary_add(*state, &m.event);
	expect_table(*state, "denials",
		"[{\"call\":\"connect\",\"program\":\"/usr/bin/node\",\"what\":\"tcp "
		"169.254.169.254:80\",\"rule\":\"no-metadata\",\"count\":1,\"failed\":0,"
		"\"denied\":1}]");
	expect_table(*state, "failures", "[]");
}

static void a_program_that_is_not_utf8_is_base64_in_json(void **state)
{
	cleanup_made struct made_event m;

	made_connect(&m, "10.0.0.1", 80, 0);
	m.program.path = "/\xff";
	summary_add(*state, &m.event);
	expect_table(*state, "destinations",
		"[{\"program\":{\"base64\":\"L/8=\"},\"destination\":\"tcp 10.0.0.1:80\","
		"\"count\":1,\"failed\":0,\"denied\":0}]");
}

static void more_destinations_than_fit_are_counted_as_others(void **state)
{
	json_t *json, *rows, *last;
	char address[24];

	for (unsigned i = 0; i < 10003; i++) {
		snprintf(address, sizeof(address), "10.0.%u.%u", i / 256, i % 256);
		reach(*state, address, 0);
	}
	json = json_of(*state);
	rows = json_object_get(json, "destinations");
	assert_int_equal(json_array_size(rows), 10001);
	last = json_array_get(rows, 10000);
	assert_true(json_is_true(json_object_get(last, "other")));
	assert_int_equal(json_integer_value(json_object_get(last, "count")), 3);
	json_decref(json);
}

static void the_text_has_a_table_for_what_there_was(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	start(*state, false);
	reach(*state, "10.0.0.1", -ECONNREFUSED);
	summary_text(*state, false, &out);
	assert_string_equal(sbuf_text(&out),
		"processes: 1 started, 1 at most at once; tasks: 1 at most\n"
		"\n    count  failed  denied  calls\n"
		"        1       1       0  connect\n"
		"\n    count  failed  denied  destinations by program\n"
		"        1       1       0  /usr/bin/node  tcp 10.0.0.1:80\n"
		"\n    count  failed  denied  what failed\n"
		"        1       1       0  connect  /usr/bin/node  ECONNREFUSED\n");
}

static void the_text_is_escaped(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	cleanup_made struct made_event m;

	made_connect(&m, "10.0.0.1", 80, 0);
	m.program.path = "/\033[2J";
	summary_add(*state, &m.event);
	summary_text(*state, false, &out);
	assert_non_null(strstr(sbuf_text(&out), "/\\x1b[2J  tcp 10.0.0.1:80\n"));
	assert_null(strchr(sbuf_text(&out), '\033'));
}

static void lost_events_are_told(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	assert_int_equal(summary_lost_count(*state), 0);
	summary_lost(*state, 1);
	summary_lost(*state, 1);
	assert_int_equal(summary_lost_count(*state), 2);
	expect_number(*state, "lost", 2);
	summary_text(*state, false, &out);
	assert_non_null(strstr(sbuf_text(&out), "lost: 2 events could not be written\n"));
}

#define SUMMARY_TEST(test) cmocka_unit_test_setup_teardown(test, make_summary, drop_summary)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SUMMARY_TEST(processes_and_tasks_are_counted_with_their_peaks),
		SUMMARY_TEST(an_exit_nobody_saw_begin_does_no_harm),
		SUMMARY_TEST(destinations_are_counted_by_program),
		SUMMARY_TEST(programs_run_are_counted_by_their_script),
		SUMMARY_TEST(what_was_denied_is_counted_with_its_rule),
		SUMMARY_TEST(a_program_that_is_not_utf8_is_base64_in_json),
		SUMMARY_TEST(more_destinations_than_fit_are_counted_as_others),
		SUMMARY_TEST(the_text_has_a_table_for_what_there_was),
		SUMMARY_TEST(the_text_is_escaped),
		SUMMARY_TEST(lost_events_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
