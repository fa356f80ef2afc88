/* Finds the file of a command as execvp(3) does, with words for what goes wrong. */
#ifndef CALLGATE_TRACER_COMMAND_PATH_H
#define CALLGATE_TRACER_COMMAND_PATH_H

#include "base/err.h"

/*
 * The path to run for `command`: itself when it has a slash, else the first
 * executable file of that name in PATH. The path is the caller's to free.
 * Returns -ENOENT, -EACCES, ... as execvp(3) would fail.
 */
int command_path_find(const char *command, char **path, struct err **err);

/* Sets an error that says why the command could not be run, and what to do. Returns -errnum. */
int command_path_error(const char *command, int errnum, struct err **err);

/* 127 when the command is not there, 126 when it is and cannot be run: env(1). */
int command_exit_status(int errnum);

#endif
