/* One walk up a task's stack by libdwfl. */
#ifndef CALLGATE_TRACER_STACK_UNWIND_H
#define CALLGATE_TRACER_STACK_UNWIND_H

#include <elfutils/libdwfl.h>

#include "tracer/stack.h"
#include "tracer/stack/maps.h"
#include "tracer/stack/pages.h"

/* A frame's address, and whether the task stands at it (else it will return to it). */
struct stack_pc {
	uint64_t address;
	bool active;
};

struct stack_walk {
	const struct stack_maps *maps; /* borrowed: what is mapped */
	struct stack_pages pages;      /* of the task */
	struct stack_regs regs;        /* where libdwfl begins */
	uint32_t unknown;              /* those of them that are not known, a bit each */
	bool stepped;                  /* out of the last frame by ourselves: libdwfl is to go on */
	bool resumed;                  /* where libdwfl begins was stepped to */
	struct stack_pc *pcs;
	size_t len, max;
	bool cut;    /* there was one more than max */
	bool unread; /* the way out of the last one is in memory that cannot be read */
};

/*
 * Has libdwfl unwind the tasks of a machine. *walk is the one that is under way: it stays
 * where it is. The model is an ELF header and nothing else. False: libdwfl does not know the
 * machine, or has no memory.
 */
bool stack_unwind_attach(Dwfl *dwfl, Elf *model, struct stack_walk **walk);

/* Fills the walk's pcs. */
enum stack_end stack_unwind(Dwfl *dwfl, struct stack_walk *walk);

#endif
