/* The lines people read: their columns, their words, and what they keep from a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "report/text_line.h"
#include "tests/support/made_event.h"

static const char *const npm[] = { "npm", "--version", NULL };

/* Renders one event with the default options. The text is valid until the next call. */
static const char *line_of(const struct made_event *m)
{
	static struct sbuf out;
	struct text_line line;

	text_line_init(&line, &(struct text_options){ .time = TIME_NONE });
	sbuf_reset(&out);
	text_line_event(&line, &m->event, &out);
	text_line_free(&line);
	return sbuf_text(&out);
}

static const char *line_with(const struct made_event *m, const struct text_options *options)
{
	static struct sbuf out;
	struct text_line line;

	text_line_init(&line, options);
	sbuf_reset(&out);
	text_line_event(&line, &m->event, &out);
	text_line_free(&line);
	return sbuf_text(&out);
}

static void a_call_is_verdict_who_what_and_result(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "104.16.1.35", 443, 0);
	assert_string_equal(line_of(&m), "ok    node[4131]   connect  tcp 104.16.1.35:443  = 0\n");
}

static void an_error_is_a_failure_with_its_name(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 1, -ECONNREFUSED);
	assert_string_equal(line_of(&m), "fail  node[4131]   connect  tcp 127.0.0.1:1  = "
					 "ECONNREFUSED (Connection refused)\n");
}

static void what_goes_on_or_comes_again_did_not_fail(void **state)
{
	static const int errors[] = { EINPROGRESS, EALREADY, EAGAIN, EINTR, 512, 513, 514, 516 };

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		cleanup_made struct made_event m;

		made_connect(&m, "127.0.0.1", 1, -errors[i]);
		assert_memory_equal(line_of(&m), "ok    ", 6);
	}
}

static void a_fork_refused_for_a_limit_failed(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_spawn(&m, 0, 0, false);
	made_result(&m, -EAGAIN);
	assert_string_equal(line_of(&m),
		"fail  node[4131]   spawn    process  fork  = EAGAIN (Resource temporarily "
		"unavailable)\n");
}

static void a_call_its_task_died_in_has_no_result(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "127.0.0.1", 1, 0);
	m.result.known = false;
	assert_string_equal(line_of(&m), "ok    node[4131]   connect  tcp 127.0.0.1:1  = ?\n");
}

static void an_exec_shows_the_path_and_the_words(void **state)
{
	static const char *const argv[] = { "node", "post install.js", NULL };
	static const struct program node = { .path = "/usr/bin/node" };
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "/usr/bin/node", argv, &node, 0);
	assert_string_equal(
		line_of(&m), "ok    node[4131]   exec     /usr/bin/node  node 'post install.js'\n");
}

static void an_exec_of_a_script_or_link_shows_what_runs(void **state)
{
	static const struct program node = { .path = "/usr/bin/node", .script = "/usr/bin/npm" };
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "/usr/bin/npm", npm, &node, 0);
	assert_string_equal(line_of(&m),
		"ok    node[4131]   exec     /usr/bin/npm -> /usr/bin/node  npm --version\n");
}

static void an_exec_that_failed_ran_nothing(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "/usr/local/bin/npm", npm, NULL, -ENOENT);
	assert_string_equal(line_of(&m),
		"fail  node[4131]   exec     /usr/local/bin/npm  npm --version  = ENOENT (No such "
		"file or directory)\n");
}

static void an_arrow_comes_after_the_path_even_when_argv_has_it_too(void **state)
{
	static const char *const argv[] = { "./x", "./x", NULL };
	static const struct program x = { .path = "/home/x" };
	cleanup_made struct made_event m;

	(void)state;
	made_exec(&m, "./x", argv, &x, 0);
	assert_string_equal(line_of(&m), "ok    node[4131]   exec     ./x -> /home/x  ./x ./x\n");
}

static void a_spawn_shows_the_child_it_made(void **state)
{
	static const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				       CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS;
	struct made_event m;

	(void)state;
	made_spawn(&m, 0, 4132, false);
	assert_string_equal(line_of(&m), "ok    node[4131]   spawn    process 4132  fork\n");
	made_free(&m);
	made_spawn(&m, thread, 4133, true);
	assert_string_equal(line_of(&m), "ok    node[4131]   spawn    thread 4133  clone\n");
	made_free(&m);
}

