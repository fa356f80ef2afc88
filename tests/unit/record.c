/* One line of the log: JSON that jansson reads back as what was written, in plain ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>

#include "decoders/record.h"

/* The object with the one member "k" of that text. */
static const char *text_member(struct sbuf *out, const char *text)
{
	struct record record;

	sbuf_reset(out);
	record_open(&record, out);
	record_text(&record, "k", text);
	assert_true(record_close(&record));
	return sbuf_text(out);
}

static void members_and_elements_are_separated(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct record record;

	(void)state;
	record_open(&record, &out);
	record_array_open(&record, "empty");
	record_array_close(&record);
	record_array_open(&record, "some");
	record_text(&record, NULL, "a");
	record_object_open(&record, NULL);
	record_bool(&record, "t", true);
	record_bool(&record, "f", false);
	record_object_close(&record);
	record_null(&record, NULL);
	record_array_close(&record);
	record_json(&record, "tree", json_pack("{s:i}", "n", 1));
	record_text(&record, "absent", NULL);
	record_word(&record, "word", "allow");
	record_text(&record, "last", "");
	assert_true(record_close(&record));
	assert_string_equal(sbuf_text(&out),
		"{\"empty\":[],\"some\":[\"a\",{\"t\":true,\"f\":false},null],\"tree\":{\"n\":1},"
		"\"word\":\"allow\",\"last\":\"\"}");
}

/* Every day of 800 years, and what comes at the borders of a day. */
static void times_are_as_the_c_library_writes_them(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	char expected[80], day[40];

	(void)state;
	for (int64_t seconds = -12622780800; seconds < 12622780800; seconds += 86399) {
		struct timespec time = { .tv_sec = seconds, .tv_nsec = seconds & 0xffff };
		struct record record;
		struct tm tm;

		sbuf_reset(&out);
		record_open(&record, &out);
		record_time(&record, "t", &time);
		assert_true(record_close(&record));
		gmtime_r(&time.tv_sec, &tm);
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(expected, sizeof(expected), "{\"t\":\"%s.%09ldZ\"}", day, time.tv_nsec);
		assert_string_equal(sbuf_text(&out), expected);
	}
}

/* At every place in a text, among every kind of neighbours. */
static void every_byte_is_read_back_wherever_it_stands(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	for (int byte = 0; byte < 0x80; byte++) {
		for (size_t at = 0; at < 20; at++) {
			char text[20];
			struct record record;
			json_t *object;

			memset(text, "a~ !"[at % 4], sizeof(text));
			text[at] = (char)byte;
			sbuf_reset(&out);
			record_open(&record, &out);
			record_bytes(&record, "k", text, sizeof(text));
			assert_true(record_close(&record));
			for (size_t i = 0; i < out.len; i++)
				assert_in_range(out.data[i], 0x20, 0x7e);
			object = json_loadb(out.data, out.len, JSON_ALLOW_NUL, NULL);
			assert_non_null(object);
			assert_int_equal(
				json_string_length(json_object_get(object, "k")), sizeof(text));
			assert_memory_equal(json_string_value(json_object_get(object, "k")), text,
				sizeof(text));
			json_decref(object);
		}
	}
}

static void numbers_a_double_would_round_are_strings(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct record record;

	(void)state;
	record_open(&record, &out);
	record_number(&record, "a", 9007199254740992);
	record_number(&record, "b", -9007199254740993);
	record_number(&record, "c", INT64_MIN);
	record_unsigned(&record, "d", 9007199254740993);
	record_unsigned(&record, "e", UINT64_MAX);
	record_unsigned(&record, "f", 0);
	assert_true(record_close(&record));
	assert_string_equal(sbuf_text(&out),
		"{\"a\":9007199254740992,\"b\":\"-9007199254740993\",\"c\":\"-"
		"9223372036854775808\","
		"\"d\":\"9007199254740993\",\"e\":\"18446744073709551615\",\"f\":0}");
}

