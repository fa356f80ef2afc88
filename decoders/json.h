/*
 * Renders decoded values for tools, as the fields of the log's `args` object.
 */
#ifndef CALLGATE_DECODERS_JSON_H
#define CALLGATE_DECODERS_JSON_H

#include <jansson.h>

#include "decoders/call.h"
#include "decoders/socket_facts.h"

/*
 * A new object with one member per argument, named after it. The members of a
 * socket address stand beside the others: {"fd":21,"family":"inet",
 * "address":"169.254.169.254","port":80,"protocol":"tcp"}. Returns NULL when
 * there is no memory.
 */
json_t *json_call_args(const struct call *call, const struct socket_facts *facts);

/* A string, or {"base64":"..."} when the bytes are not UTF-8. */
json_t *json_bytes(const void *bytes, size_t len);

/* An integer, or a string when it is above 2^53 and a reader's double would round it. */
json_t *json_number(int64_t value);
json_t *json_unsigned(uint64_t value);

#endif
