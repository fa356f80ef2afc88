/*
 * What the policy changes for the command before it starts: its environment, its
 * limits, the user it runs as. Only where the policy is carried out.
 */
#ifndef CALLGATE_SUPERVISOR_LAUNCH_H
#define CALLGATE_SUPERVISOR_LAUNCH_H

#include "base/err.h"
#include "policy/limits.h"
#include "policy/policy.h"
#include "supervisor/emitter.h"
#include "tracer/spawn.h"

struct launch {
	char **envp; /* owned; the strings are the policy's or callgate's own */
	const char **
		removed; /* owned; entries that would have put code into programs; ends with NULL */
	const char **gone; /* owned; those and all else that enforce removes; ends with NULL */
	struct spawn_limit limits[LIMIT_COUNT];
	size_t nlimits;
	bool drops_root;
	uid_t uid;
	gid_t gid;
};

/*
 * Makes it ready from callgate's own environment and user. Without `carry_out`
 * the command gets all as callgate has it, and only `removed` and `gone` say what
 * would have been. The error says what cannot be done, and the policy's line.
 */
int launch_prepare(
	struct launch *launch, const struct policy *policy, bool carry_out, struct err **err);

void launch_free(struct launch *launch);

/* Warns of what was removed, and of limits that do not hold this user. */
void launch_warn(const struct launch *launch, struct emitter *emitter);

/* Fills the options of the spawn. */
void launch_fill(const struct launch *launch, struct spawn_options *spawn);

#endif
