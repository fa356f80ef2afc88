/*
 * What callgate and its stack worker say to each other over a stream socket:
 * messages of a type, a length and that many bytes, some with a descriptor.
 *
 * The worker may have been taken over by a file it read: whatever comes from it
 * is checked.
 */
#ifndef CALLGATE_TRACER_STACK_WIRE_H
#define CALLGATE_TRACER_STACK_WIRE_H

#include "base/sbuf.h"
#include "tracer/stack.h"

enum stack_message_type {
	STACK_MESSAGE_TAKE,   /* to the worker: struct stack_request */
	STACK_MESSAGE_FORGET, /* to the worker: pid_t */
	STACK_MESSAGE_ANSWER, /* to the worker: struct stack_answer, with its descriptor */
	STACK_MESSAGE_ASK,    /* from it: struct stack_question */
	STACK_MESSAGE_STACK,  /* from it: stack_encode() */
};

struct stack_message {
	uint32_t type;
	uint32_t len;
};

/* Most bytes of a message. */
enum { STACK_MESSAGE_MAX = 4 * 1024 * 1024 };

/* fd is sent along unless negative, and stays the caller's. False: the other end is gone. */
bool stack_wire_send(
	int socket, enum stack_message_type type, const void *body, size_t len, int fd);

/* The head of the next message, and its descriptor or -1, the caller's to close. */
bool stack_wire_head(int socket, struct stack_message *head, int *fd);

/* Bytes of its body. */
bool stack_wire_body(int socket, void *body, size_t len);

void stack_encode(struct sbuf *out, const struct stack *stack);

/*
 * Makes the stack of a message's body in the arena. False when it is none:
 * more than max frames, values that are none, strings that do not fit.
 */
bool stack_decode(const void *body, size_t len, size_t max, struct arena *arena, struct stack *out);

#endif
