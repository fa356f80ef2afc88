#include "supervisor/stacking.h"

void stacking_take(struct stacks *stacks, const struct task *task, struct pending *pending)
{
	struct stack *stack = pending->stack ? NULL : arena_alloc(&pending->arena, sizeof(*stack));

	if (!stack)
		return;
	stacks_take(stacks, task, &pending->arena, stack);
	pending->stack = stack;
}
