#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/sbuf.h"
#include "cli/command.h"

/* What getopt_long() returns for the row: beyond any character. */
enum { ROW_BASE = 0x100 };

/* The table in getopt's words, for one command. */
struct getopt_words {
	struct option longs[OPTION_ROWS_MAX + 1];
	char shorts[2 + 3 * OPTION_ROWS_MAX + 1];
};

static void getopt_words_fill(struct getopt_words *words, const struct command *command)
{
	size_t nlongs = 0, nshorts = 0;

	memset(words, 0, sizeof(*words));
	/* "+": stop at the first word that is no option. ":": tell a missing argument apart. */
	if (command->runs_command)
		words->shorts[nshorts++] = '+';
	words->shorts[nshorts++] = ':';
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *row = &option_table[i];

		if (!(row->commands & COMMAND_BIT(command->id)))
			continue;
		if (row->long_name) {
			words->longs[nlongs++] = (struct option){
				.name = row->long_name,
				.has_arg = row->arg ? required_argument : no_argument,
				.val = ROW_BASE + (int)i,
			};
		}
		if (row->short_name) {
			words->shorts[nshorts++] = row->short_name;
			if (row->arg)
				words->shorts[nshorts++] = ':';
			if (row->attached)
				words->shorts[nshorts++] = ':';
		}
	}
}

/* The row getopt means by `val`: a row's number, or an option's character. */
static const struct option_row *row_of_val(const struct command *command, int val)
{
	if (val >= ROW_BASE)
		return &option_table[val - ROW_BASE];
	for (size_t i = 0; i < option_table_len; i++) {
		if (option_table[i].short_name == val && val != '\0' &&
			(option_table[i].commands & COMMAND_BIT(command->id)))
			return &option_table[i];
	}
	return NULL;
}

/* Says "-o" or "--log", for messages. */
static void row_name(const struct option_row *row, int val, struct sbuf *out)
{
	if (val < ROW_BASE || !row->long_name)
		sbuf_fmt(out, "-%c", row->short_name);
	else
		sbuf_fmt(out, "--%s", row->long_name);
}

static int choice_parse(const struct option_row *row, const char *arg, int *out, struct err **err)
{
	cleanup_sbuf struct sbuf list = SBUF_INIT;

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], arg) == 0) {
			*out = i;
			return 0;
		}
		sbuf_fmt(&list, "%s%s", i ? ", " : "", row->choices[i]);
	}
	return err_set(err, 0, "'%s' is not one of %s", arg, sbuf_text(&list));
}

static int list_add(struct option_list *list, const char *arg, struct err **err)
{
	if (!*arg)
		return err_set(err, 0, "the argument is empty");
	if (list->len == OPTION_LIST_MAX)
		return err_set(err, 0, "is given more than %d times", OPTION_LIST_MAX);
	list->items[list->len++] = arg;
	return 0;
}

static int row_apply(
	const struct option_row *row, const char *arg, struct options *options, struct err **err)
{
	void *member = (char *)options + row->offset;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)member = true;
		return 0;
	case OPTION_NUMBER:
		*(int *)member = row->value;
		return 0;
	case OPTION_TEXT:
	case OPTION_FILE:
		*(const char **)member = arg;
		return *arg ? 0 : err_set(err, 0, "the argument is empty");
	case OPTION_LIST:
		return list_add(member, arg, err);
	case OPTION_CHOICE:
		return choice_parse(row, arg, member, err);
	case OPTION_STACKS:
		return stack_choices_parse(arg, member, err);
	case OPTION_DURATION:
		return duration_parse(arg, member, err);
	default:
		return err_set(err, 0, "has no type");
	}
}

/* How many of the command's long options begin like the word: 0 unknown, 2 ambiguous. */
static size_t long_candidates(
	const struct getopt_words *words, const char *word, size_t len, const char **names)
{
	size_t n = 0;

	for (size_t i = 0; words->longs[i].name; i++) {
		if (strncmp(words->longs[i].name, word, len) == 0)
			names[n++] = words->longs[i].name;
	}
	names[n] = NULL;
	return n;
}

static int unknown_long(const struct getopt_words *words, const char *text, struct err **err)
{
	const char *names[OPTION_ROWS_MAX + 1];
	char word[64];
	const char *nearest;
	size_t len = strcspn(text + 2, "=");

	if (long_candidates(words, text + 2, len, names) > 1)
		return err_set(err, 0, "option %.*s is ambiguous: --%s or --%s", (int)len + 2, text,
			names[0], names[1]);
	long_candidates(words, "", 0, names);
	snprintf(word, sizeof(word), "%.*s", (int)len, text + 2);
	nearest = name_nearest(names, word);
	if (nearest)
		return err_set(err, 0, "unknown option --%s: did you mean --%s?", word, nearest);
	return err_set(err, 0, "unknown option --%s", word);
}

/* Turns getopt's '?' and ':' into words. `text` is the word of argv it stands in. */
static int getopt_error(const struct command *command, const struct getopt_words *words, int c,
	const char *text, struct err **err)
{
	const struct option_row *row = row_of_val(command, optopt);
	cleanup_sbuf struct sbuf name = SBUF_INIT;

	if (row)
		row_name(row, optopt, &name);
	if (c == ':')
		err_set(err, 0, "option %s needs an argument: %s %s", sbuf_text(&name),
			sbuf_text(&name), row->arg);
	else if (row)
		err_set(err, 0, "option %s takes no argument", sbuf_text(&name));
	else if (optopt)
		err_set(err, 0, "unknown option -%c", optopt);
	else
		unknown_long(words, text, err);
	return -1;
}

/* As a shell's pattern gives them: getopt takes words that were passed over for options. */
static int add_more(const struct option_row *row, int argc, char **argv, struct options *options,
	struct err **err)
{
	while (row->more && optind < argc && (argv[optind][0] != '-' || !argv[optind][1])) {
		if (row_apply(row, argv[optind++], options, err) < 0)
			return -1;
	}
	return 0;
}

int options_parse(const struct command *command, int argc, char **argv, struct options *options,
	int *first_arg, struct err **err)
{
	struct getopt_words words;
	int c;

	getopt_words_fill(&words, command);
	memset(options, 0, sizeof(*options));
	optind = 0; /* glibc: forget an earlier parse */
	opterr = 0;
	while ((c = getopt_long(argc, argv, words.shorts, words.longs, NULL)) != -1) {
		const struct option_row *row;

		if (c == '?' || c == ':')
			return getopt_error(command, &words, c, argv[optind - 1], err);
		row = row_of_val(command, c);
		if (row_apply(row, optarg, options, err) < 0 ||
			add_more(row, argc, argv, options, err) < 0) {
			cleanup_sbuf struct sbuf name = SBUF_INIT;

			row_name(row, c, &name);
			return err_wrap(err, "option %s", sbuf_text(&name));
		}
	}
	*first_arg = optind;
	return 0;
}
