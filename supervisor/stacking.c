#include "supervisor/stacking.h"

void stacking_take(struct stacks *stacks, const struct task *task, struct pending *pending)
{
	struct stack *stack = pending->stack ? NULL : arena_alloc(&pending->arena, sizeof(*stack));

	if (!stack)
		return;
	stacks_take(stacks, task, &pending->arena, stack);
	pending->stack = stack;
}

const char *stacking_module(struct stacks *stacks, const struct task *task, struct pending *pending)
{
	struct stack stack;

	if (pending->stack)
		return stack_caller(pending->stack);
	stacks_take_modules(stacks, task, &pending->arena, &stack);
	return stack_caller(&stack);
}
