/* Reading a task's memory: page ends, holes, absurd addresses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tracer/memory.h"

enum { PAGE = 4096, PAGES = 40 };

struct mapping {
	uint8_t *base; /* PAGES pages of known bytes, then a hole */
};

static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 31 + i / PAGE);
}

static int map(void **state)
{
	static struct mapping mapping;

	mapping.base = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapping.base == MAP_FAILED)
		return -1;
	for (size_t i = 0; i < PAGES * PAGE; i++)
		mapping.base[i] = byte_at(i);
	munmap(mapping.base + PAGES * PAGE, PAGE);
	*state = &mapping;
	return 0;
}

static int unmap(void **state)
{
	munmap(((struct mapping *)*state)->base, PAGES * PAGE);
	return 0;
}

static void check(const struct mapping *m, size_t from, size_t len, ssize_t expected)
{
	static uint8_t buf[(PAGES + 1) * PAGE];
	ssize_t got = task_memory_read(getpid(), (uintptr_t)m->base + from, buf, len);

	assert_int_equal(got, expected);
	for (ssize_t i = 0; i < got; i++)
		assert_int_equal(buf[i], byte_at(from + (size_t)i));
}

static void reads_what_is_there(void **state)
{
	check(*state, 0, 1, 1);
	check(*state, 4000, 200, 200);
	check(*state, 1, PAGES * PAGE - 1, PAGES * PAGE - 1);
}

static void stops_where_memory_ends(void **state)
{
	check(*state, PAGES * PAGE - 10, 100, 10);
	check(*state, PAGES * PAGE - 1, 2, 1);
	check(*state, 100, (PAGES + 1) * PAGE - 100, PAGES * PAGE - 100);
}

static void a_hole_is_efault(void **state)
{
	check(*state, PAGES * PAGE, 1, -EFAULT);
}

static void absurd_addresses_are_efault(void **state)
{
	uint8_t buf[64];

	(void)state;
	assert_int_equal(task_memory_read(getpid(), 0, buf, sizeof(buf)), -EFAULT);
	assert_int_equal(task_memory_read(getpid(), UINT64_MAX, buf, sizeof(buf)), -EFAULT);
	assert_int_equal(task_memory_read(getpid(), UINT64_MAX - 63, buf, sizeof(buf)), -EFAULT);
	assert_int_equal(task_memory_read(getpid(), 1ull << 63, buf, sizeof(buf)), -EFAULT);
}

static void a_task_that_is_gone_is_esrch(void **state)
{
	uint8_t buf[8];
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(task_memory_read(child, (uintptr_t)buf, buf, sizeof(buf)), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_is_there, map, unmap),
		cmocka_unit_test_setup_teardown(stops_where_memory_ends, map, unmap),
		cmocka_unit_test_setup_teardown(a_hole_is_efault, map, unmap),
		cmocka_unit_test(absurd_addresses_are_efault),
		cmocka_unit_test(a_task_that_is_gone_is_esrch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
