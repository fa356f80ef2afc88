/* Patterns: what they match, what is wrong with them, and when one covers another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/glob.h"

static bool matches(const char *pattern, const char *text)
{
	return glob_match(pattern, strlen(pattern), text, strlen(text));
}

static const struct {
	const char *pattern, *text;
	bool match;
} match_rows[] = {
	/* Plain characters stand for themselves. */
	{ "/bin/sh", "/bin/sh", true },
	{ "/bin/sh", "/bin/s", false },
	{ "/bin/sh", "/bin/sh2", false },
	{ "/bin/sh", "", false },
	{ "", "", true },
	{ "", "/", false },

	/* One star stays within a component, and may be nothing. */
	{ "/usr/bin/*", "/usr/bin/vi", true },
	{ "/usr/bin/*", "/usr/bin/.hidden", true },
	{ "/usr/bin/*", "/usr/bin/", true },
	{ "/usr/bin/*", "/usr/bin", false },
	{ "/usr/bin/*", "/usr/bin/a/b", false },
	{ "/usr/bin/*sh", "/usr/bin/sh", true },
	{ "/usr/bin/*sh", "/usr/bin/bash", true },
	{ "/usr/bin/*sh", "/usr/bin/bash2", false },
	{ "/usr/bin/*sh", "/usr/bin/x/sh", false },
	{ "/usr/*/vi", "/usr/bin/vi", true },
	{ "/usr/*/vi", "/usr/vi", false },
	{ "/usr/*/vi", "/usr/local/bin/vi", false },
	{ "/*a*b*", "/xaxbx", true },
	{ "/*a*b*", "/ab", true },
	{ "/*a*b*", "/ba", false },
	{ "/py*3.*", "/python3.11", true },
	{ "/py*3.*", "/python2.7", false },

	/* Two stars cross slashes. */
	{ "/usr/**", "/usr/bin", true },
	{ "/usr/**", "/usr/local/bin/vi", true },
	{ "/usr/**", "/usr", false },
	{ "/usr/**", "/usrlocal", false },
	{ "/usr/lib**/x", "/usr/lib/x", true },
	{ "/usr/lib**/x", "/usr/lib64/a/b/x", true },
	{ "/usr/**x", "/usr/a/b/x", true },
	{ "/usr/**x", "/usr/a/box", true },
	{ "**", "/any/thing", true },
	{ "**", "", true },

	/* As a component of its own, with another after it: zero or more directories. */
	{ "/usr/bin/**/*sh", "/usr/bin/sh", true },
	{ "/usr/bin/**/*sh", "/usr/bin/a/b/zsh", true },
	{ "/usr/bin/**/*sh", "/usr/bin/a/b/vi", false },
	{ "/usr/**/bin/vi", "/usr/bin/vi", true },
	{ "/usr/**/bin/vi", "/usr/local/bin/vi", true },
	{ "/usr/**/bin/vi", "/usr/localbin/vi", false },
	{ "/**/node", "/node", true },
	{ "/**/node", "/opt/x/node", true },
	{ "/**/node", "/opt/xnode", false },
	{ "**/node", "/opt/node", true },
	{ "/a/**/b/**/c", "/a/b/c", true },
	{ "/a/**/b/**/c", "/a/x/b/y/z/c", true },
	{ "/a/**/b/**/c", "/a/x/y/z/c", false },
	{ "/a/**/**/c", "/a/c", true },

	/* One character, which is no slash. */
	{ "/dev/tty?", "/dev/tty1", true },
	{ "/dev/tty?", "/dev/tty", false },
	{ "/dev/tty?", "/dev/tty12", false },
	{ "/dev?tty", "/dev/tty", false },
	{ "/caf?", "/caf\xc3\xa9", true },
	{ "/caf??", "/caf\xc3\xa9", false },
	{ "/caf?", "/caf\xe9", true },      /* a byte that is not UTF-8 */
	{ "/caf??", "/caf\xed\xa0", true }, /* two of them: half a surrogate */
	{ "/caf??", "/caf\xc0\xaf", true }, /* an overlong slash is no slash, nor one character */

	/* Classes. */
	{ "/python[23]", "/python3", true },
	{ "/python[23]", "/python4", false },
	{ "/python3.[0-9]", "/python3.7", true },
	{ "/python3.[0-9]", "/python3.x", false },
	{ "/x[!0-9]", "/xa", true },
	{ "/x[!0-9]", "/x5", false },
	{ "/x[^0-9]", "/xa", true },
	{ "/x[^0-9]", "/x5", false },
	{ "/x[!0-9]y", "/x/y", false },
	{ "/x[+-9]y", "/x/y", false }, /* '/' is between '+' and '9' */
	{ "/x[]]", "/x]", true },
	{ "/x[!]]", "/x]", false },
	{ "/x[!]]", "/xa", true },
	{ "/x[a-]", "/x-", true },
	{ "/x[-a]", "/x-", true },
	{ "/x[a-c-e]", "/x-", true },
	{ "/x[a-c-e]", "/xd", false },
	{ "/x[\\]-a]", "/x]", true },
	{ "/x[*]", "/x*", true },
	{ "/x[*]", "/xx", false },
	{ "/x[\xc3\xa0-\xc3\xaf]", "/x\xc3\xa9", true },
	{ "/x[\xc3\xa0-\xc3\xaf]", "/x\xc3\xb9", false },
	{ "/x[!a]", "/x\xc3\xa9", true },
	{ "/x[!a]", "/x\xff", true },

	/* A backslash takes the meaning away. */
	{ "/x\\*", "/x*", true },
	{ "/x\\*", "/xy", false },
	{ "/x\\[a]", "/x[a]", true },
	{ "/x\\\\", "/x\\", true },
	{ "/x\\y", "/xy", true },

	/* A faulty pattern matches nothing. */
	{ "/x[", "/x[", false },
	{ "/x\\", "/x\\", false },
	{ "/***", "/a", false },
	{ "/*[", "/a", false },
};

