/* --help and --version, made from the tables of commands and options. */
#ifndef CALLGATE_CLI_HELP_H
#define CALLGATE_CLI_HELP_H

#include "cli/command.h"

/* Help on one command, on the whole program when it is NULL. Returns the exit status. */
int help_print(const struct command *command);

int help_version(void);

#endif
