#include "decoders/json_read/parts.h"

#include <stdio.h>

const struct json_node *json_in_get(const struct json_in *in, const char *name, const char *suffix)
{
	char key[64];

	if (!*suffix)
		return json_node_get(in->object, name);
	snprintf(key, sizeof(key), "%s%s", name, suffix);
	return json_node_get(in->object, key);
}

uint64_t json_in_number(const struct json_in *in, const char *name, const char *suffix)
{
	uint64_t number = 0;

	return json_read_unsigned(json_in_get(in, name, suffix), &number) ? number : 0;
}

enum value_status json_in_status(const struct json_in *in, const char *name)
{
	static const struct name_row words[] = {
		{ VALUE_NULL, "null" },
		{ VALUE_UNREADABLE, "unreadable" },
		{ VALUE_CUT, "cut" },
		{ VALUE_BAD_LENGTH, "bad_length" },
		{ VALUE_NOT_READ, "not_read" },
		{ 0, NULL },
	};
	const struct json_node *word = json_in_get(in, name, "_status");
	const struct name_row *row;

	if (!word)
		return VALUE_OK;
	row = json_node_is(word, JSON_NODE_STRING) ? name_find(words, json_node_text(word)) : NULL;
	return row ? (enum value_status)row->value : VALUE_UNREADABLE;
}

void json_in_bytes(const struct json_in *in, const char *name, struct bytes_value *out)
{
	enum value_status status = json_in_status(in, name);

	*out = (struct bytes_value){ .status = status };
	if (status == VALUE_OK || status == VALUE_CUT) {
		out->data = (const uint8_t *)json_read_bytes(
			json_in_get(in, name, ""), in->arena, &out->len);
		if (!out->data)
			out->status = VALUE_UNREADABLE;
	}
	out->full_len = status == VALUE_OK ? out->len : json_in_number(in, name, "_len");
	json_read_hex(json_in_get(in, name, "_addr"), &out->addr);
}

void json_in_data(const struct json_in *in, const char *name, struct bytes_value *out)
{
	json_in_bytes(in, name, out);
	if (out->status == VALUE_UNREADABLE && !json_in_get(in, name, "_status"))
		out->status = VALUE_NOT_READ; /* nobody asked for the contents */
	out->full_len = json_in_number(in, name, "_len");
}
