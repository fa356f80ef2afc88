/*
 * libdwfl's modules: one for each file that a process maps, and its vDSO. What
 * libdwfl asks about them is answered here, by way of the host.
 */
#ifndef CALLGATE_TRACER_STACK_MODULE_H
#define CALLGATE_TRACER_STACK_MODULE_H

#include <elfutils/libdwfl.h>

#include "tracer/stack/file.h"
#include "tracer/stack/maps.h"

/* The process whose modules they are. */
struct stack_modules {
	struct stack_files *files;     /* borrowed, with the host that is asked */
	const struct stack_maps *maps; /* borrowed: what is mapped now */
	uint8_t *vdso;                 /* what the vDSO's module reads; owned */
};

/* For dwfl_begin(). */
extern const Dwfl_Callbacks stack_module_callbacks;

/* Between dwfl_report_begin() and stack_modules_end(): one that is there. */
void stack_module_report(struct stack_modules *modules, Dwfl *dwfl, const struct stack_map *map);

/* Those that were not reported are gone. */
void stack_modules_end(Dwfl *dwfl);

/* All of them are. */
void stack_modules_clear(struct stack_modules *modules, Dwfl *dwfl);

/* The file of a module, NULL for one of no file. *lack: why it has none, if it should. */
struct stack_file *stack_module_file(Dwfl_Module *module, enum stack_lack *lack);

#endif
