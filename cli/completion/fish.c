#include "cli/completion.h"

/*
 * The first word decides: a subcommand's name, else the command to trace. After
 * callgate's own options comes a command with completions of its own; where it
 * begins is found by walking the words, since fish takes what looks like an
 * option for callgate's wherever it stands.
 */
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
	"# Where the first word is that is not callgate's own\n"
	"function __callgate_end\n"
	"	set -l words (commandline -opc)\n"
	"	set -l command (__callgate_command)\n"
	"	set -l at 2\n"
	"	set -q words[2]; and contains -- $words[2] $__callgate_commands; and set at 3\n"
	"	while set -q words[$at]\n"
	"		if test $words[$at] = --\n"
	"			math $at + 1\n"
	"			return\n"
	"		else if contains -- \"$command:$words[$at]\" $__callgate_arguments\n"
	"			set at (math $at + 2)\n"
	"		else if string match -q -- '-*' $words[$at]\n"
	"			set at (math $at + 1)\n"
	"		else\n"
	"			break\n"
	"		end\n"
	"	end\n"
	"	echo $at\n"
	"end\n"
	"function __callgate_is\n"
	"	test (__callgate_command) = $argv[1]\n"
	"end\n"
	"function __callgate_first\n"
	"	test (count (commandline -opc)) -eq 1\n"
	"end\n"
	"# Options may stand here: no command to run has begun\n"
	"function __callgate_options_of\n"
	"	__callgate_is $argv[1]; or return\n"
	"	contains -- $argv[1] $__callgate_runs; or return 0\n"
	"	set -l words (commandline -opc)\n"
	"	test (__callgate_end) -gt (count $words); and test $words[-1] != --\n"
	"end\n"
	"function __callgate_runs_command\n"
	"	contains -- (__callgate_command) $__callgate_runs\n"
	"end\n"
	"# What the command to run would have completed\n"
	"function __callgate_complete_command\n"
	"	set -l at (__callgate_end)\n"
	"	set -l words (commandline -opc)\n"
	"	set -l line (string escape -- $words[$at..-1]) (commandline -ct)\n"
	"	complete --do-complete=\"$line\"\n"
	"end\n\n";

static void add_option(
	struct sbuf *out, const struct command *command, const struct option_row *row)
{
	sbuf_fmt(out, "complete -c callgate -n '__callgate_options_of %s'", command->name);
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

static void add_rest(struct sbuf *out, const struct command *command)
{
	const char *name = command->name;

	if (command->runs_command)
		return;
	if (command->words) {
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

/* "trace:-o trace:--output": the options whose argument is a word of its own. */
static void add_arguments(struct sbuf *out, const struct command *command)
{
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *row = &option_table[i];

		if (!row->arg || row->attached || !(row->commands & COMMAND_BIT(command->id)))
			continue;
		if (row->short_name)
			sbuf_fmt(out, " %s:-%c", command->name, row->short_name);
		if (row->long_name)
			sbuf_fmt(out, " %s:--%s", command->name, row->long_name);
	}
}

static void add_name(struct sbuf *out, const struct command *command)
{
	sbuf_fmt(out, " %s", command->name);
}

static void add_name_that_runs(struct sbuf *out, const struct command *command)
{
	if (command->runs_command)
		add_name(out, command);
}

/* "set -g NAME ...": what is to be said of every command. */
static void add_list(struct sbuf *out, const char *name,
	void (*add)(struct sbuf *out, const struct command *command))
{
	sbuf_fmt(out, "set -g %s", name);
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			add(out, command_table[i]);
	}
	sbuf_char(out, '\n');
}

void completion_fish(struct sbuf *out)
{
	sbuf_str(out, head);
	add_list(out, "__callgate_commands", add_name);
	add_list(out, "__callgate_runs", add_name_that_runs);
	add_list(out, "__callgate_arguments", add_arguments);
	sbuf_char(out, '\n');
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			add_command(out, command_table[i]);
	}
	sbuf_str(out, "complete -c callgate -x -n __callgate_runs_command "
		      "-a '(__callgate_complete_command)'\n");
}
