#include "decoders/json_parts.h"

static json_t *raw_args(const struct call *call)
{
	json_t *raw = json_array();

	for (size_t i = 0; raw && i < sizeof(call->args) / sizeof(call->args[0]); i++)
		if (json_array_append_new(raw, json_hex(call->args[i]))) {
			json_decref(raw);
			return NULL;
		}
	return raw;
}

static void put_undecoded(struct json_out *out, const struct call *call)
{
	if (call->args_unreadable) {
		json_put(out, "raw", json_null());
		json_put(out, "raw_status", json_string("unreadable"));
	} else {
		json_put(out, "raw", raw_args(call));
	}
}

json_t *json_call_args(const struct call *call, const struct socket_facts *facts)
{
	struct json_out out = { .object = json_object() };

	if (!call->desc)
		put_undecoded(&out, call);
	for (size_t i = 0; i < call->values_len; i++)
		json_put_field(&out, &call->desc->fields[i], &call->values[i], call, facts);
	if (!out.failed)
		return out.object;
	json_decref(out.object);
	return NULL;
}
