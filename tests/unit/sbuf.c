/* The growing string that lines are made in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "base/sbuf.h"

static void what_is_added_is_there_and_terminated(void **state)
{
	cleanup_sbuf struct sbuf s = SBUF_INIT;

	(void)state;
	assert_string_equal(sbuf_text(&s), "");
	sbuf_str(&s, "port ");
	sbuf_fmt(&s, "%d/%s", 443, "tcp");
	sbuf_char(&s, '!');
	sbuf_add(&s, "\0x", 2);
	memcpy(sbuf_take(&s, 3), "yyz", 3);
	assert_int_equal(s.len, 18);
	assert_memory_equal(s.data, "port 443/tcp!\0xyyz", 19);
	assert_false(s.failed);
}

static void numbers_are_as_printf_writes_them(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 9, 10, 99, 100, INT32_MIN, INT64_MAX,
		INT64_MIN };
	cleanup_sbuf struct sbuf s = SBUF_INIT;
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sbuf_reset(&s);
		sbuf_int(&s, numbers[i]);
		sbuf_char(&s, ' ');
		sbuf_uint(&s, (uint64_t)numbers[i]);
		snprintf(expected, sizeof(expected), "%" PRId64 " %" PRIu64, numbers[i],
			(uint64_t)numbers[i]);
		assert_string_equal(sbuf_text(&s), expected);
	}
	sbuf_reset(&s);
	sbuf_digits(&s, 7, 3);
	sbuf_digits(&s, 1234, 3);
	sbuf_char(&s, ' ');
	sbuf_ipv4(&s, "\x7f\x00\x0a\xff");
	assert_string_equal(sbuf_text(&s), "0071234 127.0.10.255");
}

/* Around each power of ten, where a number gets a digit more, and with zeros before it. */
static void digits_are_as_printf_writes_them_at_every_length(void **state)
{
	cleanup_sbuf struct sbuf s = SBUF_INIT;
	char expected[64];

	(void)state;
	for (uint64_t power = 1;; power *= 10) {
		for (uint64_t number = power - 1; number <= power + 1; number++) {
			for (unsigned width = 0; width <= 30; width++) {
				sbuf_reset(&s);
				sbuf_digits(&s, number, width);
				snprintf(expected, sizeof(expected), "%0*" PRIu64, (int)width,
					number);
				assert_string_equal(sbuf_text(&s), expected);
			}
		}
		if (power > UINT64_MAX / 10)
			break;
	}
}

/* At every length of what is there and of what is added, so that no buffer ends too early. */
static void formatted_text_is_whole_at_every_size(void **state)
{
	char expected[600] = "";

	(void)state;
	for (int n = 0; n < 300; n++) {
		cleanup_sbuf struct sbuf s = SBUF_INIT;

		sbuf_pad(&s, (size_t)n);
		sbuf_fmt(&s, "%*d|", n, 1);
		snprintf(expected, sizeof(expected), "%*s%*d|", n, "", n, 1);
		assert_string_equal(sbuf_text(&s), expected);
		assert_int_equal(s.len, strlen(expected));
	}
}

static void padding_reaches_a_column_and_never_cuts(void **state)
{
	cleanup_sbuf struct sbuf s = SBUF_INIT;

	(void)state;
	sbuf_str(&s, "ab");
	sbuf_pad(&s, 5);
	assert_string_equal(sbuf_text(&s), "ab   ");
	sbuf_pad(&s, 3);
	assert_string_equal(sbuf_text(&s), "ab   ");
}

static void a_reset_buffer_keeps_its_memory(void **state)
{
	cleanup_sbuf struct sbuf s = SBUF_INIT;
	char *data;

	(void)state;
	for (int i = 0; i < 1000; i++)
		sbuf_fmt(&s, "line %d\n", i);
	data = s.data;
	sbuf_reset(&s);
	assert_string_equal(sbuf_text(&s), "");
	sbuf_str(&s, "again");
	assert_ptr_equal(s.data, data);
	assert_string_equal(sbuf_text(&s), "again");
}

static void a_failed_buffer_takes_no_more_until_it_is_reset(void **state)
{
	cleanup_sbuf struct sbuf s = SBUF_INIT;

	(void)state;
	sbuf_str(&s, "a");
	sbuf_pad(&s, SIZE_MAX / 2);
	assert_true(s.failed);
	sbuf_str(&s, "b");
	assert_string_equal(sbuf_text(&s), "a");
	sbuf_reset(&s);
	sbuf_str(&s, "b");
	assert_string_equal(sbuf_text(&s), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_there_and_terminated),
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(digits_are_as_printf_writes_them_at_every_length),
		cmocka_unit_test(formatted_text_is_whole_at_every_size),
		cmocka_unit_test(padding_reaches_a_column_and_never_cuts),
		cmocka_unit_test(a_reset_buffer_keeps_its_memory),
		cmocka_unit_test(a_failed_buffer_takes_no_more_until_it_is_reset),
	};

	return cmocka_run_group_tests_name("sbuf", tests, NULL, NULL);
}
