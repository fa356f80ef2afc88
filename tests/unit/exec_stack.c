/* What a new program finds on its stack, of either word size, and when it is not all there. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer/exec_stack.h"

enum { PAGE = 4096, ROOM = 16 * PAGE };

/* A stack of our own: ROOM bytes, and nothing mapped behind them. */
static uint8_t *base;
static struct exec_stack stack;

static int map(void **state)
{
	(void)state;
	/* So far down that pointers of four bytes reach it. */
	base = mmap((void *)0x10000000, ROOM + PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return base == MAP_FAILED || munmap(base + ROOM, PAGE) < 0 ? -1 : 0;
}

static int unmap(void **state)
{
	(void)state;
	return munmap(base, ROOM);
}

static uint64_t addr(size_t offset)
{
	return (uintptr_t)base + offset;
}

static void put_word(size_t *at, unsigned size, uint64_t word)
{
	uint32_t narrow = (uint32_t)word;

	memcpy(base + *at, size == 8 ? (void *)&word : (void *)&narrow, size);
	*at += size;
}

/*
 * argc, argv, envp, auxv, as at the start of a program: two arguments and an environment, with
 * their strings at the end of the last page. Returns where it begins.
 */
static uint64_t make_stack(size_t begin, unsigned size, const char *execfn)
{
	static const char strings[] = "tool\0--all\0HOME=/";
	size_t at = begin, text = ROOM - 64;

	memset(base, 'x', ROOM);
	memcpy(base + text, strings, sizeof(strings));
	strcpy((char *)base + text + 32, execfn);
	put_word(&at, size, 2);
	put_word(&at, size, addr(text));
	put_word(&at, size, addr(text + 5));
	put_word(&at, size, 0);
	put_word(&at, size, addr(text + 11));
	put_word(&at, size, 0);
	put_word(&at, size, AT_PAGESZ);
	put_word(&at, size, PAGE);
	put_word(&at, size, AT_EXECFN);
	put_word(&at, size, addr(text + 32));
	put_word(&at, size, AT_NULL);
	put_word(&at, size, 0);
	return addr(begin);
}

static void expect_argument(size_t i, const char *expected)
{
	size_t len = 0;
	const char *argument = exec_stack_argument(&stack, i, &len);

	assert_non_null(argument);
	assert_string_equal(argument, expected);
	assert_int_equal(len, strlen(expected));
}

static void arguments_and_path(void **state)
{
	static const unsigned sizes[] = { 4, 8 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		size_t len;

		exec_stack_read(
			&stack, getpid(), make_stack(ROOM - PAGE, sizes[i], "/bin/tool"), sizes[i]);
		assert_int_equal(stack.argc, 2);
		expect_argument(0, "tool");
		expect_argument(1, "--all");
		assert_null(exec_stack_argument(&stack, 2, &len));
		assert_string_equal(exec_stack_string(&stack, stack.execfn, &len), "/bin/tool");
		assert_int_equal(len, 9);
	}
}

static void what_lies_too_far_up_is_not_read(void **state)
{
	size_t len;

	(void)state;
	exec_stack_read(&stack, getpid(), make_stack(0, 8, "/bin/tool"), 8);
	assert_int_equal(stack.len, EXEC_STACK_MAX);
	assert_int_equal(stack.argc, 2);
	assert_null(exec_stack_argument(&stack, 0, &len));
	assert_int_equal(stack.execfn, addr(ROOM - 32));
	assert_null(exec_stack_string(&stack, stack.execfn, &len));
}

static void a_string_without_an_end_is_none(void **state)
{
	uint64_t start = make_stack(ROOM - PAGE, 8, "/bin/tool");
	size_t len;

	(void)state;
	memset(base + ROOM - 32, 'x', 32);
	exec_stack_read(&stack, getpid(), start, 8);
	assert_null(exec_stack_string(&stack, stack.execfn, &len));
}

static void more_arguments_than_there_is_room_for(void **state)
{
	static const uint64_t counts[] = { EXEC_STACK_MAX, UINT64_MAX, UINT64_MAX / 8 };
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		uint64_t start = make_stack(ROOM - PAGE, 8, "/bin/tool");

		memcpy(base + ROOM - PAGE, &counts[i], sizeof(counts[i]));
		exec_stack_read(&stack, getpid(), start, 8);
		assert_int_equal(stack.argc, 0);
		assert_null(exec_stack_argument(&stack, 0, &len));
	}
}

/* Then the kernel's own copy is asked: here, what this test was run as. */
static void without_pairs_proc_tells_the_path(void **state)
{
	uint64_t start = make_stack(ROOM - PAGE, 8, "/bin/tool");

	(void)state;
	memset(base + ROOM - PAGE + 24, 'x', PAGE - 24 - 64);
	exec_stack_read(&stack, getpid(), start, 8);
	assert_int_equal(stack.argc, 2);
	assert_true(stack.execfn != 0);
	assert_true(stack.execfn != addr(ROOM - 32));
}

static void nothing_is_there(void **state)
{
	size_t len;

	(void)state;
	exec_stack_read(&stack, getpid(), addr(ROOM), 8);
	assert_int_equal(stack.len, 0);
	assert_int_equal(stack.argc, 0);
	assert_null(exec_stack_argument(&stack, 0, &len));
	assert_null(exec_stack_string(&stack, addr(0), &len));
	assert_null(exec_stack_string(&stack, UINT64_MAX, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_and_path),
		cmocka_unit_test(what_lies_too_far_up_is_not_read),
		cmocka_unit_test(a_string_without_an_end_is_none),
		cmocka_unit_test(more_arguments_than_there_is_room_for),
		cmocka_unit_test(without_pairs_proc_tells_the_path),
		cmocka_unit_test(nothing_is_there),
	};

	return cmocka_run_group_tests(tests, map, unmap);
}
