/* What a traced program chose, made safe for a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/escape.h"

static void shows_as(const char *bytes, size_t len, const char *expected)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	escape_text(&out, bytes, len);
	assert_string_equal(sbuf_text(&out), expected);
}

#define SHOWS_AS(bytes, expected) shows_as(bytes, sizeof(bytes) - 1, expected)

static void word_is(const char *bytes, size_t len, const char *expected)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	escape_word(&out, bytes, len);
	assert_string_equal(sbuf_text(&out), expected);
}

#define WORD_IS(bytes, expected) word_is(bytes, sizeof(bytes) - 1, expected)

static void plain_text_stays(void **state)
{
	(void)state;
	SHOWS_AS("/usr/bin/node postinstall.js", "/usr/bin/node postinstall.js");
	SHOWS_AS("gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
		"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80");
	SHOWS_AS("", "");
}

static void control_characters_are_escaped(void **state)
{
	(void)state;
	SHOWS_AS("a\nb\tc\rd", "a\\nb\\tc\\rd");
	SHOWS_AS("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07");
	SHOWS_AS("a\0b", "a\\x00b");
	SHOWS_AS("\x7f", "\\x7f");
	SHOWS_AS("\\x1b", "\\\\x1b");
	SHOWS_AS("\xc2\x9b"
		 "31m",
		"\\u{9b}31m"); /* CSI as a C1 control */
}

static void bytes_that_are_not_utf8_are_escaped(void **state)
{
	(void)state;
	SHOWS_AS("\xff\xfe", "\\xff\\xfe");
	SHOWS_AS("\xc0\xaf", "\\xc0\\xaf");                   /* overlong "/" */
	SHOWS_AS("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* overlong, three bytes */
	SHOWS_AS("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
	SHOWS_AS("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
	SHOWS_AS("\xe6\x97", "\\xe6\\x97");                   /* cut short */
	SHOWS_AS("\xe6\x97z", "\\xe6\\x97z");
	SHOWS_AS("\x9b", "\\x9b"); /* a lone continuation byte, CSI in Latin-1 */
}

static void what_is_invisible_or_reorders_is_escaped(void **state)
{
	(void)state;
	SHOWS_AS("a\xe2\x80\xae"
		 "fdp.exe",
		"a\\u{202e}fdp.exe");                               /* right-to-left override */
	SHOWS_AS("\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}"); /* isolates */
	SHOWS_AS("a\xe2\x80\x8b"
		 "b",
		"a\\u{200b}b"); /* zero width space */
	SHOWS_AS("\xef\xbb\xbf", "\\u{feff}");
	SHOWS_AS("\xc2\xad", "\\u{ad}");            /* soft hyphen */
	SHOWS_AS("\xe2\x80\xa8", "\\u{2028}");      /* line separator */
	SHOWS_AS("\xd8\x9c", "\\u{61c}");           /* Arabic letter mark */
	SHOWS_AS("\xf3\xa0\x81\x81", "\\u{e0041}"); /* a tag letter */
	SHOWS_AS("\xef\xb8\x8f", "\\u{fe0f}");      /* variation selector */
	SHOWS_AS("\xef\xbf\xbf", "\\u{ffff}");      /* noncharacters */
	SHOWS_AS("\xf0\x9f\xbf\xbe", "\\u{1fffe}");
}

/* The property itself: C1 and bidirectional controls are escaped, the result is UTF-8. */
static void no_code_point_gets_a_control_through(void **state)
{
	(void)state;
	for (uint32_t c = 0x80; c < 0xd800; c++) {
		char bytes[4];
		size_t len = c < 0x800 ? 2 : 3;
		cleanup_sbuf struct sbuf out = SBUF_INIT;
		bool bidi = c == 0x61c || c == 0x200e || c == 0x200f ||
			    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);

		bytes[0] = (char)(len == 2 ? 0xc0 | c >> 6 : 0xe0 | c >> 12);
		bytes[1] = (char)(len == 2 ? 0x80 | (c & 0x3f) : 0x80 | (c >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (c & 0x3f));
		assert_true(utf8_valid(bytes, len));
		escape_text(&out, bytes, len);
		assert_true(utf8_valid(out.data, out.len));
		if (c < 0xa0 || bidi)
			assert_int_equal(out.data[0], '\\');
	}
}

static void a_safe_word_is_plain(void **state)
{
	(void)state;
	WORD_IS("node", "node");
	WORD_IS("--log=/tmp/a.b", "--log=/tmp/a.b");
	WORD_IS("user@host:x", "user@host:x");
	WORD_IS("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
}

static void a_word_that_could_be_taken_for_more_is_quoted(void **state)
{
	(void)state;
	WORD_IS("", "''");
	WORD_IS("a b", "'a b'");
	WORD_IS("$(id)", "'$(id)'");
	WORD_IS("<unreadable 0x10>", "'<unreadable 0x10>'");
	WORD_IS("a\"b", "'a\"b'");
	WORD_IS("a\xc2\xa0"
		"b",
		"'a\xc2\xa0"
		"b'"); /* a no-break space */
}

static void a_word_that_needs_escapes_says_so(void **state)
{
	(void)state;
	WORD_IS("it's", "$'it\\'s'");
	WORD_IS("a\nb", "$'a\\nb'");
	WORD_IS("a\\b", "$'a\\\\b'");
	WORD_IS("\xff", "$'\\xff'");
	WORD_IS("'; rm", "$'\\'; rm'");
	WORD_IS("a\0b", "$'a\\x00b'");
}

static void utf8_is_that_of_rfc_3629(void **state)
{
	(void)state;
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("a\0b", 3));
	assert_true(utf8_valid("\xf4\x8f\xbf\xbf", 4));
	assert_true(utf8_valid("\xee\x80\x80", 3));
	assert_false(utf8_valid("\xf4\x90\x80\x80", 4));
	assert_false(utf8_valid("\xed\xbf\xbf", 3));
	assert_false(utf8_valid("\xc1\xbf", 2));
	assert_false(utf8_valid("\xf0\x8f\xbf\xbf", 4));
	assert_false(utf8_valid("\xf5\x80\x80\x80", 4));
	assert_false(utf8_valid("\xc3", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_are_escaped),
		cmocka_unit_test(what_is_invisible_or_reorders_is_escaped),
		cmocka_unit_test(no_code_point_gets_a_control_through),
		cmocka_unit_test(a_safe_word_is_plain),
		cmocka_unit_test(a_word_that_could_be_taken_for_more_is_quoted),
		cmocka_unit_test(a_word_that_needs_escapes_says_so),
		cmocka_unit_test(utf8_is_that_of_rfc_3629),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
