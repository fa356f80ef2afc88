/* The processes of a run: who started whom, what each ran, and what is taken together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "report/process_tree.h"
#include "tests/support/made_event.h"

struct run {
	struct strings strings;
	struct process_tree tree;
	uint64_t now_ns;
};

#define cleanup_run __attribute__((cleanup(run_free)))

static void run_init(struct run *run)
{
	run->now_ns = 0;
	strings_init(&run->strings, 64 * 1024 * 1024);
	process_tree_init(&run->tree, &run->strings);
}

static void run_free(struct run *run)
{
	process_tree_free(&run->tree);
	strings_free(&run->strings);
}

/* Each event is a microsecond after the one before. */
static int32_t happen(struct run *run, struct made_event *m, pid_t pid)
{
	m->event.task.pid = m->event.task.tid = pid;
	m->event.mono_ns = run->now_ns += 1000;
	return process_tree_add(&run->tree, &m->event);
}

static int32_t start(struct run *run, pid_t pid, pid_t parent)
{
	cleanup_made struct made_event m;

	made_init(&m, EVENT_START);
	m.event.start = (struct event_start){ .parent = parent, .how = "fork" };
	return happen(run, &m, pid);
}

static int32_t end(struct run *run, pid_t pid, int status)
{
	cleanup_made struct made_event m;

	made_exit(&m, status);
	return happen(run, &m, pid);
}

static int32_t exec(struct run *run, pid_t pid, const char *path)
{
	cleanup_made struct made_event m;
	struct program program = { .path = path };

	made_exec(&m, path, (const char *const[]){ "word", "two words", NULL }, &program, 0);
	return happen(run, &m, pid);
}

static int32_t reach(struct run *run, pid_t pid, int64_t result)
{
	cleanup_made struct made_event m;

	made_connect(&m, "192.0.2.1", 443, result);
	return happen(run, &m, pid);
}

/* The tree as "100(101(102) 103)". */
static void expect_tree(const struct run *run, const char *expected)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	int32_t at = PROCESS_NONE;
	size_t depth, before = 0;

	while ((at = process_tree_next(&run->tree, at, &depth)) != PROCESS_NONE) {
		for (; before > depth; before--)
			sbuf_char(&text, ')');
		if (text.len)
			sbuf_char(&text, depth > before ? '(' : ' ');
		before = depth;
		sbuf_fmt(&text, "%d", run->tree.items[at].pid);
	}
	for (; before; before--)
		sbuf_char(&text, ')');
	assert_string_equal(sbuf_text(&text), expected);
}

static void children_hang_from_who_started_them(void **state)
{
	cleanup_run struct run run;

	(void)state;
	run_init(&run);
	expect_tree(&run, "");
	start(&run, 100, 1);
	start(&run, 101, 100);
	start(&run, 102, 101);
	end(&run, 102, 0);
	end(&run, 101, 0);
	start(&run, 103, 100);
	expect_tree(&run, "100(101(102) 103)");
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	cleanup_run struct run run;
	int32_t first, second;

	(void)state;
	run_init(&run);
	start(&run, 100, 1);
	first = start(&run, 101, 100);
	end(&run, 101, 0x100);
	second = start(&run, 101, 100);
	assert_int_not_equal(first, second);
	assert_int_equal(reach(&run, 101, 0), second);
	/* And when the log lacks the end of the one before. */
	assert_int_not_equal(start(&run, 101, 100), second);
	expect_tree(&run, "100(101 101 101)");
	assert_true(run.tree.items[first].ended);
	assert_int_equal(run.tree.items[first].status, 0x100);
	assert_false(run.tree.items[second].ended);
}

static void a_process_is_known_by_what_it_ran_last(void **state)
{
	cleanup_run struct run run;
	const struct process *process;
	char path[32];
	int32_t index;

	(void)state;
	run_init(&run);
	index = start(&run, 100, 1);
	for (int i = 0; i < 10; i++) {
		snprintf(path, sizeof(path), "/bin/program%d", i);
		assert_int_equal(exec(&run, 100, path), index);
	}
	process = &run.tree.items[index];
	assert_string_equal(process->program, "/bin/program9");
	assert_string_equal(process->command, "word 'two words'");
	assert_int_equal(process->nexecs, 10);
	assert_string_equal(process->execs[0].program, "/bin/program0");
	assert_string_equal(process->execs[PROCESS_EXECS_MAX - 1].program, "/bin/program9");
}

