#include "cli/command.h"
#include "cli/run_command.h"

/*
 * Questions and lines of text share the terminal: unless more is asked for, only
 * what was refused is told there.
 */
int command_ask(const struct options *options, char *const *args)
{
	struct options told = *options;

	if (!options->output && options->verbosity <= 0)
		told.denied_only = true;
	return run_command(&told, args, MODE_ASK, NULL);
}