static void a_spawn_into_a_namespace_says_so(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_spawn(&m, CLONE_NEWNET | SIGCHLD, 4132, false);
	assert_string_equal(
		line_of(&m), "ok    node[4131]   spawn    process 4132  clone  newnet\n");
}

static void a_denial_has_its_errno_and_its_rule(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "169.254.169.254", 80, -EHOSTUNREACH);
	made_decision(&m, VERDICT_DENY, EHOSTUNREACH, "no-metadata");
	assert_string_equal(line_of(&m),
		"DENY  node[4131]   connect  tcp 169.254.169.254:80  EHOSTUNREACH  no-metadata "
		"(ci.yaml:21)\n");
}

static void a_denial_without_a_rule_has_its_reason(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "10.0.0.1", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "");
	m.event.call.advice = "write /usr/bin/python3.11";
	assert_string_equal(line_of(&m),
		"DENY  node[4131]   connect  tcp 10.0.0.1:80  EACCES  default (ci.yaml:21)  hint: "
		"write /usr/bin/python3.11\n");
}

static void the_rules_own_words_come_with_v(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "10.0.0.1", 80, -EACCES);
	made_decision(&m, VERDICT_DENY, EACCES, "r");
	m.decision.why = "not \033[31mhere";
	assert_null(strstr(line_of(&m), "here"));
	assert_non_null(strstr(line_with(&m, &(struct text_options){ .verbosity = 1 }),
		"r (ci.yaml:21): not \\x1b[31mhere\n"));
}

static void an_audit_shows_the_result_and_what_would_have_been(void **state)
{
	cleanup_made struct made_event m;
	struct decision allow = { .verdict = VERDICT_ALLOW };

	(void)state;
	made_connect(&m, "10.0.0.1", 80, 0);
	made_decision(&m, VERDICT_DENY, EACCES, "r");
	m.event.call.would = &m.decision;
	m.event.call.decision = &allow;
	assert_string_equal(
		line_of(&m), "WOULD node[4131]   connect  tcp 10.0.0.1:80  = 0  r (ci.yaml:21)\n");
	m.decision.verdict = VERDICT_ASK;
	assert_memory_equal(line_of(&m), "ASK   node", 10);
	m.decision.verdict = VERDICT_ALLOW;
	assert_memory_equal(line_of(&m), "ok    node", 10);
}

static void a_killed_call_has_no_result(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_connect(&m, "10.0.0.1", 80, 0);
	m.result.known = false;
	made_decision(&m, VERDICT_KILL, 0, "r");
	assert_string_equal(
		line_of(&m), "KILL  node[4131]   connect  tcp 10.0.0.1:80  r (ci.yaml:21)\n");
}

