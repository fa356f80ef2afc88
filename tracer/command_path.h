/* Finds the file of a command as execvp(3) does, with words for what goes wrong. */
#ifndef CALLGATE_TRACER_COMMAND_PATH_H
#define CALLGATE_TRACER_COMMAND_PATH_H

#include "base/err.h"

/* Exit statuses for a command that never ran, as of env(1). */
enum {
	EXIT_NOT_EXECUTABLE = 126, /* it is there, and cannot be run */
	EXIT_NOT_FOUND = 127,
};

/*
 * The path to run for `command`: itself when it has a slash, else the first
 * executable file of that name in PATH. The path is the caller's to free.
 * Returns -ENOENT, -EACCES, ... as execvp(3) would fail.
 */
int command_path_find(const char *command, char **path, struct err **err);

/* Sets an error that says why the command could not be run, and what to do. Returns -errnum. */
int command_path_error(const char *command, int errnum, struct err **err);

/* Which of them. errnum is execve(2)'s. */
int command_exit_status(int errnum);

#endif
