#include <string.h>

#include "cli/completion.h"

/* Inside an _arguments spec a bracket or a colon would end the description. */
static void add_escaped(struct sbuf *spec, const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			sbuf_char(spec, '\\');
		sbuf_char(spec, *text);
	}
}

/* "'--time=[Begin lines ...]:STYLE:(rel abs none)'" */
static void add_spec(struct sbuf *out, const struct option_row *row, bool is_long)
{
	cleanup_sbuf struct sbuf spec = SBUF_INIT;

	if (is_long)
		sbuf_fmt(&spec, "--%s%s[", row->long_name, row->arg ? "=" : "");
	else
		sbuf_fmt(&spec, "-%c%s[", row->short_name,
			row->attached ? "-"
			: row->arg    ? "+"
				      : "");
	add_escaped(&spec, row->help);
	sbuf_char(&spec, ']');
	if (row->choices) {
		sbuf_fmt(&spec, ":%s:(", row->arg);
		for (size_t i = 0; row->choices[i]; i++)
			sbuf_fmt(&spec, "%s%s", i ? " " : "", row->choices[i]);
		sbuf_char(&spec, ')');
	} else if (row->arg) {
		sbuf_fmt(&spec, "%s%s:%s", row->attached ? "::" : ":",
			row->attached ? "stacks" : row->arg,
			completion_is_file(row) ? "_files" : " ");
	}
	sbuf_str(out, "		");
	completion_quote(out, sbuf_text(&spec));
	sbuf_str(out, " \\\n");
}

/* _arguments offers nothing after a -- that is the first word. */
static const char after_dashes[] = "	if ((CURRENT > 2)) && [[ $words[2] == -- ]]; then\n"
				   "		shift 2 words\n"
				   "		((CURRENT -= 2))\n"
				   "		_normal\n"
				   "		return\n"
				   "	fi\n";

static void add_rest(struct sbuf *out, const struct command *command)
{
	if (command->runs_command) {
		sbuf_str(out, "		'(-):command:_command_names -e' '*::arguments:_normal'\n");
	} else if (command->words) {
		sbuf_str(out, "		'1:word:(");
		for (size_t i = 0; command->words[i]; i++)
			sbuf_fmt(out, "%s%s", i ? " " : "", command->words[i]);
		sbuf_str(out, ")'\n");
	} else {
		sbuf_str(out, command->max_args ? "		'*:file:_files'\n" : "\n");
	}
}

static void add_command(struct sbuf *out, const struct command *command)
{
	sbuf_fmt(out, "_callgate_%s()\n{\n", command->name);
	if (command->runs_command)
		sbuf_str(out, after_dashes);
	sbuf_str(out, "	_arguments -s -S \\\n");
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *row = &option_table[i];

		if (!(row->commands & COMMAND_BIT(command->id)))
			continue;
		if (row->short_name)
			add_spec(out, row, false);
		if (row->long_name)
			add_spec(out, row, true);
	}
	add_rest(out, command);
	sbuf_str(out, "}\n\n");
}

static void add_dispatch(struct sbuf *out)
{
	sbuf_str(out, "_callgate()\n{\n	local -a subcommands\n	subcommands=(\n");
	for (size_t i = 0; i < command_table_len; i++) {
		cleanup_sbuf struct sbuf item = SBUF_INIT;

		if (command_table[i]->hidden)
			continue;
		sbuf_fmt(&item, "%s:%s", command_table[i]->name, command_table[i]->summary);
		sbuf_str(out, "		");
		completion_quote(out, sbuf_text(&item));
		sbuf_char(out, '\n');
	}
	sbuf_str(out, "	)\n"
		      "	if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
		      "		_describe -t commands command subcommands\n"
		      "		_command_names -e\n"
		      "		return\n"
		      "	fi\n"
		      "	if (($+functions[_callgate_$words[2]])); then\n"
		      "		shift words\n"
		      "		((CURRENT--))\n"
		      "		_callgate_$words[1]\n"
		      "		return\n"
		      "	fi\n");
	sbuf_fmt(out, "	_callgate_%s\n}\n\n_callgate \"$@\"\n", command_default()->name);
}

void completion_zsh(struct sbuf *out)
{
	sbuf_str(out, "#compdef callgate\n# made by 'callgate completions zsh'\n\n");
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			add_command(out, command_table[i]);
	}
	add_dispatch(out);
}
