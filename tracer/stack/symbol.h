/* What stands at an address: symbol, offset, source line. */
#ifndef CALLGATE_TRACER_STACK_SYMBOL_H
#define CALLGATE_TRACER_STACK_SYMBOL_H

#include "tracer/stack/space.h"

/*
 * Fills the frame of an address of the space, its strings copied into the
 * arena; lines are looked for when `lines`.
 */
void stack_symbol_find(struct stack_space *space, struct stack_files *files,
	const struct stack_pc *pc, bool lines, struct arena *arena, struct stack_frame *frame);

/* The module alone: its name, and the address within it or the code. */
void stack_module_find(struct stack_space *space, const struct stack_pc *pc, struct arena *arena,
	struct stack_frame *frame);

#endif
