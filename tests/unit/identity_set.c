/* Files that something is known of, until they are changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "policy/identity_set.h"

static struct identity changed_before(uint64_t ino, int64_t seconds)
{
	return (struct identity){
		.known = true,
		.dev = 1,
		.ino = ino,
		.size = 4,
		.ctime_sec = time(NULL) - seconds,
		.ctime_nsec = 5,
	};
}

static void what_was_put_in_is_there(void **state)
{
	struct identity_set set = { 0 };
	struct identity file = changed_before(1, 60), other = changed_before(2, 60);

	(void)state;
	assert_false(identity_set_has(&set, &file));
	identity_set_put(&set, &file);
	assert_true(identity_set_has(&set, &file));
	assert_false(identity_set_has(&set, &other));
}

static void a_file_that_was_changed_is_another(void **state)
{
	struct identity_set set = { 0 };
	struct identity file = changed_before(1, 60), later = file, longer = file, moved = file;

	(void)state;
	identity_set_put(&set, &file);
	later.ctime_nsec++;
	longer.size++;
	moved.dev++;
	assert_false(identity_set_has(&set, &later));
	assert_false(identity_set_has(&set, &longer));
	assert_false(identity_set_has(&set, &moved));
}

static void what_was_changed_a_moment_ago_is_not_kept(void **state)
{
	static const int64_t ages[] = { 0, IDENTITY_SETTLED_S - 1, -60 };
	struct identity_set set = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		struct identity file = changed_before(1, ages[i]);

		identity_set_put(&set, &file);
		assert_false(identity_set_has(&set, &file));
	}
}

static void what_is_not_known_is_not_kept(void **state)
{
	struct identity_set set = { 0 };
	struct identity file = changed_before(0, 60);

	(void)state;
	file.known = false;
	identity_set_put(&set, &file);
	assert_false(identity_set_has(&set, &file));
	assert_false(identity_set_has(&set, &(struct identity){ 0 }));
}

static void there_is_always_room_for_one_more(void **state)
{
	struct identity_set set = { 0 };

	(void)state;
	for (uint64_t i = 1; i < 20 * IDENTITY_SET_PLACES; i++) {
		struct identity file = changed_before(i, 60);

		identity_set_put(&set, &file);
		assert_true(identity_set_has(&set, &file));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_in_is_there),
		cmocka_unit_test(a_file_that_was_changed_is_another),
		cmocka_unit_test(what_was_changed_a_moment_ago_is_not_kept),
		cmocka_unit_test(what_is_not_known_is_not_kept),
		cmocka_unit_test(there_is_always_room_for_one_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
