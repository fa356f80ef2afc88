/* The parts that the JSON of calls is put together from; for json*.c only. */
#ifndef CALLGATE_DECODERS_JSON_PARTS_H
#define CALLGATE_DECODERS_JSON_PARTS_H

#include "base/names.h"
#include "decoders/json.h"

/* An object being filled. Once memory is out, further additions do nothing. */
struct json_out {
	json_t *object;
	bool failed;
};

/* Takes over `value`; a NULL value is memory that is out. */
void json_put(struct json_out *out, const char *name, json_t *value);

/* The member `name` with a suffix: "argv_status". */
void json_put_suffixed(struct json_out *out, const char *name, const char *suffix, json_t *value);

/* The marks of the convention in json.h: num is the address, the length or the count. */
void json_put_status(struct json_out *out, const char *name, enum value_status status,
	uint64_t addr, uint64_t len);

json_t *json_hex(uint64_t num);

/* Lower-case hex digits of bytes, with a separator or without ('\0'). */
json_t *json_hex_bytes(const uint8_t *bytes, size_t len, char separator);

/* The name, or the number. */
json_t *json_name(const struct name_row *names, uint64_t num);
json_t *json_flags(const struct name_row *names, uint64_t num);

void json_put_bytes(struct json_out *out, const char *name, const struct bytes_value *v);

/* "data_len", and "data" when it was kept. */
void json_put_data(struct json_out *out, const char *name, const struct bytes_value *v);

void json_put_sockaddr(struct json_out *out, const char *name, const struct sockaddr_value *s,
	const struct socket_facts *facts);

void json_put_msg(struct json_out *out, const struct msg_value *m,
	const struct socket_facts *facts);
void json_put_msgs(struct json_out *out, const char *name, const struct value *v,
	const struct socket_facts *facts);

/* An argument, under its name. */
void json_put_field(struct json_out *out, const struct call_field *field, const struct value *v,
	const struct call *call, const struct socket_facts *facts);

#endif
