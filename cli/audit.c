#include "cli/command.h"
#include "cli/run_command.h"

static int command_audit(const struct options *options, char *const *args)
{
	return run_command(options, args, MODE_AUDIT, NULL);
}

const struct command audit_command = {
	.id = COMMAND_AUDIT,
	.name = "audit",
	.args = "-p POLICY [OPTION]... [--] CMD [ARG]...",
	.summary = "show what a policy would refuse, and refuse nothing",
	.description = "Runs CMD as trace does, and records for every call what enforce would "
		       "have done under the same policy. The exit status is that of CMD.",
	.runs_command = true,
	.min_args = 1,
	.max_args = -1,
	.run = command_audit,
};
