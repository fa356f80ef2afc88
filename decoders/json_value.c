#include "decoders/json_value.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/escape.h"

json_t *json_bytes(const void *bytes, size_t len)
{
	cleanup_free unsigned char *text = NULL;

	if (!len)
		return json_string("");
	if (utf8_valid(bytes, len))
		return json_stringn(bytes, len);
	if (len > INT_MAX / 2)
		return NULL;
	text = malloc((len + 2) / 3 * 4 + 1);
	if (!text)
		return NULL;
	EVP_EncodeBlock(text, bytes, (int)len);
	return json_pack("{s:s}", "base64", (const char *)text);
}

/* What EVP_EncodeBlock() wrote. It pads with zeros, which are not part of the bytes. */
static const char *read_base64(const struct json_node *value, struct arena *arena, size_t *len)
{
	const char *text = json_node_text(value);
	size_t size = json_node_text_len(value), padding = 0;
	unsigned char *out;
	int n;

	if (!text || size % 4 || size > INT_MAX)
		return NULL;
	while (padding < 2 && padding < size && text[size - 1 - padding] == '=')
		padding++;
	out = arena_alloc(arena, size / 4 * 3 + 1);
	if (!out)
		return NULL;
	n = size ? EVP_DecodeBlock(out, (const unsigned char *)text, (int)size) : 0;
	if (n < (int)padding)
		return NULL;
	*len = (size_t)n - padding;
	out[*len] = '\0';
	return (const char *)out;
}

const char *json_read_bytes(const struct json_node *value, struct arena *arena, size_t *len)
{
	if (!json_node_is(value, JSON_NODE_STRING))
		return read_base64(json_node_get(value, "base64"), arena, len);
	*len = json_node_text_len(value);
	return json_node_text(value);
}

const char *json_read_text(const struct json_node *value, struct arena *arena)
{
	size_t len = 0;
	const char *text = json_read_bytes(value, arena, &len);

	return text && strlen(text) == len ? text : NULL;
}

static bool read_digits(const struct json_node *value, bool negative, uint64_t *out)
{
	const char *text = json_node_text(value);
	char *end = NULL;

	if (!text || text[negative] < '0' || text[negative] > '9')
		return false;
	errno = 0;
	*out = strtoull(text + negative, &end, 10);
	return !errno && !*end;
}

bool json_read_unsigned(const struct json_node *value, uint64_t *out)
{
	if (!json_node_is(value, JSON_NODE_INTEGER))
		return read_digits(value, false, out);
	*out = (uint64_t)json_node_integer(value);
	return json_node_integer(value) >= 0;
}

bool json_read_number(const struct json_node *value, int64_t *out)
{
	const char *text = json_node_text(value);
	bool negative = text && text[0] == '-';
	uint64_t magnitude;

	if (json_node_is(value, JSON_NODE_INTEGER)) {
		*out = json_node_integer(value);
		return true;
	}
	if (!read_digits(value, negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = (int64_t)(negative ? -magnitude : magnitude);
	return true;
}

bool json_read_hex(const struct json_node *value, uint64_t *out)
{
	const char *text = json_node_text(value);
	char *end = NULL;

	if (!text || strncmp(text, "0x", 2) != 0 || !text[2] || text[2] == '-' || text[2] == '+')
		return false;
	errno = 0;
	*out = strtoull(text + 2, &end, 16);
	return !errno && !*end;
}

bool json_read_name(const struct json_node *value, const struct name_row *names, uint64_t *out)
{
	const struct name_row *row = NULL;

	if (names && json_node_is(value, JSON_NODE_STRING))
		row = name_find(names, json_node_text(value));
	if (!row)
		return json_read_unsigned(value, out);
	*out = row->value;
	return true;
}

bool json_read_flags(const struct json_node *value, const struct name_row *names, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < json_node_count(value); i++) {
		const struct json_node *element = json_node_at(value, i);
		uint64_t bits;

		if (!json_read_hex(element, &bits) && !json_read_name(element, names, &bits))
			return false;
		*out |= bits;
	}
	return json_node_is(value, JSON_NODE_ARRAY);
}
