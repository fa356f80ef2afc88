#include <string.h>

#include "cli/completion.h"
#include "cli/message.h"
#include "supervisor/run.h"

static const struct {
	const char *shell;
	void (*print)(struct sbuf *out);
} shells[] = {
	{ "bash", completion_bash },
	{ "zsh", completion_zsh },
	{ "fish", completion_fish },
};

bool completion_is_file(const struct option_row *row)
{
	return row->type == OPTION_FILE || row->type == OPTION_LIST;
}

void completion_quote(struct sbuf *out, const char *text)
{
	sbuf_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			sbuf_str(out, "'\\''");
		else
			sbuf_char(out, *text);
	}
	sbuf_char(out, '\'');
}

static int command_completions(const struct options *options, char *const *args)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)options;
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].shell, args[0]) == 0) {
			shells[i].print(&out);
			return message_output(&out);
		}
	}
	message_print("no completions for '%s': the shells are bash, zsh and fish", args[0]);
	return EXIT_CALLGATE;
}

static const char *const shell_names[] = { "bash", "zsh", "fish", NULL };

const struct command completions_command = {
	.id = COMMAND_COMPLETIONS,
	.name = "completions",
	.args = "bash|zsh|fish",
	.summary = "print completions for a shell",
	.description =
		"Prints a script that completes callgate's commands and options. What is "
		"installed has them in place; else write it to "
		"~/.local/share/bash-completion/completions/callgate for bash, to _callgate in "
		"a folder of fpath for zsh, and to ~/.config/fish/completions/callgate.fish "
		"for fish.",
	.words = shell_names,
	.min_args = 1,
	.max_args = 1,
	.run = command_completions,
};
