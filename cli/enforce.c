#include "cli/command.h"
#include "cli/run_command.h"

int command_enforce(const struct options *options, char *const *args)
{
	return run_command(options, args, MODE_ENFORCE, NULL);
}
