#include "decoders/json_read_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct call_desc *desc_by_name(const char *name)
{
	for (unsigned id = CALL_NONE + 1; id < CALL_COUNT; id++) {
		const struct call_desc *desc = call_desc((enum call_id)id);

		if (desc && strcmp(desc->name, name) == 0)
			return desc;
	}
	return NULL;
}

/* The six registers of a call without a decoder. */
static void read_raw(struct call *call, const json_t *raw)
{
	call->args_unreadable = json_array_size(raw) == 0;
	for (size_t i = 0; i < sizeof(call->args) / sizeof(call->args[0]); i++)
		json_read_hex(json_array_get(raw, i), &call->args[i]);
}

void json_read_call(const struct json_call *from, struct arena *arena, struct call *call,
	struct socket_facts *facts)
{
	const struct json_in in = { .object = from->args, .arena = arena, .facts = facts };
	const struct abi *abi = from->abi ? abi_by_name(from->abi) : NULL;
	const char *name = from->name ? from->name : "";

	memset(call, 0, sizeof(*call));
	*facts = (struct socket_facts){ 0 };
	call->abi = abi ? abi : &abi_unknown;
	call->nr = from->nr;
	call->desc = desc_by_name(name);
	snprintf(call->name, sizeof(call->name), "%s", name);
	if (!call->desc) {
		read_raw(call, json_object_get(from->args, "raw"));
		return;
	}
	for (size_t i = 0; i < CALL_FIELDS_MAX && call->desc->fields[i].name; i++) {
		json_in_field(&in, &call->desc->fields[i], call, &call->values[i]);
		call->values_len = i + 1;
	}
}

static bool read_digits(const json_t *value, bool negative, uint64_t *out)
{
	const char *text = json_string_value(value);
	char *end = NULL;

	if (!text || text[negative] < '0' || text[negative] > '9')
		return false;
	errno = 0;
	*out = strtoull(text + negative, &end, 10);
	return !errno && !*end;
}

bool json_read_unsigned(const json_t *value, uint64_t *out)
{
	if (!json_is_integer(value))
		return read_digits(value, false, out);
	*out = (uint64_t)json_integer_value(value);
	return json_integer_value(value) >= 0;
}

bool json_read_number(const json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);
	bool negative = text && text[0] == '-';
	uint64_t magnitude;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return true;
	}
	if (!read_digits(value, negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative)
		return false;
	*out = (int64_t)(negative ? -magnitude : magnitude);
	return true;
}

bool json_read_hex(const json_t *value, uint64_t *out)
{
	const char *text = json_string_value(value);
	char *end = NULL;

	if (!text || strncmp(text, "0x", 2) != 0 || !text[2] || text[2] == '-' || text[2] == '+')
		return false;
	errno = 0;
	*out = strtoull(text + 2, &end, 16);
	return !errno && !*end;
}

bool json_read_name(const json_t *value, const struct name_row *names, uint64_t *out)
{
	const struct name_row *row = NULL;

	if (names && json_is_string(value))
		row = name_find(names, json_string_value(value));
	if (!row)
		return json_read_unsigned(value, out);
	*out = row->value;
	return true;
}

bool json_read_flags(const json_t *value, const struct name_row *names, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *element = json_array_get(value, i);
		uint64_t bits;

		if (!json_read_hex(element, &bits) && !json_read_name(element, names, &bits))
			return false;
		*out |= bits;
	}
	return json_is_array(value);
}
