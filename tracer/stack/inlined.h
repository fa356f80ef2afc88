/* Functions that the compiler put into others: what debug information says of an address. */
#ifndef CALLGATE_TRACER_STACK_INLINED_H
#define CALLGATE_TRACER_STACK_INLINED_H

#include <elfutils/libdwfl.h>

/* A place in the source. All zero: not known. */
struct stack_line {
	char *source;
	unsigned number;
};

/* One that has no frame of its own. Strings are owned. */
struct stack_inlined {
	char *name; /* demangled */
	struct stack_line line;
};

/* The innermost first. All zero: none. */
struct stack_inlined_list {
	struct stack_inlined *items;
	size_t len, cap;
};

/* More than these are left out: the outer ones. */
enum { STACK_INLINED_MAX = 64 };

/*
 * Fills an empty list with the functions that the address is in within the one whose code
 * it is. *line is where it is in the innermost, and becomes where it is in that one.
 */
void stack_inlined_find(Dwfl_Module *module, uint64_t address, struct stack_line *line,
	struct stack_inlined_list *out);

void stack_inlined_free(struct stack_inlined_list *list);

#endif
