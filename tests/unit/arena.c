/* Memory for one call at a time, with a limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <stdalign.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned_also_when_used_again(void **state)
{
	cleanup_arena struct arena a;

	(void)state;
	arena_init(&a, 1024 * 1024);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 200; size++) {
			unsigned char *p = arena_alloc(&a, size);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, size);
		}
		arena_reset(&a);
	}
}

static void the_limit_holds(void **state)
{
	cleanup_arena struct arena a;
	size_t got = 0;

	(void)state;
	arena_init(&a, 10000);
	assert_null(arena_alloc(&a, 10001));
	assert_null(arena_alloc(&a, SIZE_MAX));
	while (arena_alloc(&a, 64))
		got += 64;
	assert_in_range(got, 9000, 10000);
	assert_true(arena_left(&a) < 64);
	arena_reset(&a);
	assert_int_equal(arena_left(&a), 10000);
	assert_non_null(arena_alloc(&a, 64));
}

static void a_warm_arena_serves_from_the_same_memory(void **state)
{
	cleanup_arena struct arena a;
	void *first;

	(void)state;
	arena_init(&a, 1024 * 1024);
	first = arena_alloc(&a, 100);
	assert_non_null(arena_alloc(&a, 100000));
	arena_reset(&a);
	assert_ptr_equal(arena_alloc(&a, 100), first);
}

static void nothing_is_a_pointer_too(void **state)
{
	cleanup_arena struct arena a;

	(void)state;
	arena_init(&a, 100);
	assert_non_null(arena_alloc(&a, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_also_when_used_again),
		cmocka_unit_test(the_limit_holds),
		cmocka_unit_test(a_warm_arena_serves_from_the_same_memory),
		cmocka_unit_test(nothing_is_a_pointer_too),
	};

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
