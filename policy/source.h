/* Reading the files that make up a policy, with a bound on their size. */
#ifndef CALLGATE_POLICY_SOURCE_H
#define CALLGATE_POLICY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * Reads a whole file into *text, which the caller frees. What is not a regular
 * file is refused, but a pipe is read to its end when pipes are allowed:
 * `-p <(generate)`. The error names the file.
 */
int source_read(
	const char *path, bool pipes, size_t max, char **text, size_t *len, struct err **err);

/*
 * The path of a file named within another: itself when absolute, else relative
 * to the folder of the other. The caller frees it; NULL without memory.
 */
char *source_relative(const char *from, const char *path);

#endif
