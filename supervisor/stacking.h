/* Which calls have their stack taken, and the taking. */
#ifndef CALLGATE_SUPERVISOR_STACKING_H
#define CALLGATE_SUPERVISOR_STACKING_H

#include "supervisor/pending.h"
#include "tracer/stack.h"

enum stack_when {
	STACK_NEVER,
	STACK_DENIED, /* of what is denied, or in audit would be */
	STACK_EVERY,
};

/* What the user asked for; all zero is no stacks. */
struct stack_wish {
	enum stack_when when;
	struct stack_options options;
};

/* Takes the stack of a call whose task is in a ptrace stop; a second time does nothing. */
void stacking_take(struct stacks *stacks, const struct task *task, struct pending *pending);

/*
 * What the call was made from, for rules that ask: in the call's arena; NULL when
 * it cannot be known.
 */
const char *stacking_module(
	struct stacks *stacks, const struct task *task, struct pending *pending);

#endif
