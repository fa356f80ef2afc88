/* The command line: what options mean, where they end, and what is said of wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"

enum { WORDS_MAX = 32 };

struct parsed {
	struct options options;
	struct err *err;
	int rc;
	const char *rest; /* the first word that is no option; NULL: none left */
};

#define cleanup_parsed __attribute__((cleanup(parsed_free)))

static void parsed_free(struct parsed *p)
{
	err_free(&p->err);
}

/* Parses the words as `callgate COMMAND WORD...` would. */
static struct parsed parse_for(const char *command, const char *const *words)
{
	static char copies[WORDS_MAX][64];
	static char *argv[WORDS_MAX + 1];
	struct parsed p = { .rc = 0 };
	int argc = 1, first = 0;

	argv[0] = strcpy(copies[0], "callgate");
	for (; *words; words++, argc++)
		argv[argc] = strcpy(copies[argc], *words);
	argv[argc] = NULL;
	p.rc = options_parse(command_find(command), argc, argv, &p.options, &first, &p.err);
	p.rest = p.rc == 0 ? argv[first] : NULL;
	return p;
}

#define PARSE_FOR(command, ...) parse_for(command, (const char *const[]){ __VA_ARGS__, NULL })
#define PARSE(...)              PARSE_FOR("trace", __VA_ARGS__)

static void each_option_sets_its_member(void **state)
{
	cleanup_parsed struct parsed p = PARSE("-o", "out", "--log", "log", "-e", "%net", "-c",
		"--denied-only", "--kill-on-exit", "--timeout", "2m", "--color", "never", "--time",
		"abs", "x");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_string_equal(p.options.output, "out");
	assert_string_equal(p.options.sink_files[SINK_jsonl], "log");
	assert_string_equal(p.options.expr, "%net");
	assert_true(p.options.summary_only && p.options.denied_only && p.options.kill_on_exit);
	assert_int_equal(p.options.timeout_ns, 120000000000);
	assert_int_equal(p.options.color, COLOR_NEVER);
	assert_int_equal(p.options.time, TIME_ABS);
	assert_string_equal(p.rest, "x");
}

static void nothing_said_is_the_default(void **state)
{
	static const struct options none;
	cleanup_parsed struct parsed p = PARSE("true");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_memory_equal(&p.options, &none, sizeof(none));
	assert_int_equal(p.options.color, COLOR_AUTO);
	assert_int_equal(p.options.time, TIME_REL);
}

static void an_argument_may_be_attached(void **state)
{
	cleanup_parsed struct parsed p = PARSE("-oout", "--log=a=b", "--time=none");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_string_equal(p.options.output, "out");
	assert_string_equal(p.options.sink_files[SINK_jsonl], "a=b");
	assert_int_equal(p.options.time, TIME_NONE);
	assert_null(p.rest);
}

static void options_end_at_the_first_word_that_is_none(void **state)
{
	cleanup_parsed struct parsed p = PARSE("-q", "ls", "-v", "--nonsense");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.options.verbosity, -1);
	assert_string_equal(p.rest, "ls");
}

static void two_dashes_end_the_options(void **state)
{
	cleanup_parsed struct parsed p = PARSE("-v", "--", "--help");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_false(p.options.help);
	assert_string_equal(p.rest, "--help");
}

static void a_command_that_runs_none_takes_options_anywhere(void **state)
{
	cleanup_parsed struct parsed p = PARSE_FOR("doctor", "word", "--json");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_true(p.options.json);
	assert_string_equal(p.rest, "word");
}

static void the_last_of_several_wins(void **state)
{
	cleanup_parsed struct parsed p = PARSE("-v", "-q", "-e", "all", "-e", "bind", "-qv");

	(void)state;
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.options.verbosity, 1);
	assert_string_equal(p.options.expr, "bind");
}

/* For a command of our own, so that the test needs none that has such an option. */
static void what_may_be_repeated_is_kept_in_order_and_bounded(void **state)
{
	static const struct command explain = { .id = COMMAND_EXPLAIN, .name = "explain" };
	static char name[] = "explain", a[] = "--lineage=/bin/a", b[] = "--lineage=/bin/b";
	cleanup_err struct err *err = NULL;
	char *argv[OPTION_LIST_MAX + 3] = { name, a, b };
	struct options options;
	int first;

	(void)state;
	assert_int_equal(options_parse(&explain, 3, argv, &options, &first, &err), 0);
	assert_int_equal(options.lineage.len, 2);
	assert_string_equal(options.lineage.items[0], "/bin/a");
	assert_string_equal(options.lineage.items[1], "/bin/b");
	for (size_t i = 1; i < OPTION_LIST_MAX + 2; i++)
		argv[i] = a;
	assert_int_equal(
		options_parse(&explain, OPTION_LIST_MAX + 2, argv, &options, &first, &err), -1);
	assert_string_equal(err_text(err), "option --lineage: is given more than 32 times");
}