static void text_is_escaped_to_ascii(void **state)
{
	static const struct {
		const char *text, *json;
	} rows[] = {
		{ "plain /usr/bin", "{\"k\":\"plain /usr/bin\"}" },
		{ "\"\\", "{\"k\":\"\\\"\\\\\"}" },
		{ "\n\t\033\177", "{\"k\":\"\\n\\u0009\\u001B\\u007F\"}" },
		{ "\xc3\xa9", "{\"k\":\"\\u00E9\"}" },
		{ "\xe2\x80\xae", "{\"k\":\"\\u202E\"}" },
		{ "\xf0\x9f\x98\x80", "{\"k\":\"\\uD83D\\uDE00\"}" },
		{ "\xf4\x8f\xbf\xbf", "{\"k\":\"\\uDBFF\\uDFFF\"}" },
		{ "a\xff", "{\"k\":{\"base64\":\"Yf8=\"}}" },
		{ "\xed\xa0\x80", "{\"k\":{\"base64\":\"7aCA\"}}" },
	};
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(text_member(&out, rows[i].text), rows[i].json);
}

/* Writes the code point as UTF-8. Returns false for surrogates, which have none. */
static bool rune_utf8(uint32_t rune, char *text)
{
	if (rune >= 0xd800 && rune < 0xe000)
		return false;
	if (rune < 0x80) {
		*text++ = (char)rune;
	} else if (rune < 0x800) {
		*text++ = (char)(0xc0 | rune >> 6);
		*text++ = (char)(0x80 | (rune & 0x3f));
	} else if (rune < 0x10000) {
		*text++ = (char)(0xe0 | rune >> 12);
		*text++ = (char)(0x80 | (rune >> 6 & 0x3f));
		*text++ = (char)(0x80 | (rune & 0x3f));
	} else {
		*text++ = (char)(0xf0 | rune >> 18);
		*text++ = (char)(0x80 | (rune >> 12 & 0x3f));
		*text++ = (char)(0x80 | (rune >> 6 & 0x3f));
		*text++ = (char)(0x80 | (rune & 0x3f));
	}
	*text = '\0';
	return true;
}

static void every_character_is_read_back_as_it_was(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	for (uint32_t rune = 1; rune < 0x110000; rune += rune < 0x3000 ? 1 : 97) {
		const char *value;
		json_t *json;
		char text[8];

		if (!rune_utf8(rune, text))
			continue;
		text_member(&out, text);
		for (size_t i = 0; i < out.len; i++)
			assert_in_range(out.data[i], 0x20, 0x7e);
		json = json_loads(out.data, 0, NULL);
		assert_int_equal(json_unpack(json, "{s:s}", "k", &value), 0);
		assert_string_equal(value, text);
		json_decref(json);
	}
}

static void a_tree_is_written_in_ascii_too(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct record record;

	(void)state;
	record_open(&record, &out);
	record_json(&record, "k", json_string("\177a\177\177\xe2\x80\xae\033"));
	assert_true(record_close(&record));
	assert_string_equal(sbuf_text(&out), "{\"k\":\"\\u007Fa\\u007F\\u007F\\u202E\\u001B\"}");
}

static void a_value_there_was_no_memory_for_spoils_the_record(void **state)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct record record;

	(void)state;
	record_open(&record, &out);
	record_json(&record, "k", NULL);
	record_number(&record, "n", 1);
	assert_false(record_close(&record));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_elements_are_separated),
		cmocka_unit_test(times_are_as_the_c_library_writes_them),
		cmocka_unit_test(every_byte_is_read_back_wherever_it_stands),
		cmocka_unit_test(numbers_a_double_would_round_are_strings),
		cmocka_unit_test(text_is_escaped_to_ascii),
		cmocka_unit_test(every_character_is_read_back_as_it_was),
		cmocka_unit_test(a_tree_is_written_in_ascii_too),
		cmocka_unit_test(a_value_there_was_no_memory_for_spoils_the_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
