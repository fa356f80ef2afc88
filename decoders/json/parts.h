/* The parts that the JSON of calls is put together from; for json*.c only. */
#ifndef CALLGATE_DECODERS_JSON_PARTS_H
#define CALLGATE_DECODERS_JSON_PARTS_H

#include "base/names.h"
#include "decoders/call.h"
#include "decoders/record.h"
#include "decoders/socket_facts.h"

/* The arguments being written. */
struct json_out {
	struct record *record; /* borrowed */
	bool says_type;        /* of the socket */
};

/* The member `name` with a suffix: "argv_status". */
struct json_key {
	char text[64];
};
struct json_key json_key_suffixed(const char *name, const char *suffix);

/* The marks of the convention in json.h: num is the address, the length or the count. */
void json_put_status(struct json_out *out, const char *name, enum value_status status,
	uint64_t addr, uint64_t len);

/* Lower-case hex digits of bytes, with a separator or without ('\0'). */
void json_put_hex_bytes(
	struct json_out *out, const char *name, const uint8_t *bytes, size_t len, char separator);

/* The name, or the number. */
void json_put_name(
	struct json_out *out, const char *name, const struct name_row *names, uint64_t num);
void json_put_flags(
	struct json_out *out, const char *name, const struct name_row *names, uint64_t num);

/* Left out where it is 0. */
void json_put_nonzero(struct json_out *out, const char *name, uint64_t num);

void json_put_bytes(struct json_out *out, const char *name, const struct bytes_value *v);

/* "data_len", and "data" when it was kept. */
void json_put_data(struct json_out *out, const char *name, const struct bytes_value *v);

/* The socket itself tells its protocol. */
bool json_facts_have_protocol(const struct socket_facts *facts);

void json_put_sockaddr(struct json_out *out, const char *name, const struct sockaddr_value *s,
	const struct socket_facts *facts);

void json_put_msg(
	struct json_out *out, const struct msg_value *m, const struct socket_facts *facts);
void json_put_msgs(struct json_out *out, const char *name, const struct value *v,
	const struct socket_facts *facts);

/* An argument, under its name. */
void json_put_field(struct json_out *out, const struct call_field *field, const struct value *v,
	const struct call *call, const struct socket_facts *facts);

#endif
