/*
 * The values of the log that are more than JSON's own: bytes that may not be
 * UTF-8, numbers that a double cannot hold, numbers by their names.
 */
#ifndef CALLGATE_DECODERS_JSON_VALUE_H
#define CALLGATE_DECODERS_JSON_VALUE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/json_node.h"
#include "base/names.h"

/* A string, or {"base64":"..."} when the bytes are not UTF-8. NULL without memory. */
json_t *json_bytes(const void *bytes, size_t len);

/*
 * The bytes of a json_bytes(): the string's own or, for base64, in the arena;
 * NUL-terminated in both cases. NULL when the value is neither or does not fit.
 */
const char *json_read_bytes(const struct json_node *value, struct arena *arena, size_t *len);

/* The same for a text that cannot have NUL bytes within, such as a path. */
const char *json_read_text(const struct json_node *value, struct arena *arena);

/* An integer, or a string of digits as record_number() writes above 2^53. False: it is neither. */
bool json_read_number(const struct json_node *value, int64_t *out);
bool json_read_unsigned(const struct json_node *value, uint64_t *out);

/* "0x1f". */
bool json_read_hex(const struct json_node *value, uint64_t *out);

/* A name of the table, or a number. */
bool json_read_name(const struct json_node *value, const struct name_row *names, uint64_t *out);

/* An array of names and "0x..." elements. */
bool json_read_flags(const struct json_node *value, const struct name_row *names, uint64_t *out);

#endif
