#include "cli/completion.h"

/* The first word decides: a subcommand's name, else the command to trace. */
static const char head[] =
	"# fish completion for callgate; made by 'callgate completions fish'\n\n"
	"function __callgate_command\n"
	"	set -l words (commandline -opc)\n"
	"	if set -q words[2]; and contains -- $words[2] $__callgate_commands\n"
	"		echo $words[2]\n"
	"	else\n"
	"		echo trace\n"
	"	end\n"
	"end\n"
	"function __callgate_is\n"
	"	test (__callgate_command) = $argv[1]\n"
	"end\n"
	"function __callgate_first\n"
	"	test (count (commandline -opc)) -eq 1\n"
	"end\n"
	"function __callgate_named\n"
	"	set -l words (commandline -opc)\n"
	"	set -q words[2]; and test $words[2] = $argv[1]\n"
	"end\n\n";

static void add_option(
	struct sbuf *out, const struct command *command, const struct option_row *row)
{
	sbuf_fmt(out, "complete -c callgate -n '__callgate_is %s'", command->name);
	if (row->short_name)
		sbuf_fmt(out, " -s %c", row->short_name);
	if (row->long_name)
		sbuf_fmt(out, " -l %s", row->long_name);
	if (row->choices) {
		sbuf_str(out, " -x -a '");
		for (size_t i = 0; row->choices[i]; i++)
			sbuf_fmt(out, "%s%s", i ? " " : "", row->choices[i]);
		sbuf_char(out, '\'');
	} else if (row->arg && !row->attached) {
		sbuf_str(out, completion_is_file(row) ? " -r -F" : " -x");
	}
	sbuf_str(out, " -d ");
	completion_quote(out, row->help);
	sbuf_char(out, '\n');
}

/* The options whose argument is a word of its own: not the command to run. */
static void add_options_with_argument(struct sbuf *out, const struct command *command)
{
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *row = &option_table[i];

		if (!row->arg || row->attached || !(row->commands & COMMAND_BIT(command->id)))
			continue;
		if (row->short_name)
			sbuf_fmt(out, " -%c", row->short_name);
		if (row->long_name)
			sbuf_fmt(out, " --%s", row->long_name);
	}
}

static void add_rest(struct sbuf *out, const struct command *command)
{
	const char *name = command->name;

	if (command->runs_command) {
		sbuf_fmt(out,
			"complete -c callgate -x -n 'not __callgate_named %s; and "
			"__callgate_is %s' -a '(__fish_complete_subcommand --",
			name, name);
		add_options_with_argument(out, command);
		sbuf_fmt(out,
			")'\ncomplete -c callgate -x -n '__callgate_named %s' "
			"-a '(__fish_complete_subcommand --fcs-skip=2 --",
			name);
		add_options_with_argument(out, command);
		sbuf_str(out, ")'\n");
	} else if (command->words) {
		sbuf_fmt(out, "complete -c callgate -x -n '__callgate_is %s' -a '", name);
		for (size_t i = 0; command->words[i]; i++)
			sbuf_fmt(out, "%s%s", i ? " " : "", command->words[i]);
		sbuf_str(out, "'\n");
	} else if (!command->max_args) {
		sbuf_fmt(out, "complete -c callgate -f -n '__callgate_is %s'\n", name);
	}
}

static void add_command(struct sbuf *out, const struct command *command)
{
	sbuf_fmt(out, "complete -c callgate -n __callgate_first -a %s -d ", command->name);
	completion_quote(out, command->summary);
	sbuf_char(out, '\n');
	for (size_t i = 0; i < option_table_len; i++) {
		if (option_table[i].commands & COMMAND_BIT(command->id))
			add_option(out, command, &option_table[i]);
	}
	add_rest(out, command);
}

void completion_fish(struct sbuf *out)
{
	sbuf_str(out, head);
	sbuf_str(out, "set -g __callgate_commands");
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			sbuf_fmt(out, " %s", command_table[i]->name);
	}
	sbuf_str(out, "\n\n");
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			add_command(out, command_table[i]);
	}
}
