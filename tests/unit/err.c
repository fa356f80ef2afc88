/* Errors: set once, wrapped on the way up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

#include "base/err.h"

static void an_error_says_what_and_why(void **state)
{
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(err_set(&err, ENOENT, "cannot open %s", "ci.yaml"), -ENOENT);
	assert_string_equal(err_text(err), "cannot open ci.yaml: No such file or directory");
}

static void an_error_without_errno_is_its_words(void **state)
{
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(err_set(&err, 0, "no rule"), -1);
	assert_string_equal(err_text(err), "no rule");
}

static void context_goes_before_it_and_the_errno_stays(void **state)
{
	cleanup_err struct err *err = NULL;

	(void)state;
	err_set(&err, EACCES, "open");
	assert_int_equal(err_wrap(&err, "cannot load %s", "ci.yaml"), -EACCES);
	assert_string_equal(err_text(err), "cannot load ci.yaml: open: Permission denied");
}

static void a_new_error_takes_the_place_of_the_old(void **state)
{
	cleanup_err struct err *err = NULL;

	(void)state;
	err_set(&err, EACCES, "first");
	err_set(&err, 0, "second");
	assert_string_equal(err_text(err), "second");
	err_free(&err);
	assert_null(err);
	err_free(&err);
}

static void nobody_has_to_want_the_words(void **state)
{
	struct err *none = NULL;

	(void)state;
	assert_int_equal(err_set(NULL, EPERM, "unheard"), -EPERM);
	assert_int_equal(err_wrap(NULL, "unheard"), -1);
	assert_int_equal(err_wrap(&none, "unheard"), -1);
	assert_null(none);
	assert_non_null(err_text(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_says_what_and_why),
		cmocka_unit_test(an_error_without_errno_is_its_words),
		cmocka_unit_test(context_goes_before_it_and_the_errno_stays),
		cmocka_unit_test(a_new_error_takes_the_place_of_the_old),
		cmocka_unit_test(nobody_has_to_want_the_words),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
