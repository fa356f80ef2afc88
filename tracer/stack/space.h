/*
 * A process's address space as libdwfl sees it: what is mapped where, and the
 * unwinding of any of its tasks. Kept from stack to stack until the process
 * runs another program or ends, and brought up to date when its mappings have
 * changed.
 */
#ifndef CALLGATE_TRACER_STACK_SPACE_H
#define CALLGATE_TRACER_STACK_SPACE_H

#include <elfutils/libdwfl.h>
#include <uthash.h>

#include "tracer/stack/perf_map.h"
#include "tracer/stack/file.h"
#include "tracer/stack/maps.h"
#include "tracer/stack/unwind.h"

struct stack_space;

/*
 * An empty space for the process; `files` is borrowed and must outlive it, and
 * has the host that is asked. The machine is that of the code its tasks execute. NULL: no memory,
 * or libdwfl does not know the machine.
 */
struct stack_space *stack_space_new(uint16_t machine, struct stack_files *files);
void stack_space_free(struct stack_space *space);

uint16_t stack_space_machine(const struct stack_space *space);

/*
 * Unwinds the task of the request into pcs, at most max of them.
 * Reads the process's mappings again where one that the frames are in has changed, or its
 * file has; before Linux 6.11, where any has.
 */
size_t stack_space_walk(struct stack_space *space, const struct stack_request *request,
	struct stack_pc *pcs, size_t max, enum stack_end *end);

/* What an address belongs to; NULL: nothing executable. */
const struct stack_map *stack_space_map(const struct stack_space *space, uint64_t address);

/* libdwfl's module of it; NULL: none. */
Dwfl_Module *stack_space_module(const struct stack_space *space, uint64_t address);

/* What the process says of its code, brought up to date once for each walk that asks. */
struct perf_map *stack_space_perf_map(struct stack_space *space);

#endif
