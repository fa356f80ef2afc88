/*
 * The way back from json.h: a call as the log tells of it, so that what is made
 * of a live call can be made of a recorded one.
 *
 * The log is input from outside: what is missing in it, or is not what it
 * should be, is marked as unreadable in the values, and a call that names a
 * destination never becomes one that names none.
 */
#ifndef CALLGATE_DECODERS_JSON_READ_H
#define CALLGATE_DECODERS_JSON_READ_H

#include "base/json_node.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"

/* How a call is called in the log. */
struct json_call {
	const char *abi, *name;
	int64_t nr;
	const struct json_node *args; /* as json_record_args() put them; may be anything, or NULL */
};

/*
 * Fills the call, and the facts of its socket as far as the arguments have
 * them. Both borrow from the JSON and the arena. What the log does not have is
 * not there: registers that are addresses, the bytes of addresses of rare
 * families (all but inet, inet6, unix, netlink and vsock, which keep their family).
 */
void json_read_call(const struct json_call *from, struct arena *arena, struct call *call,
	struct socket_facts *facts);

/* A socket by itself: {"family":"inet","type":"stream","protocol":"tcp"}. Unknown when it is not.
 */
void json_read_socket(const struct json_node *from, struct socket_facts *out);

#endif
