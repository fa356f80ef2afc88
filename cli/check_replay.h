/* `callgate check --against`: what a policy would have done with the calls of logs. */
#ifndef CALLGATE_CLI_CHECK_REPLAY_H
#define CALLGATE_CLI_CHECK_REPLAY_H

#include <stdbool.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "policy/policy.h"

/*
 * Replays the logs, whose list ends with NULL, and adds what there is to tell.
 * With `old`, that is what changes from it; without, what is denied and which rules
 * decide nothing. *found is set when there was any denial, or any change.
 */
int check_replay(const struct policy *policy, const struct policy *old, const char *const *logs,
	struct sbuf *out, bool *found, struct err **err);

#endif
