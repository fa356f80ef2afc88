/* Programs and lineages: what is shared, what is kept, what is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tracer/program_table.h"

static struct program program_named(const char *path, uint64_t ino)
{
	return (struct program){
		.path = path,
		.id = { .known = true, .dev = 1, .ino = ino, .size = 100, .ctime_sec = 7 },
	};
}

static size_t lineage_length(const struct lineage *lineage)
{
	size_t n = 0;

	for (; lineage; lineage = lineage->parent)
		n++;
	return n;
}

static void exec_puts_a_link_on_the_chain(void **state)
{
	struct program_table *table = program_table_new();
	struct program sh = program_named("/usr/bin/dash", 1);
	struct program curl = program_named("/usr/bin/curl", 2);
	const struct lineage *first = lineage_push(table, NULL, &sh);
	const struct lineage *second = lineage_push(table, first, &curl);

	(void)state;
	assert_string_equal(second->program->path, "/usr/bin/curl");
	assert_string_equal(second->parent->program->path, "/usr/bin/dash");
	assert_null(second->parent->parent);
	/* The shell may be gone: what came of it still has it as an ancestor. */
	lineage_unref(table, first);
	assert_string_equal(second->parent->program->path, "/usr/bin/dash");
	lineage_unref(table, second);
	program_table_free(table);
}

static void the_same_program_again_adds_no_link(void **state)
{
	struct program_table *table = program_table_new();
	struct program sh = program_named("/usr/bin/dash", 1);
	const struct lineage *first = lineage_push(table, NULL, &sh);
	const struct lineage *second = lineage_push(table, first, &sh);

	(void)state;
	assert_ptr_equal(first, second);
	lineage_unref(table, first);
	lineage_unref(table, second);
	program_table_free(table);
}

static void a_program_is_kept_once(void **state)
{
	struct program_table *table = program_table_new();
	struct program sh = program_named("/usr/bin/dash", 1);
	const struct lineage *a = lineage_push(table, NULL, &sh);
	const struct lineage *b = lineage_push(table, NULL, &sh);

	(void)state;
	assert_ptr_not_equal(a, b);
	assert_ptr_equal(a->program, b->program);
	assert_ptr_not_equal(a->program->path, sh.path);
	lineage_unref(table, a);
	assert_string_equal(b->program->path, "/usr/bin/dash");
	lineage_unref(table, b);
	program_table_free(table);
}

static void programs_differ_by_identity_and_script(void **state)
{
	struct program_table *table = program_table_new();
	struct program old = program_named("/usr/bin/tool", 1);
	struct program replaced = program_named("/usr/bin/tool", 2);
	struct program changed = program_named("/usr/bin/tool", 1);
	struct program script = program_named("/usr/bin/tool", 1);
	const struct program *all[] = { &old, &replaced, &changed, &script };
	const struct lineage *lineage[4];

	(void)state;
	changed.id.ctime_nsec = 1;
	script.script = "/usr/bin/pip";
	for (size_t i = 0; i < 4; i++)
		lineage[i] = lineage_push(table, NULL, all[i]);
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(lineage[i]->program, lineage[j]->program);
	}
	assert_string_equal(lineage[3]->program->script, "/usr/bin/pip");
	for (size_t i = 0; i < 4; i++)
		lineage_unref(table, lineage[i]);
	program_table_free(table);
}

/* A program that execs ever new files must neither exhaust memory nor shed its ancestors. */
static void a_chain_is_bounded_and_keeps_its_root(void **state)
{
	struct program_table *table = program_table_new();
	struct program root = program_named("/usr/bin/npm", 1);
	const struct lineage *lineage = lineage_push(table, NULL, &root);
	const struct lineage *last;

	(void)state;
	for (uint64_t i = 0; i < 10 * LINEAGE_MAX; i++) {
		char path[32];
		struct program next;
		const struct lineage *pushed;

		snprintf(path, sizeof(path), "/tmp/copy-%d", (int)i);
		next = program_named(path, 100 + i);
		pushed = lineage_push(table, lineage, &next);
		assert_string_equal(pushed->program->path, path);
		lineage_unref(table, lineage);
		lineage = pushed;
	}
	assert_int_equal(lineage_length(lineage), LINEAGE_MAX);
	for (last = lineage; last->parent; last = last->parent)
		;
	assert_string_equal(last->program->path, "/usr/bin/npm");
	lineage_unref(table, lineage);
	program_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_puts_a_link_on_the_chain),
		cmocka_unit_test(the_same_program_again_adds_no_link),
		cmocka_unit_test(a_program_is_kept_once),
		cmocka_unit_test(programs_differ_by_identity_and_script),
		cmocka_unit_test(a_chain_is_bounded_and_keeps_its_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
