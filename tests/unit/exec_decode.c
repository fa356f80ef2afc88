/* execve: a path and two vectors of strings, of any size and anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>

#include "tests/support/decoded.h"

enum { EXECVE = 59, EXECVEAT = 322, PATH = 0x1000, ARGV = 0x2000, ENVP = 0x3000, TEXT = 0x100000 };

static const struct strings_value *vector(const struct decoded *d, const char *name)
{
	return &call_value(&d->call, name)->strings;
}

static void is_string(const struct bytes_value *v, const char *expected)
{
	assert_int_equal(v->status, VALUE_OK);
	assert_int_equal(v->len, strlen(expected));
	assert_memory_equal(v->data, expected, v->len);
	assert_int_equal(v->full_len, v->len);
}

static void path_and_argv_are_read(void **state)
{
	const uint64_t argv[] = { TEXT, TEXT + 5, TEXT + 20, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, PATH, "/usr/bin/node");
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_put(&d.mem, TEXT, "node\0postinstall.js\0", 21);
	DECODE(&d, EXECVE, PATH, ARGV, 0);
	is_string(&call_value(&d.call, "path")->bytes, "/usr/bin/node");
	assert_int_equal(vector(&d, "argv")->status, VALUE_OK);
	assert_int_equal(vector(&d, "argv")->len, 3);
	assert_int_equal(vector(&d, "argv")->full_len, 3);
	is_string(&vector(&d, "argv")->items[0], "node");
	is_string(&vector(&d, "argv")->items[1], "postinstall.js");
	is_string(&vector(&d, "argv")->items[2], "");
	assert_int_equal(vector(&d, "envp")->status, VALUE_NULL);
}

static void neighbouring_strings_are_read_at_once(void **state)
{
	const uint64_t argv[] = { TEXT, TEXT + 2, TEXT + 4, TEXT + 6, TEXT + 8, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_put(&d.mem, TEXT, "a\0b\0c\0d\0e\0", 11);
	DECODE(&d, EXECVE, 0, ARGV, 0);
	assert_int_equal(vector(&d, "argv")->len, 5);
	/* Twice each: the read that comes up short is asked again where memory ends. */
	assert_in_range(d.mem.reads, 2, 4);
}

static void strings_go_on_over_page_ends(void **state)
{
	cleanup_decoded struct decoded d;
	char path[3000];

	(void)state;
	decoded_init(&d);
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	fake_put(&d.mem, 0x5000 - 1000, path, 1000);
	fake_put(&d.mem, 0x5000, path + 1000, 2000);
	DECODE(&d, EXECVE, 0x5000 - 1000, 0, 0);
	is_string(&call_value(&d.call, "path")->bytes, path);
}

static void a_string_that_ends_at_the_end_of_memory_is_whole(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, 0x5ffc, "/ab", 4);
	DECODE(&d, EXECVE, 0x5ffc, 0, 0);
	is_string(&call_value(&d.call, "path")->bytes, "/ab");
	fake_put(&d.mem, UINT64_MAX - 4, "/ab", 4); /* and of all addresses */
	DECODE(&d, EXECVE, UINT64_MAX - 4, 0, 0);
	is_string(&call_value(&d.call, "path")->bytes, "/ab");
}

static void an_unterminated_string_is_unreadable(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, 0x5ffc, "/abc", 4);
	DECODE(&d, EXECVE, 0x5ffc, 0, 0);
	assert_int_equal(call_value(&d.call, "path")->bytes.status, VALUE_UNREADABLE);
	assert_int_equal(call_value(&d.call, "path")->bytes.addr, 0x5ffc);
	assert_int_equal(call_value(&d.call, "path")->bytes.len, 0);
}

static void a_path_above_path_max_is_cut(void **state)
{
	static char path[200000];
	cleanup_decoded struct decoded d;
	const struct bytes_value *v;

	(void)state;
	decoded_init(&d);
	memset(path, 'p', sizeof(path));
	fake_put(&d.mem, TEXT, path, sizeof(path));
	DECODE(&d, EXECVE, TEXT, 0, 0);
	v = &call_value(&d.call, "path")->bytes;
	assert_int_equal(v->status, VALUE_CUT);
	assert_int_equal(v->len, 4096);
	assert_int_equal(v->full_len, 128 * 1024); /* no more is looked at */
	path[5000] = '\0';
	DECODE(&d, EXECVE, TEXT, 0, 0);
	assert_int_equal(v->status, VALUE_CUT);
	assert_int_equal(v->full_len, 5000);
	path[4096] = '\0';
	DECODE(&d, EXECVE, TEXT, 0, 0);
	assert_int_equal(v->status, VALUE_OK);
	assert_int_equal(v->len, 4096);
}

