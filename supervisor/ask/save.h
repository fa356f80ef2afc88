/*
 * The file that saved rules go to: a policy, to which a line a rule is added.
 * Several callgates, and an editor that honours flock(2), may use it at once.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_SAVE_H
#define CALLGATE_SUPERVISOR_ASK_SAVE_H

#include "base/err.h"
#include "base/sbuf.h"
#include "policy/policy.h"

/*
 * Makes sure that rules can be added to the file: loads it, or makes it with
 * `header` when it is not there or is empty. *out is its policy, without the rules
 * that ask: it may be the policy of the run itself. On failure the error says why rules could not
 * be saved there.
 */
int ask_save_open(const char *path, const char *header, struct policy **out, struct err **err);

/*
 * Adds the line as one more rule, and waits until it is on the disk. The file is
 * changed only when it is still a good policy afterwards, with that rule as its
 * last. *number is the line it stands on, `written` the exact text with its
 * indentation, both also for what is told to people.
 */
int ask_save_add(
	const char *path, const char *line, int *number, struct sbuf *written, struct err **err);

#endif
