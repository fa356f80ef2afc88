/* Questions as text for a terminal: within its width, and no more than it can show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "supervisor/ask/show.h"

static void question_init(struct ask_question *q, const char *text)
{
	*q = (struct ask_question){ .uid = (uid_t)-2 };
	sbuf_str(&q->wants, text);
	q->nfields = 2;
	q->fields[0].label = "program";
	sbuf_str(&q->fields[0].text, text);
	q->fields[1].label = "in";
	sbuf_str(&q->fields[1].text, "/");
}

static void question_free(struct ask_question *q)
{
	sbuf_free(&q->wants);
	for (size_t i = 0; i < ASK_FIELDS_MAX; i++)
		sbuf_free(&q->fields[i].text);
}

/* Of the longest line, in columns: what is wide in these tests comes after U+3000. */
static unsigned longest(const struct sbuf *text)
{
	unsigned most = 0, now = 0;

	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		now = c == '\n' ? 0 : now + ((c & 0xc0) != 0x80) + (c >= 0xe3);
		most = now > most ? now : most;
	}
	return most;
}

static void show(const struct ask_look *look, const char *text, struct sbuf *out)
{
	const struct ask_state state = { .rule = text, .waiting = 7, .later = 2, .can_save = true };
	struct ask_question q;

	question_init(&q, text);
	ask_show_question(look, &q, &state, out);
	question_free(&q);
}

static void no_line_is_longer_than_the_terminal(void **state)
{
	static const char *const texts[] = {
		"",
		"short",
		"/\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc"
		"\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2"
		"\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc"
		"\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2",
		"a b c d e f g h i j k l m n o p q r s t u v w x y z",
		"/one/path/without/a/blank/that/is/longer/than/any/terminal/is/wide/and/goes/on/"
		"and/on",
		"/\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		"\xc3\xa9"
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
		"\xc3\xa9",
	};

	(void)state;
	for (unsigned width = 20; width < 200; width += 3) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) * 2; i++) {
			const struct ask_look look = { .width = width, .utf8 = i % 2 };
			cleanup_sbuf struct sbuf out = SBUF_INIT;

			show(&look, texts[i / 2], &out);
			if (longest(&out) >= width)
				fail_msg("width %u:\n%s", width, sbuf_text(&out));
		}
	}
}

static void what_a_program_chose_cannot_push_the_question_away(void **state)
{
	const struct ask_look look = { .width = 80, .utf8 = true };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	char text[20000];
	unsigned lines = 0;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	show(&look, text, &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_true(lines < 24);
	assert_non_null(strstr(sbuf_text(&out), "xxx...\n"));
}

static void without_utf8_all_is_ascii(void **state)
{
	const struct ask_look look = { .width = 80 };
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	show(&look, "/caf\xc3\xa9/\xf0\x9f\x98\x80", &out);
	for (size_t i = 0; i < out.len; i++)
		assert_true((unsigned char)out.data[i] < 0x80);
	assert_non_null(strstr(sbuf_text(&out), "/caf\\u{E9}/\\u{1F600}"));
}

static void colour_only_where_it_is_wanted(void **state)
{
	struct ask_look look = { .width = 80, .utf8 = true };
	cleanup_sbuf struct sbuf plain = SBUF_INIT, colored = SBUF_INIT;

	(void)state;
	show(&look, "text", &plain);
	assert_null(strchr(sbuf_text(&plain), '\033'));
	look.color = true;
	show(&look, "text", &colored);
	assert_non_null(strchr(sbuf_text(&colored), '\033'));
}

static void without_a_file_nothing_can_be_saved(void **state)
{
	const struct ask_look look = { .width = 80, .utf8 = true };
	const struct ask_state none = { .rule = "{verdict: allow}", .waiting = 1 };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct ask_question q;

	(void)state;
	question_init(&q, "text");
	ask_show_question(&look, &q, &none, &out);
	question_free(&q);
	assert_null(strstr(sbuf_text(&out), "save"));
	assert_null(strstr(sbuf_text(&out), "waiting"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_longer_than_the_terminal),
		cmocka_unit_test(what_a_program_chose_cannot_push_the_question_away),
		cmocka_unit_test(without_utf8_all_is_ascii),
		cmocka_unit_test(colour_only_where_it_is_wanted),
		cmocka_unit_test(without_a_file_nothing_can_be_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