static void patterns_and_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++) {
		if (matches(match_rows[i].pattern, match_rows[i].text) != match_rows[i].match)
			fail_msg("'%s' %s '%s'", match_rows[i].pattern,
				match_rows[i].match ? "must match" : "must not match",
				match_rows[i].text);
	}
}

static void texts_with_nul_bytes(void **state)
{
	(void)state;
	assert_true(glob_match("a\0b*", 4, "a\0b\0c", 5));
	assert_true(glob_match("a*c", 3, "a\0b\0c", 5));
	assert_true(glob_match("a?b", 3, "a\0b", 3));
	assert_false(glob_match("a", 1, "a\0", 2));
	assert_false(glob_match("a\0", 2, "a", 1));
}

static void faults_and_their_places(void **state)
{
	static const struct {
		const char *pattern;
		size_t position;
		const char *words;
	} rows[] = {
		{ "/x[", 2, "'[' is never closed" },
		{ "/x[abc", 2, "'[' is never closed" },
		{ "/x[!]", 2, "'[' is never closed" },
		{ "/x[a-", 2, "'[' is never closed" },
		{ "/x[a\\", 2, "'[' is never closed" },
		{ "/x[z-a]", 3, "the range in '[...]' runs backwards" },
		{ "/x[ab9-0]", 5, "the range in '[...]' runs backwards" },
		{ "/x[[:alpha:]]", 3,
			"named classes are not known here: write the characters, as in [a-z]" },
		{ "/x[\xff]", 3, "a byte in '[...]' is not UTF-8" },
		{ "/a/***/b", 3, "three stars mean nothing: write '*' or '**'" },
		{ "/a/****", 3, "three stars mean nothing: write '*' or '**'" },
		{ "/ab\\", 3, "'\\' stands at the end, with nothing to escape" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t position = 99;
		const char *fault = glob_check(rows[i].pattern, strlen(rows[i].pattern), &position);

		if (!fault)
			fail_msg("'%s' is taken for good", rows[i].pattern);
		assert_string_equal(fault, rows[i].words);
		assert_int_equal(position, rows[i].position);
	}
}

static void good_patterns_have_no_fault(void **state)
{
	size_t position;

	(void)state;
	for (size_t i = 0; i < sizeof(match_rows) / sizeof(match_rows[0]); i++) {
		const char *pattern = match_rows[i].pattern;

		if (match_rows[i].match && glob_check(pattern, strlen(pattern), &position))
			fail_msg("'%s' has a fault", pattern);
	}
}

static void longest_pattern(void **state)
{
	char pattern[GLOB_MAX + 1];
	size_t position;

	(void)state;
	memset(pattern, 'a', sizeof(pattern));
	pattern[GLOB_MAX - 1] = '*';
	assert_null(glob_check(pattern, GLOB_MAX, &position));
	assert_true(glob_match(pattern, GLOB_MAX, pattern, GLOB_MAX - 1));
	assert_non_null(glob_check(pattern, GLOB_MAX + 1, &position));
	assert_int_equal(position, GLOB_MAX);
	assert_false(glob_match(pattern, GLOB_MAX + 1, pattern, GLOB_MAX + 1));
}

static void literals_and_patterns_are_told_apart(void **state)
{
	char out[32];

	(void)state;
	assert_false(glob_is_pattern("/bin/sh", 7));
	assert_true(glob_is_pattern("/bin/*", 6));
	assert_true(glob_is_pattern("/bin/?", 6));
	assert_true(glob_is_pattern("/bin/[a]", 8));
	assert_false(glob_is_pattern("/bin/\\[", 7));
	assert_false(glob_is_pattern("/bin/\\", 6));
	assert_false(glob_is_pattern("a\0b", 3));
	assert_int_equal(glob_literal("/bin/\\[\\\\", 9, out), 7);
	assert_string_equal(out, "/bin/[\\");
	assert_int_equal(glob_prefix("/usr/l*b", 8), 6);
	assert_int_equal(glob_prefix("/usr\\*b", 7), 4);
	assert_int_equal(glob_prefix("a\0b?", 4), 3);
}

/* Backtracking matchers try these in ways without number; this one does each step once. */
static void hostile_patterns_end(void **state)
{
	char text[4096], pattern[512];
	size_t len = 0;

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 1; i < sizeof(text); i += 7)
		text[i] = '/';
	while (len + 8 < sizeof(pattern)) {
		memcpy(pattern + len, "**a*/**/", 8);
		len += 8;
	}
	pattern[len++] = 'b';
	assert_false(glob_match(pattern, len, text, sizeof(text)));
	pattern[len - 1] = '*';
	assert_true(glob_match(pattern, len, text, sizeof(text)));
}