static void an_argument_that_cannot_be_read_spoils_no_other(void **state)
{
	const uint64_t argv[] = { TEXT, 0x10, TEXT + 2, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_put(&d.mem, TEXT, "a\0b\0", 4);
	DECODE(&d, EXECVE, 0, ARGV, 0);
	assert_int_equal(vector(&d, "argv")->status, VALUE_OK);
	is_string(&vector(&d, "argv")->items[0], "a");
	assert_int_equal(vector(&d, "argv")->items[1].status, VALUE_UNREADABLE);
	assert_int_equal(vector(&d, "argv")->items[1].addr, 0x10);
	is_string(&vector(&d, "argv")->items[2], "b");
}

static void an_endless_vector_is_counted_to_a_limit(void **state)
{
	enum { MANY = 250000 };
	uint64_t *argv = calloc(MANY + 1, sizeof(*argv));
	cleanup_decoded struct decoded d;

	(void)state;
	assert_non_null(argv);
	decoded_init(&d);
	for (size_t i = 0; i < MANY; i++)
		argv[i] = TEXT;
	fake_put(&d.mem, ARGV, argv, MANY * sizeof(*argv));
	fake_string(&d.mem, TEXT + 0x1000000, "a");
	DECODE(&d, EXECVE, 0, ARGV, ARGV);
	assert_int_equal(vector(&d, "argv")->status, VALUE_CUT);
	assert_int_equal(vector(&d, "argv")->full_len, 200000);
	assert_int_equal(vector(&d, "argv")->len, 4096);
	assert_int_equal(vector(&d, "envp")->full_len, 200000);
	argv[100000] = 0;
	DECODE(&d, EXECVE, 0, ARGV, ARGV);
	assert_int_equal(vector(&d, "argv")->full_len, 100000);
	assert_int_equal(vector(&d, "argv")->status, VALUE_CUT);
	assert_int_equal(vector(&d, "envp")->full_len, 100000);
	assert_int_equal(vector(&d, "envp")->status, VALUE_OK); /* counted is all that was wanted */
	free(argv);
}

static void long_arguments_are_cut_and_their_sum_is_bounded(void **state)
{
	static char text[40000];
	uint64_t argv[11] = { 0 };
	cleanup_decoded struct decoded d;
	size_t total = 0;

	(void)state;
	decoded_init(&d);
	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i < 10; i++)
		argv[i] = TEXT;
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_put(&d.mem, TEXT, text, sizeof(text));
	DECODE(&d, EXECVE, 0, ARGV, 0);
	assert_int_equal(vector(&d, "argv")->status, VALUE_CUT);
	assert_int_equal(vector(&d, "argv")->full_len, 10);
	assert_int_equal(vector(&d, "argv")->items[0].status, VALUE_CUT);
	assert_int_equal(vector(&d, "argv")->items[0].len, 32 * 1024);
	assert_int_equal(vector(&d, "argv")->items[0].full_len, sizeof(text) - 1);
	for (size_t i = 0; i < vector(&d, "argv")->len; i++)
		total += vector(&d, "argv")->items[i].len;
	assert_int_equal(total, 128 * 1024);
}

static void a_vector_that_becomes_unreadable_is_cut(void **state)
{
	const uint64_t argv[] = { TEXT, TEXT };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, 0x7ff0, argv, sizeof(argv));
	fake_string(&d.mem, TEXT, "a");
	DECODE(&d, EXECVE, 0, 0x7ff0, 0x10);
	assert_int_equal(vector(&d, "argv")->status, VALUE_CUT);
	assert_int_equal(vector(&d, "argv")->len, 2);
	is_string(&vector(&d, "argv")->items[1], "a");
	assert_int_equal(vector(&d, "envp")->status, VALUE_UNREADABLE);
}

static void the_environment_is_counted_and_kept_only_when_asked_for(void **state)
{
	const uint64_t envp[] = { TEXT, TEXT + 4, 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, ENVP, envp, sizeof(envp));
	fake_put(&d.mem, TEXT, "A=1\0B=2\0", 8);
	DECODE(&d, EXECVE, 0, 0, ENVP);
	assert_int_equal(vector(&d, "envp")->status, VALUE_OK);
	assert_int_equal(vector(&d, "envp")->full_len, 2);
	assert_int_equal(vector(&d, "envp")->len, 0);
	d.contents = true;
	DECODE(&d, EXECVE, 0, 0, ENVP);
	assert_int_equal(vector(&d, "envp")->len, 2);
	is_string(&vector(&d, "envp")->items[1], "B=2");
}

static void pointers_of_i386_and_x32_are_four_bytes(void **state)
{
	const uint32_t argv[] = { TEXT, TEXT + 2, 0, 0xffffffff };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_put(&d.mem, TEXT, "a\0b\0", 4);
	DECODE_I386(&d, 11, 0, ARGV, 0);
	assert_int_equal(vector(&d, "argv")->len, 2);
	is_string(&vector(&d, "argv")->items[1], "b");
	decode_abi(&d, &abi_x32, 520 | 0x40000000, (const uint64_t[6]){ 0, ARGV, 0 });
	assert_string_equal(d.call.name, "execve");
	assert_string_equal(d.call.abi->name, "x32");
	assert_int_equal(vector(&d, "argv")->len, 2);
}

