/* Numbers with names, and the nearest word to a mistyped one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/names.h"

static const struct name_row colours[] = { { 1, "red" }, { 2, "green" }, { 0, NULL } };

static const char *const words[] = { "connect", "bind", "exec", "spawn", "socket", "in", NULL };

static void a_number_has_the_name_of_its_row(void **state)
{
	(void)state;
	assert_string_equal(name_of(colours, 2), "green");
	assert_null(name_of(colours, 3));
	assert_null(name_of(colours, 0));
}

static void a_name_finds_its_row(void **state)
{
	(void)state;
	assert_ptr_equal(name_find(colours, "red"), &colours[0]);
	assert_null(name_find(colours, "Red"));
	assert_null(name_find(colours, ""));
}

static void a_typo_finds_the_word_meant(void **state)
{
	const struct {
		const char *typed, *meant;
	} typos[] = {
		{ "conect", "connect" },   /* a letter too few */
		{ "connnect", "connect" }, /* one too many */
		{ "vind", "bind" },        /* another */
		{ "sokcet", "socket" },    /* two swapped */
		{ "exce", "exec" },
		{ "spwan", "spawn" },
		{ "connect", "connect" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(typos) / sizeof(typos[0]); i++)
		assert_string_equal(name_nearest(words, typos[i].typed), typos[i].meant);
}

static void what_is_far_from_all_words_has_no_nearest(void **state)
{
	char endless[5000];

	(void)state;
	assert_null(name_nearest(words, "destination"));
	assert_null(name_nearest(words, "xy"));
	assert_null(name_nearest(words, ""));
	memset(endless, 'c', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_null(name_nearest(words, endless));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_has_the_name_of_its_row),
		cmocka_unit_test(a_name_finds_its_row),
		cmocka_unit_test(a_typo_finds_the_word_meant),
		cmocka_unit_test(what_is_far_from_all_words_has_no_nearest),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