static void calls_are_counted(void **state)
{
	cleanup_run struct run run;
	const struct process *process;

	(void)state;
	run_init(&run);
	start(&run, 100, 1);
	reach(&run, 100, 0);
	reach(&run, 100, -ECONNREFUSED);
	process = &run.tree.items[reach(&run, 100, -EINPROGRESS)];
	assert_int_equal(process->calls, 3);
	assert_int_equal(process->failed, 1);
	assert_int_equal(process->denied, 0);
}

static void a_process_whose_start_is_not_in_the_log_has_its_place(void **state)
{
	cleanup_run struct run run;

	(void)state;
	run_init(&run);
	reach(&run, 200, 0);
	start(&run, 201, 200);
	start(&run, 202, 7);
	expect_tree(&run, "200(201) 202");
	assert_int_equal(end(&run, 999, 0), PROCESS_NONE);
}

/* Fills the places for single processes, all below process 100. */
static void fill(struct run *run)
{
	start(run, 100, 1);
	exec(run, 100, "/bin/make");
	for (int i = 1; i < PROCESS_TREE_SINGLE_MAX; i++) {
		start(run, 101, 100);
		end(run, 101, 0);
	}
	assert_int_equal(run->tree.singles, PROCESS_TREE_SINGLE_MAX);
}

static void what_comes_after_the_bound_is_taken_together_by_program(void **state)
{
	cleanup_run struct run run;
	const struct process *process;
	int32_t cc = PROCESS_NONE, ld = PROCESS_NONE;

	(void)state;
	run_init(&run);
	fill(&run);
	for (int i = 0; i < 1000; i++) {
		start(&run, 200 + i, 100);
		exec(&run, 200 + i, i % 4 ? "/bin/cc" : "/bin/ld");
		*(i % 4 ? &cc : &ld) = reach(&run, 200 + i, 0);
		end(&run, 200 + i, i == 500 ? 0x100 : 0);
	}
	assert_int_equal(run.tree.grouped, 1000);
	process = &run.tree.items[cc];
	assert_int_equal(process->group, 750);
	assert_string_equal(process->program, "/bin/cc");
	assert_int_equal(process->calls, 750);
	assert_int_equal(process->total_ns, UINT64_C(750) * 1234000000);
	assert_int_equal(process->status, 0);
	assert_int_equal(run.tree.items[ld].group, 250);
	assert_int_equal(run.tree.items[ld].status, 0x100);
	/* No process is left in what they were before their exec. */
	for (size_t i = PROCESS_TREE_SINGLE_MAX; i < run.tree.len; i++)
		assert_true((int32_t)i == cc || (int32_t)i == ld || !run.tree.items[i].group);
}

static void there_is_a_bound_on_groups_too(void **state)
{
	cleanup_run struct run run;
	char path[32];

	(void)state;
	run_init(&run);
	fill(&run);
	for (int i = 0; i < PROCESS_TREE_GROUPS_MAX + 1000; i++) {
		snprintf(path, sizeof(path), "/bin/program%d", i);
		start(&run, 200, 100);
		exec(&run, 200, path);
		reach(&run, 200, 0);
		end(&run, 200, 0);
	}
	assert_true(run.tree.len <= PROCESS_TREE_SINGLE_MAX + PROCESS_TREE_GROUPS_MAX);
	/* The rest counts for who started them, which is still itself. */
	assert_true(run.tree.items[0].calls >= 1000);
	assert_false(run.tree.items[0].ended);
	assert_string_equal(run.tree.items[0].program, "/bin/make");
}

static void a_tree_may_be_as_deep_as_it_likes(void **state)
{
	cleanup_run struct run run;
	size_t depth, deepest = 0;
	int32_t at = PROCESS_NONE;

	(void)state;
	run_init(&run);
	for (pid_t pid = 1; pid < PROCESS_TREE_SINGLE_MAX + 100; pid++)
		start(&run, pid, pid - 1);
	while ((at = process_tree_next(&run.tree, at, &depth)) != PROCESS_NONE)
		deepest = depth > deepest ? depth : deepest;
	assert_true(deepest >= PROCESS_TREE_SINGLE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_hang_from_who_started_them),
		cmocka_unit_test(a_pid_that_is_used_again_is_another_process),
		cmocka_unit_test(a_process_is_known_by_what_it_ran_last),
		cmocka_unit_test(calls_are_counted),
		cmocka_unit_test(a_process_whose_start_is_not_in_the_log_has_its_place),
		cmocka_unit_test(what_comes_after_the_bound_is_taken_together_by_program),
		cmocka_unit_test(there_is_a_bound_on_groups_too),
		cmocka_unit_test(a_tree_may_be_as_deep_as_it_likes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