static void execveat_has_directory_and_flags(void **state)
{
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	fake_string(&d.mem, PATH, "");
	DECODE(&d, EXECVEAT, 0xffffff9c, PATH, 0, 0, 0xff00001000);
	assert_int_equal((int32_t)call_value(&d.call, "dirfd")->num, AT_FDCWD);
	assert_int_equal(call_value(&d.call, "flags")->num, AT_EMPTY_PATH);
	is_string(&call_value(&d.call, "path")->bytes, "");
}

/* Memory that another thread changes while it is read: from the second read on, `later` is there.
 */
struct changing {
	const char *first, *later;
	size_t len;
	unsigned reads;
};

static ssize_t changing_read(void *ctx, uint64_t addr, void *buf, size_t len)
{
	struct changing *c = ctx;
	const char *bytes = c->reads++ < 2 ? c->first : c->later;
	size_t offset = (size_t)(addr - TEXT);

	if (!bytes || addr < TEXT || offset >= c->len)
		return -EFAULT;
	len = len < c->len - offset ? len : c->len - offset;
	memcpy(buf, bytes + offset, len);
	return (ssize_t)len;
}

static void a_string_that_changes_while_it_is_read_is_one_of_both(void **state)
{
	static char longer[6000], shorter[6000];
	struct changing changing = { .first = longer, .later = shorter, .len = sizeof(longer) };
	struct mem_reader reader = { .read = changing_read, .ctx = &changing };
	struct trap trap = { .audit_arch = abi_x86_64.audit_arch, .nr = EXECVE, .args = { TEXT } };
	cleanup_decoded struct decoded d;
	const struct bytes_value *path;

	(void)state;
	decoded_init(&d);
	memset(longer, 'l', 4090);
	memset(shorter, 's', 100);
	/* Begins before the end of a page, so that it is measured in two reads. */
	trap.args[0] += 100;
	call_decode(&d.call, &trap, &reader, &d.arena, NULL);
	path = &call_value(&d.call, "path")->bytes;
	assert_int_equal(path->status, VALUE_OK);
	assert_int_equal(path->len, 3990);

	changing.reads = 0;
	memset(longer, 'l', sizeof(longer) - 1);
	call_decode(&d.call, &trap, &reader, &d.arena, NULL);
	assert_int_equal(path->status, VALUE_OK);
	assert_int_equal(path->len, 0);
	assert_int_equal(path->full_len, 0);

	changing.reads = 0;
	changing.later = NULL;
	call_decode(&d.call, &trap, &reader, &d.arena, NULL);
	assert_int_equal(path->status, VALUE_UNREADABLE);
	assert_int_equal(path->len, 0);
}

static void a_small_arena_cuts_and_never_fails(void **state)
{
	uint64_t argv[101] = { 0 };
	cleanup_decoded struct decoded d;

	(void)state;
	decoded_init(&d);
	for (size_t i = 0; i < 100; i++)
		argv[i] = TEXT;
	fake_put(&d.mem, ARGV, argv, sizeof(argv));
	fake_string(&d.mem, TEXT, "an argument of some length");
	for (size_t limit = 0; limit < 8192; limit += 64) {
		d.arena.limit = limit;
		DECODE(&d, EXECVE, TEXT, ARGV, 0);
		assert_int_equal(vector(&d, "argv")->full_len, 100);
		assert_in_range(vector(&d, "argv")->len, 0, 100);
		assert_int_not_equal(call_value(&d.call, "path")->bytes.status, VALUE_UNREADABLE);
		if (limit < 4096)
			assert_int_equal(vector(&d, "argv")->status, VALUE_CUT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_and_argv_are_read),
		cmocka_unit_test(neighbouring_strings_are_read_at_once),
		cmocka_unit_test(strings_go_on_over_page_ends),
		cmocka_unit_test(a_string_that_ends_at_the_end_of_memory_is_whole),
		cmocka_unit_test(an_unterminated_string_is_unreadable),
		cmocka_unit_test(a_path_above_path_max_is_cut),
		cmocka_unit_test(an_argument_that_cannot_be_read_spoils_no_other),
		cmocka_unit_test(an_endless_vector_is_counted_to_a_limit),
		cmocka_unit_test(long_arguments_are_cut_and_their_sum_is_bounded),
		cmocka_unit_test(a_vector_that_becomes_unreadable_is_cut),
		cmocka_unit_test(the_environment_is_counted_and_kept_only_when_asked_for),
		cmocka_unit_test(pointers_of_i386_and_x32_are_four_bytes),
		cmocka_unit_test(execveat_has_directory_and_flags),
		cmocka_unit_test(a_string_that_changes_while_it_is_read_is_one_of_both),
		cmocka_unit_test(a_small_arena_cuts_and_never_fails),
	};

	return cmocka_run_group_tests_name("exec_decode", tests, NULL, NULL);
}
