#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/message.h"
#include "supervisor/run.h"

/* Text of mdoc(7): a backslash is written \e, and a sentence begins a line. */
static void add_text(struct sbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			sbuf_str(out, "\\e");
		else if (*text == ' ' && out->data[out->len - 1] == '.')
			sbuf_char(out, '\n');
		else
			sbuf_char(out, *text);
	}
}

static void add_option(struct sbuf *out, const struct option_row *row)
{
	sbuf_str(out, ".It");
	if (row->short_name)
		sbuf_fmt(out, " Fl %c", row->short_name);
	if (row->long_name)
		sbuf_fmt(out, "%s Fl Fl %s", row->short_name ? " ," : "", row->long_name);
	if (row->choices) {
		for (size_t i = 0; row->choices[i]; i++)
			sbuf_fmt(out, "%s Cm %s", i ? " |" : "", row->choices[i]);
	} else if (row->arg) {
		sbuf_fmt(out, "%s Ar %s", row->attached ? " Ns" : "", row->arg);
	}
	sbuf_char(out, '\n');
	add_text(out, row->help);
	sbuf_str(out, ".\n");
}

static void add_options(struct sbuf *out, const struct command *command)
{
	sbuf_str(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < option_table_len; i++) {
		if (option_table[i].commands & COMMAND_BIT(command->id))
			add_option(out, &option_table[i]);
	}
	sbuf_str(out, ".El\n");
}

static void add_commands(struct sbuf *out)
{
	for (size_t i = 0; i < command_table_len; i++) {
		const struct command *command = command_table[i];

		if (command->hidden)
			continue;
		sbuf_fmt(out, ".Ss callgate %s %s\n", command->name, command->args);
		add_text(out, command->description);
		sbuf_char(out, '\n');
		add_options(out, command);
	}
}

static void add_synopsis(struct sbuf *out)
{
	for (size_t i = 0; i < command_table_len; i++) {
		const struct command *command = command_table[i];

		if (command->hidden)
			continue;
		/* The name of what runs by default may be left out. */
		sbuf_fmt(out, ".Nm\n%s %s\n", command == command_default() ? ".Op Cm" : ".Cm",
			command->name);
		add_text(out, command->args);
		sbuf_char(out, '\n');
	}
}

static void add_version(struct sbuf *out)
{
	sbuf_str(out, ".Os callgate " CALLGATE_VERSION "\n");
}

static const struct {
	const char *line; /* of the frame, with its newline */
	void (*print)(struct sbuf *out);
} places[] = {
	{ "@SYNOPSIS@\n", add_synopsis },
	{ "@COMMANDS@\n", add_commands },
	{ "@VERSION@\n", add_version },
};

static void add_line(struct sbuf *out, const char *line)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (strcmp(places[i].line, line) == 0) {
			places[i].print(out);
			return;
		}
	}
	sbuf_str(out, line);
}

static int command_man(const struct options *options, char *const *args)
{
	cleanup_file FILE *frame = fopen(args[0], "re");
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	cleanup_free char *line = NULL;
	size_t size = 0;

	(void)options;
	if (!frame) {
		message_print("cannot read %s: %s", args[0], strerrordesc_np(errno));
		return EXIT_CALLGATE;
	}
	while (getline(&line, &size, frame) > 0)
		add_line(&out, line);
	return message_output(&out);
}

const struct command man_command = {
	.id = COMMAND_MAN,
	.name = "man",
	.args = "FRAME",
	.summary = "fill the man page's frame from the tables",
	.description = "Prints the file FRAME with the lines @SYNOPSIS@, @COMMANDS@ and "
		       "@VERSION@ replaced. The build makes the man page with it.",
	.hidden = true,
	.min_args = 1,
	.max_args = 1,
	.run = command_man,
};
