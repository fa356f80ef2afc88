#include "cli/command.h"
#include "cli/run_command.h"

/*
 * Questions and lines of text share the terminal: unless more is asked for, only
 * what was refused is told there.
 */
static int command_ask(const struct options *options, char *const *args)
{
	struct options told = *options;

	if (!options->output && options->verbosity <= 0)
		told.denied_only = true;
	return run_command(&told, args, MODE_ASK, NULL);
}

const struct command ask_command = {
	.id = COMMAND_ASK,
	.name = "ask",
	.args = "[-p POLICY] [OPTION]... [--] CMD [ARG]...",
	.summary = "ask a person, or a program, about every call a policy leaves open",
	.description = "Runs CMD as enforce does, and holds every call whose verdict is ask until "
		       "it is answered: at the terminal, or over the socket of --ask-socket. An "
		       "answer is for one call, for this run, or a rule saved to --save FILE. "
		       "Without a policy, connecting, binding and running programs are asked "
		       "about. What nobody answers is denied. The exit status is that of CMD.",
	.runs_command = true,
	.min_args = 1,
	.max_args = -1,
	.run = command_ask,
};
