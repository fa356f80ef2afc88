#include "cli/command.h"
#include "cli/run_command.h"

static int command_enforce(const struct options *options, char *const *args)
{
	return run_command(options, args, MODE_ENFORCE, NULL);
}

const struct command enforce_command = {
	.id = COMMAND_ENFORCE,
	.name = "enforce",
	.args = "-p POLICY [OPTION]... [--] CMD [ARG]...",
	.summary = "hold a command, and all it runs, to a policy",
	.description = "Runs CMD and carries out the policy's verdict on every call by which it, "
		       "and every process it makes, reaches outside itself. What is denied fails "
		       "with an errno and is shown with the rule and a way to mend it. Calls "
		       "that name a destination are made by callgate itself from its own copy of "
		       "the arguments, so that nothing the program does meanwhile changes where "
		       "they go. The exit status is that of CMD.",
	.runs_command = true,
	.min_args = 1,
	.max_args = -1,
	.run = command_enforce,
};
