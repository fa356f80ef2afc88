#include "cli/command.h"

#include <string.h>

const struct command command_table[] = {
	{
		.id = COMMAND_TRACE,
		.name = "trace",
		.args = "[OPTION]... [--] CMD [ARG]...",
		.summary = "show what a command tries to do",
		.description =
			"Runs CMD and shows every call by which it, and every process it makes, "
			"reaches outside itself: sockets made, connected and bound, messages "
			"sent to an address, programs run, processes and threads made. Nothing "
			"is refused. The exit status is that of CMD.",
		.runs_command = true,
		.min_args = 1,
		.max_args = -1,
		.run = command_trace,
	},
};

const size_t command_table_len = sizeof(command_table) / sizeof(command_table[0]);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_table_len; i++) {
		if (strcmp(command_table[i].name, name) == 0)
			return &command_table[i];
	}
	return NULL;
}

const struct command *command_default(void)
{
	return command_find("trace");
}
