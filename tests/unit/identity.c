/* What tells one file from another, and the digest that pins a content. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "policy/identity.h"

static int file_of(const char *content, size_t len)
{
	int fd = memfd_create("content", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	return fd;
}

static void expect_digest(int fd, const char *expected)
{
	uint8_t digest[SHA256_BYTES];
	char text[SHA256_TEXT_SIZE];

	assert_int_equal(sha256_of_fd(fd, digest, NULL), 0);
	sha256_text(digest, text);
	assert_string_equal(text, expected);
}

/* FIPS 180-4 examples. */
static void known_digests(void **state)
{
	cleanup_close int empty = file_of("", 0), abc = file_of("abc", 3);

	(void)state;
	expect_digest(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect_digest(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Read in many pieces: one million letters a, also of FIPS 180-4. */
static void long_content(void **state)
{
	cleanup_free char *text = malloc(1000000);
	cleanup_close int fd = -1;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', 1000000);
	fd = file_of(text, 1000000);
	expect_digest(fd, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void offset_stays(void **state)
{
	cleanup_close int fd = file_of("abc", 3);
	uint8_t digest[SHA256_BYTES];

	(void)state;
	assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
	assert_int_equal(sha256_of_fd(fd, digest, NULL), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 2);
}

static void unreadable_content(void **state)
{
	cleanup_close int fd = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	cleanup_close int dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint8_t digest[SHA256_BYTES];
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(sha256_of_fd(fd, digest, &err), -EBADF);
	assert_string_equal(err_text(err), "cannot read the file to hash it: Bad file descriptor");
	assert_int_equal(sha256_of_fd(dir, digest, NULL), -EISDIR);
	assert_int_equal(sha256_of_fd(-1, digest, NULL), -EBADF);
}

static void digests_as_text(void **state)
{
	static const char lower[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	static const char upper[] =
		"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
	uint8_t one[SHA256_BYTES], two[SHA256_BYTES];
	char text[SHA256_TEXT_SIZE];

	(void)state;
	assert_true(sha256_parse(lower, one));
	assert_true(sha256_parse(upper, two));
	assert_memory_equal(one, two, SHA256_BYTES);
	assert_int_equal(one[0], 0xba);
	assert_int_equal(one[31], 0xad);
	sha256_text(one, text);
	assert_string_equal(text, lower);
	assert_false(sha256_parse("", one));
	assert_false(sha256_parse(lower + 1, one));
	assert_false(sha256_parse(
		"ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", one));
	assert_false(sha256_parse(
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0", one));
	assert_false(sha256_parse(
		"0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015", one));
}

static void facts_of_a_descriptor(void **state)
{
	cleanup_close int fd = file_of("abc", 3);
	cleanup_close int path = open("/proc/self/exe", O_PATH | O_CLOEXEC);
	struct identity by_fd, by_stat;
	struct stat st;

	(void)state;
	assert_int_equal(identity_of_fd(fd, &by_fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	identity_of_stat(&st, &by_stat);
	assert_true(identity_equal(&by_fd, &by_stat));
	assert_int_equal(by_fd.size, 3);
	assert_int_equal(identity_of_fd(path, &by_fd), 0);
	assert_true(by_fd.known);
	assert_int_equal(identity_of_fd(-1, &by_fd), -EBADF);
	assert_false(by_fd.known);
}

/* Every fact counts, and what is not known equals nothing, itself included. */
static void equality(void **state)
{
	const struct identity one = {
		.known = true, .dev = 1, .ino = 2, .size = 3, .ctime_sec = 4, .ctime_nsec = 5
	};
	struct identity dev = one, ino = one, size = one, sec = one, nsec = one, none = one;

	(void)state;
	dev.dev++;
	ino.ino++;
	size.size++;
	sec.ctime_sec++;
	nsec.ctime_nsec++;
	none.known = false;
	assert_true(identity_equal(&one, &one));
	assert_false(identity_same_file(&one, &dev));
	assert_false(identity_same_file(&one, &ino));
	assert_true(identity_same_file(&one, &size));
	assert_false(identity_equal(&one, &size));
	assert_false(identity_equal(&one, &sec));
	assert_false(identity_equal(&one, &nsec));
	assert_false(identity_same_file(&none, &none));
	assert_false(identity_equal(&one, &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
		cmocka_unit_test(long_content),
		cmocka_unit_test(offset_stays),
		cmocka_unit_test(unreadable_content),
		cmocka_unit_test(digests_as_text),
		cmocka_unit_test(facts_of_a_descriptor),
		cmocka_unit_test(equality),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
