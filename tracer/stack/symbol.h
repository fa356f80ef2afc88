/* What stands at an address: symbol, offset, source line. */
#ifndef CALLGATE_TRACER_STACK_SYMBOL_H
#define CALLGATE_TRACER_STACK_SYMBOL_H

#include "tracer/stack/space.h"

/*
 * Fills the frames of an address of the space, their strings copied into the
 * arena: one for the function whose code it is, the last; and, when `lines`, where
 * each stands in the source, and those that were put into that function. Returns how many there
 * are, of which the first `max` are filled.
 */
size_t stack_symbol_find(struct stack_space *space, struct stack_files *files,
	const struct stack_pc *pc, bool lines, struct arena *arena, struct stack_frame *frames,
	size_t max);

/* The module alone: its name, and the address within it or the code. */
void stack_module_find(struct stack_space *space, const struct stack_pc *pc, struct arena *arena,
	struct stack_frame *frame);

#endif
