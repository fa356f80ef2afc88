/*
 * The process in which stacks are made of what may be hostile: registers,
 * memory, ELF and DWARF. It is forked from callgate, confined (tracer/stack/confine.h),
 * and gets pages and files from callgate as it asks for them. When a file makes
 * it crash, spin or grow, that stack is lost and the next one has a new worker.
 *
 * It is no child of callgate's, whose end of waiting means that no task is left,
 * and ends by itself when callgate does.
 */
#ifndef CALLGATE_TRACER_STACK_WORKER_H
#define CALLGATE_TRACER_STACK_WORKER_H

#include "tracer/stack/host.h"
#include "tracer/stack.h"

struct stack_worker {
	int socket; /* -1: there is none */
	int pidfd;
};

#define STACK_WORKER_NONE                                                                          \
	{                                                                                          \
		.socket = -1, .pidfd = -1                                                          \
	}

/* Returns 0 or -errno. */
int stack_worker_start(struct stack_worker *worker, const struct stack_options *options);

/* False: the worker failed, and is gone. */
bool stack_worker_take(struct stack_worker *worker, const struct stack_request *request,
	size_t frames_max, struct arena *arena, struct stack *out);

void stack_worker_forget(struct stack_worker *worker, pid_t pid);

/* Ends it. Nothing happens when there is none. */
void stack_worker_stop(struct stack_worker *worker);

/* What the worker does until the other end of the socket is closed. */
void stack_worker_serve(int socket, const struct stack_options *options);

#endif
