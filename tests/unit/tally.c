/* Counting by key, within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "report/tally.h"

static void add(struct tally *tally, const char *a, const char *b, enum outcome outcome)
{
	tally_add(tally, (const char *[]){ a, b }, b ? 2 : 1, outcome);
}

static void keys_are_counted_apart_by_outcome(void **state)
{
	cleanup_free struct tally_row *rows = NULL;
	struct tally tally = { 0 };
	size_t n;

	(void)state;
	add(&tally, "a", NULL, OUTCOME_OK);
	add(&tally, "b", NULL, OUTCOME_FAIL);
	add(&tally, "b", NULL, OUTCOME_DENY);
	add(&tally, "b", NULL, OUTCOME_WOULD);
	rows = tally_rows(&tally, &n);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].parts[0], "b");
	assert_int_equal(rows[0].count.total, 3);
	assert_int_equal(rows[0].count.failed, 1);
	assert_int_equal(rows[0].count.denied, 2);
	assert_string_equal(rows[1].parts[0], "a");
	assert_int_equal(rows[1].count.total, 1);
	tally_free(&tally);
}

static void the_parts_of_a_key_are_not_one_string(void **state)
{
	cleanup_free struct tally_row *rows = NULL;
	struct tally tally = { 0 };
	size_t n;

	(void)state;
	add(&tally, "ab", "c", OUTCOME_OK);
	add(&tally, "a", "bc", OUTCOME_OK);
	add(&tally, "abc", "", OUTCOME_OK);
	add(&tally, "", "abc", OUTCOME_OK);
	rows = tally_rows(&tally, &n);
	assert_int_equal(n, 4);
	/* Equal counts stand in the order of their keys. */
	assert_string_equal(rows[0].parts[1], "abc");
	assert_string_equal(rows[1].parts[1], "bc");
	assert_string_equal(rows[2].parts[1], "c");
	assert_string_equal(rows[3].parts[1], "");
	assert_null(rows[3].parts[2]);
	tally_free(&tally);
}

static void keys_beyond_the_bound_are_counted_together(void **state)
{
	cleanup_free struct tally_row *rows = NULL;
	struct tally tally = { 0 };
	char key[32];
	size_t n;

	(void)state;
	for (int i = 0; i < TALLY_KEYS_MAX + 7; i++) {
		snprintf(key, sizeof(key), "%d", i);
		add(&tally, key, NULL, OUTCOME_FAIL);
	}
	add(&tally, "0", NULL, OUTCOME_OK); /* a known one still counts */
	rows = tally_rows(&tally, &n);
	assert_int_equal(n, TALLY_KEYS_MAX);
	assert_int_equal(tally.other.total, 7);
	assert_int_equal(tally.other.failed, 7);
	assert_string_equal(rows[0].parts[0], "0");
	assert_int_equal(rows[0].count.total, 2);
	tally_free(&tally);
}

static void the_size_of_the_keys_is_bounded_too(void **state)
{
	enum { KEY = 4000 };
	struct tally tally = { 0 };
	char key[KEY + 1];

	(void)state;
	memset(key, 'x', KEY);
	key[KEY] = '\0';
	for (int i = 0; i < 2 * TALLY_BYTES_MAX / KEY; i++) {
		snprintf(key, 12, "%011d", i);
		key[11] = 'x';
		add(&tally, key, NULL, OUTCOME_OK);
	}
	assert_true(tally.bytes <= TALLY_BYTES_MAX);
	assert_true(tally.bytes > TALLY_BYTES_MAX / 2);
	assert_int_equal(tally.len + tally.other.total, 2 * TALLY_BYTES_MAX / KEY);
	tally_free(&tally);
}

static void an_empty_tally_has_no_rows(void **state)
{
	struct tally tally = { 0 };
	size_t n = 1;

	(void)state;
	assert_null(tally_rows(&tally, &n));
	assert_int_equal(n, 0);
	tally_free(&tally);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_counted_apart_by_outcome),
		cmocka_unit_test(the_parts_of_a_key_are_not_one_string),
		cmocka_unit_test(keys_beyond_the_bound_are_counted_together),
		cmocka_unit_test(the_size_of_the_keys_is_bounded_too),
		cmocka_unit_test(an_empty_tally_has_no_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
