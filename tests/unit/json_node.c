/* Reading JSON: what is in it, what is refused, and jansson's word for both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/sbuf.h"
#include "tests/support/json_both.h"

struct text {
	struct json_parser parser;
	struct arena arena;
	const char *fault;
	const struct json_node *value;
};

#define cleanup_text __attribute__((cleanup(text_free)))

static void text_free(struct text *text)
{
	json_parser_free(&text->parser);
	arena_free(&text->arena);
}

static void read_text(struct text *text, const char *json)
{
	*text = (struct text){ 0 };
	arena_init(&text->arena, 1 << 24);
	text->value = json_parse(&text->parser, json, strlen(json), &text->arena, &text->fault);
}

static void every_kind_of_value_is_read(void **state)
{
	cleanup_text struct text text;
	const struct json_node *list;

	(void)state;
	read_text(&text, " {\"n\" : null, \"t\":true,\"f\":false, \"i\":-12, \"x\":1.5e3,\n"
			 "\"s\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\","
			 "\"l\":[1,[],{\"k\":\"v\"}] } ");
	assert_non_null(text.value);
	assert_true(json_node_is(json_node_get(text.value, "n"), JSON_NODE_NULL));
	assert_true(json_node_is(json_node_get(text.value, "t"), JSON_NODE_TRUE));
	assert_true(json_node_is(json_node_get(text.value, "f"), JSON_NODE_FALSE));
	assert_int_equal(json_node_integer(json_node_get(text.value, "i")), -12);
	assert_true(json_node_is(json_node_get(text.value, "x"), JSON_NODE_NUMBER));
	assert_string_equal(json_node_text(json_node_get(text.value, "s")),
		"a\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80");
	list = json_node_get(text.value, "l");
	assert_int_equal(json_node_count(list), 3);
	assert_int_equal(json_node_integer(json_node_at(list, 0)), 1);
	assert_int_equal(json_node_count(json_node_at(list, 1)), 0);
	assert_string_equal(json_node_text(json_node_get(json_node_at(list, 2), "k")), "v");
	assert_null(json_node_at(list, 3));
}

static void what_is_not_there_is_nothing(void **state)
{
	cleanup_text struct text text;

	(void)state;
	read_text(&text, "{\"a\":\"b\"}");
	assert_null(json_node_get(text.value, "b"));
	assert_null(json_node_get(json_node_get(text.value, "a"), "a"));
	assert_null(json_node_get(NULL, "a"));
	assert_null(json_node_text(NULL));
	assert_null(json_node_text(text.value));
	assert_int_equal(json_node_text_len(text.value), 0);
	assert_int_equal(json_node_count(text.value), 0);
	assert_int_equal(json_node_integer(json_node_get(text.value, "a")), 0);
}

static void a_string_may_have_nul_bytes(void **state)
{
	cleanup_text struct text text;

	(void)state;
	read_text(&text, "\"a\\u0000b\"");
	assert_int_equal(json_node_text_len(text.value), 3);
	assert_memory_equal(json_node_text(text.value), "a\0b", 4);
}

static void integers_are_exact_to_the_last_and_no_further(void **state)
{
	cleanup_text struct text most, least, more, less;

	(void)state;
	read_text(&most, "9223372036854775807");
	assert_int_equal(json_node_integer(most.value), INT64_MAX);
	read_text(&least, "-9223372036854775808");
	assert_int_equal(json_node_integer(least.value), INT64_MIN);
	read_text(&more, "9223372036854775808");
	assert_true(json_node_is(more.value, JSON_NODE_NUMBER));
	read_text(&less, "-9223372036854775809");
	assert_true(json_node_is(less.value, JSON_NODE_NUMBER));
}

static void faults_are_told(void **state)
{
	static const char *const faults[][2] = {
		{ "", "too early" },
		{ "{", "name of a member" },
		{ "{\"a\"}", "':'" },
		{ "{\"a\":1,}", "name of a member" },
		{ "{\"a\":1 \"b\":2}", "',' or '}'" },
		{ "{\"a\":1,\"b\":2,\"a\":3}", "twice" },
		{ "[1 2]", "',' or ']'" },
		{ "[1,]", "value" },
		{ "1 2", "more after" },
		{ "tru", "value" },
		{ "01", "value" },
		{ "-", "value" },
		{ "1.", "point" },
		{ "1e", "exponent" },
		{ "\"a", "does not end" },
		{ "\"a\nb\"", "control character" },
		{ "\"\\x\"", "escape" },
		{ "\"\\u12g4\"", "four digits" },
		{ "\"\\ud800\"", "half" },
		{ "\"\\ud800\\u0041\"", "half" },
		{ "\"\\udc00\"", "half" },
		{ "\"\xff\"", "UTF-8" },
		{ "\"\xc0\xaf\"", "UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		cleanup_text struct text text;

		read_text(&text, faults[i][0]);
		if (text.value || !strstr(text.fault, faults[i][1]))
			fail_msg("%s: %s", faults[i][0], text.fault ? text.fault : "accepted");
		assert_true(json_agree(faults[i][0], strlen(faults[i][0])));
	}
}

static void what_is_nested_too_deeply_is_refused(void **state)
{
	cleanup_sbuf struct sbuf deep = SBUF_INIT;
	cleanup_text struct text good, bad;

	(void)state;
	for (int i = 0; i < JSON_NODE_DEPTH_MAX; i++)
		sbuf_char(&deep, '[');
	for (int i = 0; i < JSON_NODE_DEPTH_MAX; i++)
		sbuf_char(&deep, ']');
	read_text(&good, sbuf_text(&deep));
	assert_non_null(good.value);
	sbuf_reset(&deep);
	for (int i = 0; i < 1000000; i++)
		sbuf_char(&deep, '[');
	read_text(&bad, sbuf_text(&deep));
	assert_null(bad.value);
	assert_non_null(strstr(bad.fault, "nested"));
}

static void memory_is_bounded(void **state)
{
	cleanup_sbuf struct sbuf wide = SBUF_INIT;
	cleanup_text struct text text;

	(void)state;
	sbuf_char(&wide, '[');
	for (int i = 0; i < 2 * JSON_NODES_OPEN_MAX; i++)
		sbuf_str(&wide, "1,");
	sbuf_str(&wide, "1]");
	read_text(&text, sbuf_text(&wide));
	assert_null(text.value);
	assert_non_null(strstr(text.fault, "too many"));
	/* A parser is as good as new after a fault. */
	text.value = json_parse(&text.parser, "[1]", 3, &text.arena, &text.fault);
	assert_int_equal(json_node_count(text.value), 1);
}

