/*
 * What the decoders of the value types share. A decoder takes one field of a
 * call's row and fills its value; decode.c has the array of them by type.
 */
#ifndef CALLGATE_DECODERS_DECODE_PARTS_H
#define CALLGATE_DECODERS_DECODE_PARTS_H

#include "decoders/call.h"
#include "decoders/decode/memory.h"

struct decoder {
	struct call *call;
	struct memory mem;
	struct arena *arena;
	bool contents;
	const uint64_t *numbers; /* what call_field.arg indexes: registers, or struct clone_args */
	uint64_t pointer_mask;   /* bits of a register that the kernel looks at */
	uint64_t block;          /* where socketcall(2) has its arguments */
};

typedef void value_decoder(struct decoder *d, const struct call_field *field, struct value *v);

value_decoder decode_sockaddr, decode_sockaddr_out; /* decoders/decode/sockaddr.c */
value_decoder decode_strings, decode_environment;   /* decoders/decode/strings.c */
value_decoder decode_msg, decode_msgs;              /* decoders/decode/msg.c */

/* The number a field is about, cut to a pointer's size. */
static inline uint64_t decode_number(const struct decoder *d, unsigned index)
{
	return d->numbers[index] & d->pointer_mask;
}

/* Reads a socket address of a call. Never NULL: VALUE_CUT when the arena is full. */
const struct sockaddr_value *decode_sockaddr_at(struct decoder *d, uint64_t addr, int64_t len);

/*
 * Replaces i386's socketcall(2) by the call it stands for, in the call's name,
 * desc and args. A subcall that does not exist stays socketcall(2).
 */
void decode_socketcall(struct decoder *d); /* decoders/decode/socketcall.c */

/* The out arguments, when the call has succeeded. */
value_decoder decode_sockaddr_result, decode_fd_pair_result;

/* Fills msg_value.sent of the first `count` messages. */
void decode_msgs_result(struct decoder *d, struct value *v, uint64_t count);

#endif