static void a_wrong_option_is_named_with_the_nearest_right_one(void **state)
{
	static const struct {
		const char *word, *text;
	} rows[] = {
		{ "--lgo", "unknown option --lgo: did you mean --log?" },
		{ "--tiemout=3", "unknown option --tiemout: did you mean --timeout?" },
		{ "--xyzzy", "unknown option --xyzzy" },
		{ "-Z", "unknown option -Z" },
		{ "-vZ", "unknown option -Z" },
		{ "--json", "unknown option --json" }, /* doctor's */
		{ "--denied-only=yes", "option --denied-only takes no argument" },
		{ "--ti", "option --ti is ambiguous: --time or --timeout" },
		{ "--log", "option --log needs an argument: --log FILE" },
		{ "-o", "option -o needs an argument: -o FILE" },
		{ "--log=", "option --log: the argument is empty" },
		{ "--color=red", "option --color: 'red' is not one of auto, always, never" },
		{ "--timeout=soon", "option --timeout: 'soon' is not a duration: write 10, 10s, "
				    "500ms, 2m or 1.5h" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_parsed struct parsed p = PARSE(rows[i].word);

		assert_int_equal(p.rc, -1);
		assert_string_equal(err_text(p.err), rows[i].text);
	}
}

static void stacks_have_lines_a_number_and_a_choice(void **state)
{
	static const struct {
		const char *word;
		struct stack_choices stack;
	} rows[] = {
		{ "-k", { STACKS_BY_MODE, 0, false } },
		{ "-kk", { STACKS_BY_MODE, 0, true } },
		{ "-k7", { STACKS_BY_MODE, 7, false } },
		{ "-kk1024", { STACKS_BY_MODE, 1024, true } },
		{ "-k=denied", { STACKS_DENIED, 0, false } },
		{ "-kk20=all", { STACKS_ALL, 20, true } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_parsed struct parsed p = PARSE(rows[i].word, "true");

		assert_int_equal(p.rc, 0);
		assert_int_equal(p.options.stack.which, rows[i].stack.which);
		assert_int_equal(p.options.stack.frames, rows[i].stack.frames);
		assert_int_equal(p.options.stack.lines, rows[i].stack.lines);
		assert_string_equal(p.rest, "true");
	}
}

static void what_stacks_do_not_take_is_refused(void **state)
{
	static const char *const words[] = { "-k0", "-k1025", "-k99999999999", "-kkk",
		"-k=", "-k=x", "-k5x", "-k=denied5" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		cleanup_parsed struct parsed p = PARSE(words[i], "true");

		assert_true(p.rc < 0);
		assert_non_null(strstr(err_text(p.err), "option -k"));
		assert_non_null(strstr(err_text(p.err), "is not understood"));
	}
}

static void durations_have_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} rows[] = {
		{ "10", 10000000000 },
		{ "10s", 10000000000 },
		{ "500ms", 500000000 },
		{ "250us", 250000 },
		{ "2m", 120000000000 },
		{ "1.5h", 5400000000000 },
		{ "0.25", 250000000 },
		{ "0.0000000019s", 1 },
		{ "1d", 86400000000000 },
		{ "36500d", 3153600000000000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ns = 0;

		assert_int_equal(duration_parse(rows[i].text, &ns, NULL), 0);
		assert_int_equal(ns, rows[i].ns);
	}
}

static void what_is_no_duration_is_refused(void **state)
{
	static const char *const texts[] = { "", "s", "-1", "+1", " 1", "1 s", "1x", "1.", ".5",
		"1.s", "0", "0.0ms", "1e3", "0x10", "1,5", "36501d", "99999999999999999999999",
		"18446744073709551617", "1.5.5", "inf", "nan" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_err struct err *err = NULL;
		uint64_t ns = 7;

		assert_int_equal(duration_parse(texts[i], &ns, &err), -1);
		assert_int_equal(ns, 7);
		assert_non_null(strstr(err_text(err), texts[i]));
	}
}

/* What the table must be for everything that is made from it. */
static void the_table_has_no_row_that_contradicts_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *a = &option_table[i];

		assert_true(a->short_name || a->long_name);
		assert_true(a->help && a->commands);
		assert_int_equal(a->type == OPTION_FLAG || a->type == OPTION_NUMBER, !a->arg);
		assert_int_equal(a->type == OPTION_CHOICE, a->choices != NULL);
		for (size_t j = 0; j < i; j++) {
			const struct option_row *b = &option_table[j];

			if (!(a->commands & b->commands))
				continue;
			assert_false(a->short_name && a->short_name == b->short_name);
			assert_false(a->long_name && b->long_name &&
				     strcmp(a->long_name, b->long_name) == 0);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_sets_its_member),
		cmocka_unit_test(nothing_said_is_the_default),
		cmocka_unit_test(an_argument_may_be_attached),
		cmocka_unit_test(options_end_at_the_first_word_that_is_none),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(a_command_that_runs_none_takes_options_anywhere),
		cmocka_unit_test(the_last_of_several_wins),
		cmocka_unit_test(what_may_be_repeated_is_kept_in_order_and_bounded),
		cmocka_unit_test(a_wrong_option_is_named_with_the_nearest_right_one),
		cmocka_unit_test(stacks_have_lines_a_number_and_a_choice),
		cmocka_unit_test(what_stacks_do_not_take_is_refused),
		cmocka_unit_test(durations_have_units),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(the_table_has_no_row_that_contradicts_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
