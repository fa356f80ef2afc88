/* Which files are ELF interpreters: those of this system, and much that is none. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
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

#include "base/cleanup.h"
#include "policy/elf_interpreter.h"

static bool is_interpreter(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return elf_is_interpreter(fd);
}

static int file_of(const void *content, size_t len)
{
	int fd = memfd_create("content", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	return fd;
}

/* Where the ABIs of the C libraries have their interpreters. */
static void the_systems_own(void **state)
{
	static const char *const patterns[] = { "/lib64/ld-*.so*", "/lib/ld-*.so*",
		"/lib/*/ld-*.so*", "/lib32/ld-*.so*" };
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t files;

		if (glob(patterns[i], 0, NULL, &files) == 0) {
			for (size_t f = 0; f < files.gl_pathc; f++)
				assert_true(is_interpreter(files.gl_pathv[f]));
			found += files.gl_pathc;
		}
		globfree(&files);
	}
	assert_true(found > 0);
}

static void programs_libraries_and_scripts_are_none(void **state)
{
	static const char *const paths[] = { "/proc/self/exe", "/bin/sh", "/usr/bin/env",
		"/etc/passwd" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_false(is_interpreter(paths[i]));
}

static void what_is_no_file_is_none(void **state)
{
	cleanup_close int directory = open("/", O_RDONLY | O_CLOEXEC);
	cleanup_close int device = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	cleanup_close int blind = open("/bin/sh", O_PATH | O_CLOEXEC);

	(void)state;
	assert_false(elf_is_interpreter(directory));
	assert_false(elf_is_interpreter(device));
	assert_false(elf_is_interpreter(blind));
	assert_false(elf_is_interpreter(-1));
}

/* The interpreter of this machine, to be spoilt. */
static uint8_t *load_interpreter(size_t *len)
{
	const char *path = access("/lib64/ld-linux-x86-64.so.2", R_OK) == 0
				   ? "/lib64/ld-linux-x86-64.so.2"
				   : "/lib/ld-linux-aarch64.so.1";
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t *image;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	*len = (size_t)st.st_size;
	image = malloc(*len);
	assert_non_null(image);
	assert_int_equal(pread(fd, image, *len, 0), *len);
	return image;
}

static void a_copy_is_one_and_a_part_of_it_is_none(void **state)
{
	size_t len;
	cleanup_free uint8_t *image = load_interpreter(&len);
	cleanup_close int whole = file_of(image, len);

	(void)state;
	assert_true(elf_is_interpreter(whole));
	for (size_t part = 0; part < len; part = part < 2048 ? part + 1 : part + 4999) {
		cleanup_close int fd = file_of(image, part);

		assert_false(elf_is_interpreter(fd));
	}
}

/* Whatever the headers say, nothing but them and the file is looked at. */
static void spoilt_headers_do_no_harm(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	size_t len;
	cleanup_free uint8_t *image = load_interpreter(&len);
	cleanup_close int fd = file_of(image, len);

	(void)state;
	for (size_t at = 0; at < 64 + 12 * 56; at++) {
		for (size_t v = 0; v < sizeof(values); v++) {
			assert_int_equal(pwrite(fd, &values[v], 1, (off_t)at), 1);
			(void)elf_is_interpreter(fd);
		}
		assert_int_equal(pwrite(fd, image + at, 1, (off_t)at), 1);
	}
	/* The section headers are the last thing in the file. */
	for (size_t at = len - 2048; at < len; at++) {
		assert_int_equal(pwrite(fd, "\xff", 1, (off_t)at), 1);
		(void)elf_is_interpreter(fd);
		assert_int_equal(pwrite(fd, image + at, 1, (off_t)at), 1);
	}
	assert_true(elf_is_interpreter(fd));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_systems_own),
		cmocka_unit_test(programs_libraries_and_scripts_are_none),
		cmocka_unit_test(what_is_no_file_is_none),
		cmocka_unit_test(a_copy_is_one_and_a_part_of_it_is_none),
		cmocka_unit_test(spoilt_headers_do_no_harm),
	};

	return cmocka_run_group_tests_name("elf_interpreter", tests, NULL, NULL);
}
