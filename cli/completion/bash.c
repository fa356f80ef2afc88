#include "cli/completion.h"

static const char head[] =
	"# bash completion for callgate; made by 'callgate completions bash'\n\n";

/*
 * What completes is found by walking the words: the subcommand, its options
 * with their arguments, then a command with a completion of its own, which
 * bash-completion's _command_offset calls where it is loaded. Bash splits
 * "--time=abs" into three words.
 */
static const char body[] =
	"_callgate()\n"
	"{\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} command=trace named= i=1 expects= words\n"
	"	COMPREPLY=()\n"
	"	if ((COMP_CWORD > 1)) && [[ -n $(_callgate_options \"${COMP_WORDS[1]}\") ]]; then\n"
	"		command=${COMP_WORDS[1]} named=1 i=2\n"
	"	fi\n"
	"	while ((i < COMP_CWORD)); do\n"
	"		case ${COMP_WORDS[i]} in\n"
	"		--) ((i++)); break ;;\n"
	"		-*)\n"
	"			expects=$(_callgate_argument \"$command:${COMP_WORDS[i]}\")\n"
	"			((i++))\n"
	"			[[ -n $expects && ${COMP_WORDS[i]} == = ]] && ((i++))\n"
	"			if [[ -n $expects ]] && ((i >= COMP_CWORD)); then\n"
	"				[[ $cur == = ]] && cur=\n"
	"				break\n"
	"			fi\n"
	"			[[ -n $expects ]] && ((i++))\n"
	"			expects= ;;\n"
	"		*) break ;;\n"
	"		esac\n"
	"	done\n"
	"	if [[ -n $expects ]]; then\n"
	"		case $expects in\n"
	"		FILE) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	"		TEXT) ;;\n"
	"		*) COMPREPLY=($(compgen -W \"$expects\" -- \"$cur\")) ;;\n"
	"		esac\n"
	"	elif ((i == COMP_CWORD)) && [[ $cur == -* && ${COMP_WORDS[i-1]} != -- ]]; then\n"
	"		COMPREPLY=($(compgen -W \"$(_callgate_options \"$command\")\" -- "
	"\"$cur\"))\n"
	"	elif words=$(_callgate_words \"$command\"); [[ -n $words ]]; then\n"
	"		COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	"	elif ! _callgate_runs \"$command\"; then\n"
	"		compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"	elif ((i < COMP_CWORD)) && declare -F _command_offset >/dev/null; then\n"
	"		_command_offset \"$i\"\n"
	"	elif ((i < COMP_CWORD)); then\n"
	"		compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	"	else\n"
	"		[[ -z $named ]] && ((COMP_CWORD == 1)) &&\n"
	"			COMPREPLY=($(compgen -W \"$(_callgate_commands)\" -- \"$cur\"))\n"
	"		COMPREPLY+=($(compgen -c -- \"$cur\"))\n"
	"	fi\n"
	"}\n"
	"complete -F _callgate callgate\n";

static void add_commands(struct sbuf *out)
{
	sbuf_str(out, "_callgate_commands()\n{\n	echo");
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			sbuf_fmt(out, " %s", command_table[i]->name);
	}
	sbuf_str(out, "\n}\n\n");
}

static void add_runs(struct sbuf *out)
{
	const char *blank = "";

	sbuf_str(out, "_callgate_runs()\n{\n	[[ $1 == @(");
	for (size_t i = 0; i < command_table_len; i++) {
		if (command_table[i]->hidden || !command_table[i]->runs_command)
			continue;
		sbuf_fmt(out, "%s%s", blank, command_table[i]->name);
		blank = "|";
	}
	sbuf_str(out, ") ]]\n}\n\n");
}

static void add_option_names(struct sbuf *out, const struct command *command)
{
	sbuf_fmt(out, "	%s) echo '", command->name);
	for (size_t i = 0; i < option_table_len; i++) {
		const struct option_row *row = &option_table[i];

		if (!(row->commands & COMMAND_BIT(command->id)))
			continue;
		if (row->short_name)
			sbuf_fmt(out, " -%c", row->short_name);
		if (row->long_name)
			sbuf_fmt(out, " --%s", row->long_name);
	}
	sbuf_str(out, "' ;;\n");
}

static void add_options(struct sbuf *out)
{
	sbuf_str(out, "_callgate_options()\n{\n	case $1 in\n");
	for (size_t i = 0; i < command_table_len; i++) {
		if (!command_table[i]->hidden)
			add_option_names(out, command_table[i]);
	}
	sbuf_str(out, "	esac\n}\n\n");
}

static void add_words(struct sbuf *out)
{
	sbuf_str(out, "_callgate_words()\n{\n	case $1 in\n");
	for (size_t i = 0; i < command_table_len; i++) {
		const struct command *command = command_table[i];

		if (command->hidden || !command->words)
			continue;
		sbuf_fmt(out, "	%s) echo '", command->name);
		for (size_t w = 0; command->words[w]; w++)
			sbuf_fmt(out, " %s", command->words[w]);
		sbuf_str(out, "' ;;\n");
	}
	sbuf_str(out, "	esac\n}\n\n");
}

/* "	trace:-o | trace:--output) echo FILE ;;" */
static void add_argument(
	struct sbuf *out, const struct command *command, const struct option_row *row)
{
	sbuf_char(out, '\t');
	if (row->short_name)
		sbuf_fmt(out, "%s:-%c", command->name, row->short_name);
	if (row->long_name)
		sbuf_fmt(out, "%s%s:--%s", row->short_name ? " | " : "", command->name,
			row->long_name);
	sbuf_str(out, ") echo '");
	if (!row->choices)
		sbuf_str(out, completion_is_file(row) ? "FILE" : "TEXT");
	for (size_t i = 0; row->choices && row->choices[i]; i++)
		sbuf_fmt(out, " %s", row->choices[i]);
	sbuf_str(out, "' ;;\n");
}

static void add_arguments(struct sbuf *out)
{
	sbuf_str(out, "_callgate_argument()\n{\n	case $1 in\n");
	for (size_t c = 0; c < command_table_len; c++) {
		for (size_t i = 0; i < option_table_len; i++) {
			const struct option_row *row = &option_table[i];

			if (row->arg && !row->attached &&
				(row->commands & COMMAND_BIT(command_table[c]->id)) &&
				!command_table[c]->hidden)
				add_argument(out, command_table[c], row);
		}
	}
	sbuf_str(out, "	esac\n}\n\n");
}

void completion_bash(struct sbuf *out)
{
	sbuf_str(out, head);
	add_commands(out);
	add_runs(out);
	add_options(out);
	add_words(out);
	add_arguments(out);
	sbuf_str(out, body);
}