/*
 * The meaning of a pattern, said as plainly as can be: which ways to go on are
 * there from here? For ASCII patterns without faults.
 */
static bool naive_match(const char *start, const char *p, const char *t);

static bool naive_class(const char *start, const char *p, const char *t)
{
	const char *end = strchr(p + 2, ']');
	bool negated = p[1] == '!', in = false;

	if (*t == '\0' || *t == '/')
		return false;
	for (const char *c = p + 1 + negated; c < end; c++)
		in |= *c == *t;
	return in != negated && naive_match(start, end + 1, t + 1);
}

static bool naive_match(const char *start, const char *p, const char *t)
{
	if (*p == '\0')
		return *t == '\0';
	if (p[0] == '*' && p[1] == '*') {
		bool dirs = p[2] == '/' && (p == start || p[-1] == '/');

		if (dirs && naive_match(start, p + 3, t))
			return true;
		for (; *t; t++) {
			if (dirs ? *t == '/' && naive_match(start, p + 3, t + 1)
				 : naive_match(start, p + 2, t))
				return true;
		}
		return !dirs && naive_match(start, p + 2, t);
	}
	if (*p == '*') {
		for (; *t && *t != '/'; t++) {
			if (naive_match(start, p + 1, t))
				return true;
		}
		return naive_match(start, p + 1, t);
	}
	if (*p == '[')
		return naive_class(start, p, t);
	if (*t == '\0' || (*p == '?' ? *t == '/' : *p != *t))
		return false;
	return naive_match(start, p + 1, t + 1);
}

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % sides;
}

static void random_text(unsigned *seed, char *out)
{
	unsigned len = dice(seed, 9);

	for (unsigned i = 0; i < len; i++)
		*out++ = "aab/"[dice(seed, 4)];
	*out = '\0';
}

static void random_pattern(unsigned *seed, char *out)
{
	static const char *const parts[] = { "a", "b", "/", "*", "**", "/**/", "?", "[ab]", "[!a]",
		"a", "/" };
	char *end = out;

	*out = '\0';
	for (unsigned n = dice(seed, 6); n > 0; n--) {
		const char *part = parts[dice(seed, sizeof(parts) / sizeof(parts[0]))];

		if (*part == '*' && end > out && end[-1] == '*')
			continue;
		end = stpcpy(end, part);
	}
}

