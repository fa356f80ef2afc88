/* What programs say of code they make: /tmp/perf-PID.map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tracer/stack/perf_map.h"

#define cleanup_perf_map __attribute__((cleanup(perf_map_free)))

static void add(struct perf_map *map, const char *text)
{
	assert_int_equal(perf_map_add(map, text, strlen(text)), strlen(text));
}

static void expect(struct perf_map *map, uint64_t address, const char *name, uint64_t start)
{
	uint64_t found = 0;
	const char *text = perf_map_find(map, address, &found);

	if (!name) {
		assert_null(text);
		return;
	}
	assert_non_null(text);
	assert_string_equal(text, name);
	assert_int_equal(found, start);
}

static void an_address_within_the_size_has_the_name(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };

	(void)state;
	expect(&map, 0x1000, NULL, 0);
	add(&map, "2000 10 JS:~second file.js:3:1\n1000 20 first\n");
	expect(&map, 0xfff, NULL, 0);
	expect(&map, 0x1000, "first", 0x1000);
	expect(&map, 0x101f, "first", 0x1000);
	expect(&map, 0x1020, NULL, 0);
	expect(&map, 0x200f, "JS:~second file.js:3:1", 0x2000);
}

static void of_two_at_one_address_the_later_counts(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };

	(void)state;
	add(&map, "1000 20 old\n1000 10 new\n");
	expect(&map, 0x1008, "new", 0x1000);
	add(&map, "0x1000 8 newest\n");
	expect(&map, 0x1007, "newest", 0x1000);
	expect(&map, 0x1008, NULL, 0);
}

static void hostile_lines_are_left_out(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };
	char longest[4096];

	(void)state;
	add(&map, "\n"
		  "1000\n"
		  "1000 10\n"
		  "1000 10 \n"
		  "1000 0 empty\n"
		  "ffffffffffffffff 10 wraps\n"
		  "fffffffffffffffff 10 too_long\n"
		  "xyz 10 no_number\n"
		  " 1000 10 begins_with_a_blank\n");
	assert_int_equal(map.len, 0);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "1000 10 ", 8);
	longest[sizeof(longest) - 2] = '\n';
	longest[sizeof(longest) - 1] = '\0';
	add(&map, longest);
	assert_int_equal(map.len, 1);
	assert_int_equal(map.names.len, PERF_NAME_MAX + 1);
}

static void half_a_line_is_kept_for_later(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };

	(void)state;
	assert_int_equal(perf_map_add(&map, "1000 10 one\n2000 10 tw", 22), 12);
	assert_int_equal(map.len, 1);
}

/* The file of this very process. */
static void path_of(char path[64])
{
	snprintf(path, 64, "/tmp/perf-%d.map", getpid());
}

static void refresh(struct perf_map *map)
{
	int fd = perf_map_open(getpid());

	if (fd < 0)
		return;
	perf_map_read(map, fd);
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void what_is_added_to_the_file_is_read(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };
	char path[64];

	(void)state;
	path_of(path);
	unlink(path);
	refresh(&map);
	assert_int_equal(map.len, 0);
	write_file(path, "1000 10 one\n2000 10 tw");
	refresh(&map);
	assert_int_equal(map.len, 1);
	write_file(path, "o\n");
	refresh(&map);
	unlink(path);
	expect(&map, 0x1001, "one", 0x1000);
	expect(&map, 0x2001, "two", 0x2000);
}

static void another_file_replaces_it(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };
	char path[64], old[80];

	(void)state;
	path_of(path);
	snprintf(old, sizeof(old), "%s.old", path);
	write_file(path, "1000 10 one\n");
	refresh(&map);
	rename(path, old); /* its inode must not be used again */
	write_file(path, "2000 10 two, and longer\n");
	refresh(&map);
	unlink(path);
	unlink(old);
	expect(&map, 0x1001, NULL, 0);
	expect(&map, 0x2001, "two, and longer", 0x2000);
}

static void links_fifos_and_files_of_others_are_not_read(void **state)
{
	cleanup_perf_map struct perf_map map = { 0 };
	char path[64];

	(void)state;
	path_of(path);
	unlink(path);
	assert_int_equal(symlink("/proc/self/maps", path), 0);
	refresh(&map);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	refresh(&map);
	unlink(path);
	if (geteuid() == 0) {
		write_file(path, "1000 10 one\n");
		assert_int_equal(chown(path, 12345, 12345), 0);
		refresh(&map);
		unlink(path);
	}
	assert_int_equal(map.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_within_the_size_has_the_name),
		cmocka_unit_test(of_two_at_one_address_the_later_counts),
		cmocka_unit_test(hostile_lines_are_left_out),
		cmocka_unit_test(half_a_line_is_kept_for_later),
		cmocka_unit_test(what_is_added_to_the_file_is_read),
		cmocka_unit_test(another_file_replaces_it),
		cmocka_unit_test(links_fifos_and_files_of_others_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