static void an_exit_has_its_status_and_the_time_it_lived(void **state)
{
	static const struct {
		int status;
		const char *line;
	} rows[] = {
		{ W_EXITCODE(0, 0), "ok    node[4131]   exit     0  after 1.234 s\n" },
		{ W_EXITCODE(3, 0), "fail  node[4131]   exit     3  after 1.234 s\n" },
		{ W_EXITCODE(0, SIGTERM), "fail  node[4131]   exit     SIGTERM  after 1.234 s\n" },
		{ W_EXITCODE(0, SIGSEGV) | WCOREFLAG,
			"fail  node[4131]   exit     SIGSEGV (core dumped)  after 1.234 s\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_made struct made_event m;

		made_exit(&m, rows[i].status);
		assert_string_equal(line_of(&m), rows[i].line);
	}
}

static void who_is_the_script_the_program_or_the_comm(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exit(&m, 0);
	m.program.script = "/usr/lib/npm/npm-cli.js";
	assert_non_null(strstr(line_of(&m), " npm-cli.js[4131] exit"));
	m.program.script = NULL;
	m.program.path = "";
	assert_non_null(strstr(line_of(&m), " node[4131] "));
	m.event.task.lineage = NULL;
	m.event.task.comm = "callgate";
	m.event.task.tid = 4140;
	assert_non_null(strstr(line_of(&m), " callgate[4131/4140] exit"));
}

static void hostile_names_are_escaped_and_bounded(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exit(&m, 0);
	m.program.path = "/tmp/\033]0;x\a\n\xe2\x80\xae\xff";
	assert_non_null(strstr(line_of(&m), " \\x1b]0;x\\x07\\n\\u{202e}\\xff[4131] exit"));
	m.program.path = "/tmp/aaaaaaaaaabbbbbbbbbbccccccccc\xc3\xa9\xc3\xa9\xc3\xa9";
	assert_non_null(strstr(line_of(&m), " aaaaaaaaaabbbbbbbbbbccccccccc...[4131] exit"));
}

static void columns_widen_once_and_stay(void **state)
{
	cleanup_made struct made_event m;
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct text_line line;

	(void)state;
	text_line_init(&line, &(struct text_options){ .time = TIME_NONE });
	made_exit(&m, 0);
	m.program.path = "/usr/bin/a-long-name";
	text_line_event(&line, &m.event, &out);
	m.program.path = "/usr/bin/node";
	text_line_event(&line, &m.event, &out);
	text_line_free(&line);
	assert_string_equal(sbuf_text(&out), "ok    a-long-name[4131] exit     0  after 1.234 s\n"
					     "ok    node[4131]        exit     0  after 1.234 s\n");
}

static void a_line_begins_with_the_time_that_was_asked_for(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	setenv("TZ", "UTC0", 1);
	made_exit(&m, 0);
	assert_memory_equal(
		line_with(&m, &(struct text_options){ .time = TIME_REL }), "  0.391  ok ", 12);
	assert_memory_equal(
		line_with(&m, &(struct text_options){ .time = TIME_ABS }), "03:04:05.678  ok ", 17);
	m.event.mono_ns = 12345678900000;
	assert_memory_equal(
		line_with(&m, &(struct text_options){ .time = TIME_REL }), "12345.678  ok ", 14);
}

static void colour_is_on_the_verdict_only_and_moves_no_column(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_exit(&m, 0);
	assert_string_equal(
		line_with(&m, &(struct text_options){ .color = true, .time = TIME_NONE }),
		"\033[32mok\033[0m    node[4131]   exit     0  after 1.234 s\n");
}

static void a_warning_is_a_line_of_callgates_own(void **state)
{
	cleanup_made struct made_event m;

	(void)state;
	made_warning(&m, "abi.unknown", "one\ntwo\033 \\x1b");
	assert_string_equal(line_of(&m), "callgate: warning: one\\ntwo\\x1b \\x1b\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_verdict_who_what_and_result),
		cmocka_unit_test(an_error_is_a_failure_with_its_name),
		cmocka_unit_test(what_goes_on_or_comes_again_did_not_fail),
		cmocka_unit_test(a_fork_refused_for_a_limit_failed),
		cmocka_unit_test(a_call_its_task_died_in_has_no_result),
		cmocka_unit_test(an_exec_shows_the_path_and_the_words),
		cmocka_unit_test(an_exec_of_a_script_or_link_shows_what_runs),
		cmocka_unit_test(an_exec_that_failed_ran_nothing),
		cmocka_unit_test(an_arrow_comes_after_the_path_even_when_argv_has_it_too),
		cmocka_unit_test(a_spawn_shows_the_child_it_made),
		cmocka_unit_test(a_spawn_into_a_namespace_says_so),
		cmocka_unit_test(a_denial_has_its_errno_and_its_rule),
		cmocka_unit_test(a_denial_without_a_rule_has_its_reason),
		cmocka_unit_test(the_rules_own_words_come_with_v),
		cmocka_unit_test(an_audit_shows_the_result_and_what_would_have_been),
		cmocka_unit_test(a_killed_call_has_no_result),
		cmocka_unit_test(an_exit_has_its_status_and_the_time_it_lived),
		cmocka_unit_test(who_is_the_script_the_program_or_the_comm),
		cmocka_unit_test(hostile_names_are_escaped_and_bounded),
		cmocka_unit_test(columns_widen_once_and_stay),
		cmocka_unit_test(a_line_begins_with_the_time_that_was_asked_for),
		cmocka_unit_test(colour_is_on_the_verdict_only_and_moves_no_column),
		cmocka_unit_test(a_warning_is_a_line_of_callgates_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
