/*
 * Programs that would gain privileges when they are run, by the set-user-ID or
 * set-group-ID bit or by capabilities of their file, and do not, because the
 * command runs under no_new_privs (PR_SET_NO_NEW_PRIVS in prctl(2)): sudo, ping, ...
 * They fail in ways that do not tell why.
 */
#ifndef CALLGATE_SUPERVISOR_PRIVILEGES_H
#define CALLGATE_SUPERVISOR_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sbuf.h"
#include "policy/identity_set.h"
#include "tracer/task.h"

enum { PRIVILEGED_MAX = 64 };

/* Of a run; {0} to begin with. */
struct privileges {
	struct identity told[PRIVILEGED_MAX]; /* programs that were spoken of; no more than that */
	size_t ntold;
	struct identity_set plain; /* programs that give none */
};

/*
 * The task runs a new program, and stands at PTRACE_EVENT_EXEC. True when the
 * program did not gain what it would have natively, the first time for each
 * program; then the words for a warning are added.
 */
bool privileges_withheld(
	struct privileges *privileges, const struct task *task, struct sbuf *words);

#endif
