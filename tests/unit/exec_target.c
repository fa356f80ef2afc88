/* Which program an exec would run: paths, descriptors, interpreters. The task is the test itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer/exec_target.h"

/* The tests run in a directory of their own, removed at the end. */
static int enter_directory(void **state)
{
	static char dir[] = "/tmp/exec_target.XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) < 0)
		return -1;
	*state = dir;
	return 0;
}

static int leave_directory(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", (const char *)*state);
	return chdir("/") < 0 || system(command) != 0 ? -1 : 0;
}

static void write_file(const char *path, const char *content)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(content, f);
	fclose(f);
	assert_int_equal(chmod(path, 0755), 0);
}

static bool same_text(const char *a, const char *b)
{
	return !a || !b ? a == b : strcmp(a, b) == 0;
}

/* Whether the task's root is looked up or known to be our own, the answer is the same. */
static int target(int dirfd, const char *path, int flags, struct program_facts *facts)
{
	static const struct program_lookup known = { .own_root = true }, unknown = { 0 };
	struct exec_given given = { .dirfd = dirfd, .path = path, .flags = flags };
	struct program_facts other;
	int rc = exec_target(&unknown, getpid(), &given, facts);

	assert_int_equal(exec_target(&known, getpid(), &given, &other), rc);
	if (rc < 0)
		return rc;
	assert_string_equal(other.program.path, facts->program.path);
	assert_true(same_text(other.program.script, facts->program.script));
	assert_true(identity_equal(&other.program.id, &facts->program.id));
	assert_int_equal(other.program.nameless, facts->program.nameless);
	return 0;
}

static void expect_path(const char *got, const char *dir, const char *name)
{
	char expected[PATH_MAX];

	snprintf(expected, sizeof(expected), "%s/%s", dir, name);
	assert_string_equal(got, expected);
}

static void a_relative_path_starts_in_the_cwd(void **state)
{
	struct program_facts facts;

	write_file("tool", "\x7f"
			   "ELF");
	assert_int_equal(target(AT_FDCWD, "tool", 0, &facts), 0);
	expect_path(facts.program.path, *state, "tool");
	assert_null(facts.program.script);
	assert_true(facts.program.id.known);
	assert_false(facts.program.nameless);
}

static void links_are_followed(void **state)
{
	struct program_facts facts;

	write_file("real", "\x7f"
			   "ELF");
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(target(AT_FDCWD, "./link", 0, &facts), 0);
	expect_path(facts.program.path, *state, "real");
}

static void a_script_runs_its_interpreter(void **state)
{
	struct program_facts facts;

	write_file("script", "#! /bin/sh -e\n");
	assert_int_equal(target(AT_FDCWD, "./script", 0, &facts), 0);
	expect_path(facts.program.script, *state, "script");
	assert_true(facts.program.script_id.known);
	assert_int_not_equal(facts.program.script_id.ino, facts.program.id.ino);
	assert_non_null(strstr(facts.program.path, "sh"));
}

static void the_first_script_of_a_chain_is_the_script(void **state)
{
	struct program_facts facts;
	char line[PATH_MAX];

	write_file("inner", "#!/bin/sh\n");
	snprintf(line, sizeof(line), "#!%s/inner\n", (const char *)*state);
	write_file("outer", line);
	assert_int_equal(target(AT_FDCWD, "./outer", 0, &facts), 0);
	expect_path(facts.program.script, *state, "outer");
	assert_non_null(strstr(facts.program.path, "sh"));
}

static void more_than_five_interpreters_are_refused(void **state)
{
	struct program_facts facts;

	(void)state;
	write_file("loop", "#!./loop\n");
	assert_int_equal(target(AT_FDCWD, "./loop", 0, &facts), -ELOOP);
}

static void a_descriptor_is_resolved_to_its_path(void **state)
{
	struct program_facts facts;
	int fd, dir;

	write_file("byfd", "\x7f"
			   "ELF");
	fd = open("byfd", O_RDONLY | O_CLOEXEC);
	dir = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(target(fd, "", AT_EMPTY_PATH, &facts), 0);
	expect_path(facts.program.path, *state, "byfd");
	assert_int_equal(target(dir, "byfd", 0, &facts), 0);
	expect_path(facts.program.path, *state, "byfd");
	assert_int_equal(target(fd, "", 0, &facts), -ENOENT);
	close(fd);
	close(dir);
}

static void a_memfd_has_no_name(void **state)
{
	struct program_facts facts;
	int fd = memfd_create("x", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(target(fd, "", AT_EMPTY_PATH, &facts), 0);
	assert_true(facts.program.nameless);
	assert_true(facts.program.id.known);
	close(fd);
}

static void what_is_not_there_is_enoent(void **state)
{
	struct program_facts facts;

	(void)state;
	assert_int_equal(target(AT_FDCWD, "./missing", 0, &facts), -ENOENT);
	assert_int_equal(target(AT_FDCWD, "", 0, &facts), -ENOENT);
	assert_int_equal(target(4000, "x", 0, &facts), -ENOENT);
	assert_int_equal(target(AT_FDCWD, "/tmp", 0, &facts), -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relative_path_starts_in_the_cwd),
		cmocka_unit_test(links_are_followed),
		cmocka_unit_test(a_script_runs_its_interpreter),
		cmocka_unit_test(the_first_script_of_a_chain_is_the_script),
		cmocka_unit_test(more_than_five_interpreters_are_refused),
		cmocka_unit_test(a_descriptor_is_resolved_to_its_path),
		cmocka_unit_test(a_memfd_has_no_name),
		cmocka_unit_test(what_is_not_there_is_enoent),
	};

	return cmocka_run_group_tests(tests, enter_directory, leave_directory);
}
