/*
 * Unwinding and symbols: takes a request, gives a stack, asks a host for what it
 * needs. All that hostile bytes can reach is below here.
 */
#ifndef CALLGATE_TRACER_STACK_ENGINE_H
#define CALLGATE_TRACER_STACK_ENGINE_H

#include "tracer/stack.h"
#include "tracer/stack/host.h"

struct stack_engine;

/* The host is borrowed. NULL: no memory. options->frames is not 0. */
struct stack_engine *stack_engine_new(
	const struct stack_options *options, const struct stack_host *host);
void stack_engine_free(struct stack_engine *engine);

/* What the result points to is in the arena. */
void stack_engine_take(struct stack_engine *engine, const struct stack_request *request,
	struct arena *arena, struct stack *out);

void stack_engine_forget(struct stack_engine *engine, pid_t pid);

#endif