static void naive_matcher_agrees(void **state)
{
	unsigned seed = 7, hits = 0;

	(void)state;
	for (int i = 0; i < 400000; i++) {
		char pattern[64], text[16];
		bool expected;

		random_pattern(&seed, pattern);
		random_text(&seed, text);
		expected = naive_match(pattern, pattern, text);
		if (matches(pattern, text) != expected)
			fail_msg("'%s' %s '%s'", pattern,
				expected ? "must match" : "must not match", text);
		hits += expected;
	}
	assert_in_range(hits, 10000, 390000);
}

static const struct {
	const char *outer, *inner;
	bool covers;
} cover_rows[] = {
	{ "/bin/sh", "/bin/sh", true },
	{ "/bin/sh", "/bin/bash", false },
	{ "/usr/bin/*", "/usr/bin/vi", true },
	{ "/usr/bin/*", "/usr/bin/*sh", true },
	{ "/usr/bin/*", "/usr/bin/?", true },
	{ "/usr/bin/*", "/usr/bin/[a-z]*", true },
	{ "/usr/bin/*", "/usr/bin/**", false },
	{ "/usr/bin/*", "/usr/*/vi", false },
	{ "/usr/**", "/usr/bin/*", true },
	{ "/usr/**", "/usr/bin/**/x", true },
	{ "/usr/**", "/usr/**", true },
	{ "/usr/**", "/**", false },
	{ "/**", "/usr/bin/*sh", true },
	{ "/usr/**/vi", "/usr/bin/vi", true },
	{ "/usr/**/vi", "/usr/vi", true },
	{ "/usr/**/vi", "/usr/*/vi", true },
	{ "/usr/**/vi", "/usr/local/**/vi", true },
	{ "/usr/**/vi", "/usr/**/vi", true },
	{ "/usr/**/vi", "/usr/**/bin/vi", true },
	{ "/usr/**/vi", "/usr/**vi", false },
	{ "/usr/**vi", "/usr/**/vi", true },
	{ "/x[ab]", "/x[ab]", true },
	{ "/x[ab]", "/x[abc]", false },
	{ "/x[ab]", "/xa", true },
	{ "/x?", "/x[abc]", true },
	{ "/x?", "/x*", false },
	{ "/*x", "/*yx", true },
	{ "/*yx", "/*x", false },
	{ "/[", "/[", false },
	{ "/**", "/[", false },
};

static void which_pattern_covers_which(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cover_rows) / sizeof(cover_rows[0]); i++) {
		const char *outer = cover_rows[i].outer, *inner = cover_rows[i].inner;

		if (glob_covers(outer, strlen(outer), inner, strlen(inner)) != cover_rows[i].covers)
			fail_msg("'%s' %s '%s'", outer,
				cover_rows[i].covers ? "must cover" : "must not cover", inner);
	}
}

/* What is said to be covered is: no text matches the inner pattern and not the outer. */
static void covering_is_never_claimed_wrongly(void **state)
{
	unsigned seed = 11, claims = 0, checked = 0;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		char outer[64], inner[64], text[16];

		random_pattern(&seed, outer);
		random_pattern(&seed, inner);
		if (!glob_covers(outer, strlen(outer), inner, strlen(inner)))
			continue;
		claims++;
		for (int j = 0; j < 60; j++) {
			random_text(&seed, text);
			if (!matches(inner, text))
				continue;
			checked++;
			if (!matches(outer, text))
				fail_msg("'%s' does not cover '%s': '%s'", outer, inner, text);
		}
	}
	assert_in_range(claims, 500, 60000);
	assert_in_range(checked, 2000, 3600000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_and_texts),
		cmocka_unit_test(texts_with_nul_bytes),
		cmocka_unit_test(faults_and_their_places),
		cmocka_unit_test(good_patterns_have_no_fault),
		cmocka_unit_test(longest_pattern),
		cmocka_unit_test(literals_and_patterns_are_told_apart),
		cmocka_unit_test(hostile_patterns_end),
		cmocka_unit_test(naive_matcher_agrees),
		cmocka_unit_test(which_pattern_covers_which),
		cmocka_unit_test(covering_is_never_claimed_wrongly),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
