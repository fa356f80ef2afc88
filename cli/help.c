#include "cli/help.h"

#include <string.h>

#include "cli/message.h"

enum {
	HELP_WIDTH = 80,
	HELP_COLUMN = 28, /* where the texts of the options begin */
	COMMAND_COLUMN = 15,
};

/* Adds the text in lines of HELP_WIDTH; all but the first begin at `column`. */
static void add_wrapped(struct sbuf *out, const char *text, size_t column)
{
	size_t used = column;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (used > column && used + 1 + len > HELP_WIDTH) {
			sbuf_char(out, '\n');
			sbuf_pad(out, out->len + column);
			used = column;
		} else if (used > column) {
			sbuf_char(out, ' ');
			used++;
		}
		sbuf_add(out, text, len);
		used += len;
		text += len;
		text += strspn(text, " ");
	}
	sbuf_char(out, '\n');
}

/* "  -o, --output FILE       Write the text ..." */
static void add_option(struct sbuf *out, const struct option_row *row)
{
	size_t start = out->len;

	if (row->short_name)
		sbuf_fmt(out, "  -%c", row->short_name);
	else
		sbuf_str(out, "    ");
	if (row->long_name)
		sbuf_fmt(out, "%s --%s", row->short_name ? "," : " ", row->long_name);
	if (row->choices) {
		for (size_t i = 0; row->choices[i]; i++)
			sbuf_fmt(out, "%s%s", i ? "|" : " ", row->choices[i]);
	} else if (row->arg) {
		sbuf_fmt(out, "%s%s", row->attached ? "" : " ", row->arg);
	}
	if (out->len - start > HELP_COLUMN - 2) {
		sbuf_char(out, '\n');
		start = out->len;
	}
	sbuf_pad(out, start + HELP_COLUMN);
	add_wrapped(out, row->help, HELP_COLUMN);
}

static void add_options(struct sbuf *out, unsigned commands)
{
	sbuf_str(out, "\nOptions:\n");
	for (size_t i = 0; i < option_table_len; i++) {
		if (option_table[i].commands & commands)
			add_option(out, &option_table[i]);
	}
}

static void add_commands(struct sbuf *out)
{
	sbuf_str(out, "\nCommands:\n");
	for (size_t i = 0; i < command_table_len; i++) {
		const struct command *command = command_table[i];
		size_t start = out->len;

		if (command->hidden)
			continue;
		sbuf_fmt(out, "  %s", command->name);
		sbuf_pad(out, start + COMMAND_COLUMN);
		add_wrapped(out, command->summary, COMMAND_COLUMN);
	}
}

int help_print(const struct command *command)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	const struct command *shown = command ? command : command_default();

	if (command) {
		sbuf_fmt(&out, "Usage: callgate %s %s\n\n", shown->name, shown->args);
		add_wrapped(&out, shown->description, 0);
	} else {
		sbuf_fmt(&out,
			"Usage: callgate [%s] %s\n       callgate COMMAND [OPTION]... [ARG]...\n\n"
			"Puts a gate in front of the system calls by which a program reaches "
			"outside itself.\n",
			shown->name, shown->args);
		add_commands(&out);
	}
	add_options(&out, COMMAND_BIT(shown->id));
	if (!command)
		sbuf_str(&out, "\n'callgate COMMAND --help' tells of one command; "
			       "callgate(1) is the manual.\n");
	return message_output(&out);
}

int help_version(void)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	sbuf_str(&out, "callgate " CALLGATE_VERSION "\n");
	return message_output(&out);
}
