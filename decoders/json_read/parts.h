/* The parts that calls are read with; for json_read*.c only. */
#ifndef CALLGATE_DECODERS_JSON_READ_PARTS_H
#define CALLGATE_DECODERS_JSON_READ_PARTS_H

#include "decoders/call.h"
#include "decoders/json_value.h"
#include "decoders/socket_facts.h"

struct json_in {
	const struct json_node *object; /* the arguments, or one message's */
	struct arena *arena;
	struct socket_facts *facts; /* filled by the first socket address that has them */
};

/* The member `name` with a suffix: "argv_status". NULL when it is not there. */
const struct json_node *json_in_get(const struct json_in *in, const char *name, const char *suffix);

/* VALUE_OK when nothing is marked, VALUE_UNREADABLE for a word that is not known. */
enum value_status json_in_status(const struct json_in *in, const char *name);

/* The number of a suffixed member; 0 when it is not there. */
uint64_t json_in_number(const struct json_in *in, const char *name, const char *suffix);

/* False: the member is not there, or no unsigned number of 32 bits. */
bool json_in_number32(const struct json_in *in, const char *name, uint32_t *out);

void json_in_bytes(const struct json_in *in, const char *name, struct bytes_value *out);

/* "data_len" and "data". */
void json_in_data(const struct json_in *in, const char *name, struct bytes_value *out);

/*
 * The address beside the other arguments, under the name its marks have; NULL when
 * there is none at all, or no memory.
 */
const struct sockaddr_value *json_in_sockaddr(const struct json_in *in, const char *name);

/* A message beside the other arguments. Never NULL. */
const struct msg_value *json_in_msg(const struct json_in *in);
void json_in_msgs(const struct json_in *in, const char *name, struct msgs_value *out);

/* The argument is a number, and not something in memory. */
bool json_field_is_number(enum value_type type);

/* An argument; `call` has those before it. */
void json_in_field(const struct json_in *in, const struct call_field *field,
	const struct call *call, struct value *out);

#endif