static void members_are_told_apart_however_many_there_are(void **state)
{
	cleanup_sbuf struct sbuf many = SBUF_INIT;
	cleanup_text struct text text, twice;
	char key[16];

	(void)state;
	for (int i = 0; i < 1000; i++)
		sbuf_fmt(&many, "%c\"k%d\":%d", i ? ',' : '{', i, i);
	sbuf_char(&many, '}');
	read_text(&text, sbuf_text(&many));
	for (int i = 0; i < 1000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(json_node_integer(json_node_get(text.value, key)), i);
	}
	many.len--;
	sbuf_str(&many, ",\"k500\":1}");
	read_text(&twice, sbuf_text(&many));
	assert_null(twice.value);
}

static void jansson_reads_the_same(void **state)
{
	static const char *const texts[] = { "{}", "[]", "0", "-0", "1e5", "-1.5E+3", "\"\"",
		" [ 1 , 2 ] ", "{\"\":{}}", "[true,false,null]", "\"\\u00e9\\uD83D\\uDE00\"",
		"{\"a\":{\"a\":[{\"a\":1}]}}", "\"\xc3\xa9\"", "[1,\"2\",3.0,[4,{\"5\":6}]]",
		"\xef\xbb\xbf{}", "+1", ".5", "nul", "nullx", "[,]", "{,}", "{1:2}", "'a'",
		"\"\t\"", "[1]]", "{\"a\":1}}", "\"\\u0000\"", "1.0e-2", "- 1", "0x10", "00" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!json_agree(texts[i], strlen(texts[i])))
			fail_msg("%s", texts[i]);
	}
	assert_true(json_agree("[\0]", 3));
	assert_true(json_agree("1\0", 2));
	assert_true(json_agree("\"a\0b\"", 5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_read),
		cmocka_unit_test(what_is_not_there_is_nothing),
		cmocka_unit_test(a_string_may_have_nul_bytes),
		cmocka_unit_test(integers_are_exact_to_the_last_and_no_further),
		cmocka_unit_test(faults_are_told),
		cmocka_unit_test(what_is_nested_too_deeply_is_refused),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(members_are_told_apart_however_many_there_are),
		cmocka_unit_test(jansson_reads_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
