/* Adding rules to the text of a policy that is there already, and putting it in its place. */
#ifndef CALLGATE_CLI_LEARN_ONTO_H
#define CALLGATE_CLI_LEARN_ONTO_H

#include "base/err.h"
#include "base/sbuf.h"

/*
 * Adds the old text with the items, which are indented by two spaces, at the end
 * of its rules, in their indentation. What people wrote stays as it is; of the items,
 * notes about what is risky or not allowed are left out where they are there already.
 * Fails where the rules are not written as a list of lines; the error says where in the
 * file `name`, and what to do.
 */
int learn_onto(
	const char *name, const char *old, const char *items, struct sbuf *out, struct err **err);

/* Writes the file anew, whole or not at all, with the permissions it had. */
int learn_write(const char *path, const struct sbuf *text, struct err **err);

/* Reads the file into *out. Returns 1; 0 when it is not there, or is no regular file. */
int learn_read(const char *path, struct sbuf *out, struct err **err);

#endif
