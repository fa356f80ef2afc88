#include "decoders/json_read/parts.h"

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
static void read_raw(struct call *call, const struct json_node *raw)
{
	call->args_unreadable = json_node_count(raw) == 0;
	for (size_t i = 0; i < sizeof(call->args) / sizeof(call->args[0]); i++)
		json_read_hex(json_node_at(raw, i), &call->args[i]);
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
		read_raw(call, json_node_get(from->args, "raw"));
		return;
	}
	for (size_t i = 0; i < CALL_FIELDS_MAX && call->desc->fields[i].name; i++) {
		const struct call_field *field = &call->desc->fields[i];

		json_in_field(&in, field, call, &call->values[i]);
		call->values_len = i + 1;
		/* Several may share one, as clone(2)'s flags and signal do; clone3's are in memory.
		 */
		if (json_field_is_number(field->type) && call->desc->id != CALL_CLONE3)
			call->args[field->arg] |= call->values[i].num;
	}
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
