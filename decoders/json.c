#include "decoders/json.h"

#include "decoders/json/parts.h"

static void put_undecoded(struct record *record, const struct call *call)
{
	if (call->args_unreadable) {
		record_null(record, "raw");
		record_text(record, "raw_status", "unreadable");
		return;
	}
	record_array_open(record, "raw");
	for (size_t i = 0; i < sizeof(call->args) / sizeof(call->args[0]); i++)
		record_hex(record, NULL, call->args[i]);
	record_array_close(record);
}

bool json_record_args(struct record *record, const char *key, const struct call *call,
	const struct socket_facts *facts)
{
	struct json_out out = { .record = record };

	record_object_open(record, key);
	if (!call->desc)
		put_undecoded(record, call);
	for (size_t i = 0; i < call->values_len; i++)
		json_put_field(&out, &call->desc->fields[i], &call->values[i], call, facts);
	record_object_close(record);
	return out.says_type;
}
