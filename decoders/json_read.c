#include "decoders/json_read.h"

#include <string.h>

#include "decoders/json_read/parts.h"
#include "decoders/socket_names.h"

static const struct call_desc *desc_by_name(const char *name)
{
	for (unsigned id = CALL_NONE + 1; id < CALL_COUNT; id++) {
		const struct call_desc *desc = call_desc((enum call_id)id);

		if (desc && strcmp(desc->name, name) == 0)
			return desc;
	}
	return NULL;
}

/* Of the characters that names of calls have, and of their length. */
static bool is_name(const char *name, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len = strspn(name, letters);

	return len && len < size && !name[len];
}

/* What no call is called is named by its number: a name is shown as it is, without escapes. */
static void read_name(const char *name, struct call *call)
{
	if (is_name(name, sizeof(call->name)))
		memcpy(call->name, name, strlen(name) + 1);
	else
		abi_call_name(call->abi, call->nr, call->name, sizeof(call->name));
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
	read_name(name, call);
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

void json_read_socket(const struct json_node *from, struct socket_facts *out)
{
	uint64_t family, type, protocol;
	const struct json_node *named = json_node_get(from, "protocol");

	*out = (struct socket_facts){ 0 };
	if (!json_read_name(json_node_get(from, "family"), socket_families, &family) ||
		!json_read_name(json_node_get(from, "type"), socket_types, &type) ||
		!json_read_name(named, socket_protocols((int)family), &protocol))
		return;
	*out = (struct socket_facts){ true, (int)family, (int)type, (int)protocol };
}
