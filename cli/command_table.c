#include "cli/command.h"

#include <string.h>

#define COMMAND_ROW(id, name) &name##_command,

const struct command *const command_table[] = { COMMANDS(COMMAND_ROW) };

const size_t command_table_len = sizeof(command_table) / sizeof(command_table[0]);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_table_len; i++) {
		if (strcmp(command_table[i]->name, name) == 0)
			return command_table[i];
	}
	return NULL;
}

const struct command *command_default(void)
{
	return &trace_command;
}
