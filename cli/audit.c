#include "cli/command.h"
#include "cli/run_command.h"

int command_audit(const struct options *options, char *const *args)
{
	return run_command(options, args, MODE_AUDIT, NULL);
}
