/* What is mapped where, from the text of /proc/PID/maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/stack/map_query.h"
#include "tracer/stack/maps.h"

#define cleanup_maps __attribute__((cleanup(stack_maps_free)))

static struct stack_maps parse(const char *text)
{
	struct stack_maps maps;

	assert_true(stack_maps_parse(&maps, text, strlen(text)));
	return maps;
}

static void a_file_is_one_entry_with_all_its_mappings(void **state)
{
	cleanup_maps struct stack_maps maps =
		parse("7f00000-7f01000 r--p 00000000 08:01 42                 /lib/x.so\n"
		      "7f01000-7f03000 r-xp 00001000 08:01 42                 /lib/x.so\n"
		      "7f03000-7f04000 rw-p 00003000 08:01 42                 /lib/x.so\n"
		      "7f04000-7f05000 rw-p 00000000 00:00 0 \n"
		      "7f05000-7f06000 r-xp 00000000 fe:102 43                /lib/y z.so\n");

	(void)state;
	assert_int_equal(maps.len, 2);
	assert_int_equal(maps.items[0].start, 0x7f00000);
	assert_int_equal(maps.items[0].end, 0x7f04000);
	assert_int_equal(maps.items[0].code_start, 0x7f01000);
	assert_int_equal(maps.items[0].code_end, 0x7f03000);
	assert_int_equal(maps.items[0].dev, makedev(8, 1));
	assert_int_equal(maps.items[0].ino, 42);
	assert_string_equal(maps.items[0].path, "/lib/x.so");
	assert_string_equal(maps.items[1].path, "/lib/y z.so");
	assert_int_equal(maps.items[1].dev, makedev(0xfe, 0x102));
}

static void what_is_not_executable_is_nothing(void **state)
{
	cleanup_maps struct stack_maps maps =
		parse("1000-2000 r--p 00000000 08:01 42     /usr/lib/locale/archive\n"
		      "3000-4000 rw-p 00000000 00:00 0      [heap]\n"
		      "5000-6000 rw-p 00000000 00:00 0      [stack]\n");

	(void)state;
	assert_int_equal(maps.len, 0);
}

static void code_of_no_file_and_the_vdso_are_told_apart(void **state)
{
	cleanup_maps struct stack_maps maps =
		parse("1000-2000 rwxp 00000000 00:00 0 \n"
		      "3000-4000 r-xp 00000000 00:00 0      [anon:v8]\n"
		      "5000-6000 r-xp 00000000 00:00 0      [vdso]\n");

	(void)state;
	assert_int_equal(maps.len, 3);
	assert_int_equal(maps.items[0].kind, STACK_MAP_CODE);
	assert_string_equal(maps.items[1].path, "");
	assert_int_equal(maps.items[2].kind, STACK_MAP_VDSO);
	assert_string_equal(maps.items[2].path, "[vdso]");
}

static void a_deleted_file_keeps_its_name(void **state)
{
	cleanup_maps struct stack_maps maps =
		parse("1000-2000 r-xp 00000000 08:01 42     /tmp/x (deleted)\n");

	(void)state;
	assert_true(maps.items[0].deleted);
	assert_string_equal(maps.items[0].path, "/tmp/x");
}

static void a_second_copy_of_a_file_is_an_entry_of_its_own(void **state)
{
	cleanup_maps struct stack_maps maps = parse("1000-2000 r-xp 00000000 08:01 42     /x\n"
						    "2000-3000 r-xp 00000000 08:01 42     /x\n");

	(void)state;
	assert_int_equal(maps.len, 2);
}

static void an_address_is_found_in_its_entry_only(void **state)
{
	cleanup_maps struct stack_maps maps = parse("1000-2000 r-xp 00000000 08:01 42     /x\n"
						    "4000-5000 r-xp 00000000 08:01 43     /y\n");

	(void)state;
	assert_null(stack_maps_find(&maps, 0xfff));
	assert_ptr_equal(stack_maps_find(&maps, 0x1000), &maps.items[0]);
	assert_ptr_equal(stack_maps_find(&maps, 0x1fff), &maps.items[0]);
	assert_null(stack_maps_find(&maps, 0x2000));
	assert_ptr_equal(stack_maps_find(&maps, 0x4fff), &maps.items[1]);
	assert_null(stack_maps_find(&maps, UINT64_MAX));
}

static void lines_without_sense_are_left_out(void **state)
{
	cleanup_maps struct stack_maps maps =
		parse("\n"
		      "1000-2000\n"
		      "1000-2000 r-xp\n"
		      "zzzz-2000 r-xp 00000000 08:01 42 /x\n"
		      "2000-1000 r-xp 00000000 08:01 42 /x\n"
		      "11111111111111111111-2000 r-xp 00000000 08:01 42 /x\n"
		      "5000-6000 r-xp 00000000 08:01 42 /after\n"
		      "1000-2000 r-xp 00000000 08:01 43 /not sorted\n"
		      "7000-8000 r-xp 00000000 08:01 44 /cut");

	(void)state;
	assert_int_equal(maps.len, 2);
	assert_string_equal(maps.items[0].path, "/after");
	assert_string_equal(maps.items[1].path, "/cut");
}

static void our_own_code_is_found(void **state)
{
	cleanup_maps struct stack_maps maps;
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	const struct stack_map *map;

	(void)state;
	assert_true(fd >= 0 && stack_maps_read(&maps, fd, "/"));
	close(fd);
	map = stack_maps_find(&maps, (uintptr_t)our_own_code_is_found);
	assert_non_null(map);
	assert_non_null(strstr(map->path, "/stack_maps"));
}

static void every_executable_mapping_is_known_by_itself(void **state)
{
	cleanup_maps struct stack_maps maps = parse("1000-2000 r-xp 00000000 08:01 42     /x\n"
						    "2000-3000 r--p 00001000 08:01 42     /x\n"
						    "3000-4000 r-xp 00002000 08:01 42     /x\n"
						    "8000-9000 r-xp 00000000 00:00 0 \n");
	const struct stack_segment *segment = stack_maps_segment(&maps, 0x3fff);

	(void)state;
	assert_int_equal(maps.len, 2);
	assert_int_equal(maps.segments.len, 3);
	assert_non_null(segment);
	assert_int_equal(segment->start, 0x3000);
	assert_int_equal(segment->end, 0x4000);
	assert_int_equal(segment->offset, 0x2000);
	assert_int_equal(segment->dev, makedev(8, 1));
	assert_int_equal(segment->ino, 42);
	assert_null(stack_maps_segment(&maps, 0x2000));
	assert_null(stack_maps_segment(&maps, 0xfff));
	assert_int_equal(stack_maps_segment(&maps, 0x8000)->ino, 0);
}

static void what_the_kernel_says_of_an_address_is_what_stands_in_the_maps(void **state)
{
	cleanup_maps struct stack_maps maps;
	cleanup_close int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	const struct stack_segment *read;
	struct stack_segment now;

	(void)state;
	assert_true(fd >= 0 && stack_maps_read(&maps, fd, "/"));
	if (stack_map_query(fd, 0, &now) < 0)
		skip(); /* before Linux 6.11 */
	read = stack_maps_segment(&maps, (uintptr_t)our_own_code_is_found);
	assert_int_equal(stack_map_query(fd, (uintptr_t)our_own_code_is_found, &now), 1);
	assert_non_null(read);
	assert_int_equal(now.start, read->start);
	assert_int_equal(now.end, read->end);
	assert_int_equal(now.offset, read->offset);
	assert_int_equal(now.dev, read->dev);
	assert_int_equal(now.ino, read->ino);
	/* Data, and nothing. */
	assert_int_equal(stack_map_query(fd, (uintptr_t)&maps, &now), 0);
	assert_int_equal(stack_map_query(fd, 0, &now), 0);
}

static void a_change_of_the_maps_is_noticed(void **state)
{
	cleanup_maps struct stack_maps maps;
	cleanup_close int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	void *at = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(fd >= 0 && stack_maps_read(&maps, fd, "/"));
	assert_true(stack_maps_hold(&maps, fd));
	/* Of the same size, at the same place. */
	assert_int_equal(mprotect(at, 8192, PROT_NONE), 0);
	assert_false(stack_maps_hold(&maps, fd));
	munmap(at, 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_one_entry_with_all_its_mappings),
		cmocka_unit_test(what_is_not_executable_is_nothing),
		cmocka_unit_test(code_of_no_file_and_the_vdso_are_told_apart),
		cmocka_unit_test(a_deleted_file_keeps_its_name),
		cmocka_unit_test(a_second_copy_of_a_file_is_an_entry_of_its_own),
		cmocka_unit_test(an_address_is_found_in_its_entry_only),
		cmocka_unit_test(lines_without_sense_are_left_out),
		cmocka_unit_test(our_own_code_is_found),
		cmocka_unit_test(every_executable_mapping_is_known_by_itself),
		cmocka_unit_test(what_the_kernel_says_of_an_address_is_what_stands_in_the_maps),
		cmocka_unit_test(a_change_of_the_maps_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
