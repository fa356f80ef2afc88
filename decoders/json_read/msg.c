#include "decoders/json_read/parts.h"

/* Stands for a message there is no memory for. */
static const struct msg_value no_room = { .status = VALUE_CUT };

const struct msg_value *json_in_msg(const struct json_in *in)
{
	struct msg_value *m = arena_alloc(in->arena, sizeof(*m));

	if (!m)
		return &no_room;
	m->status = json_node_is(in->object, JSON_NODE_OBJECT) ? json_in_status(in, "msg")
							       : VALUE_UNREADABLE;
	json_read_hex(json_in_get(in, "msg", "_addr"), &m->addr);
	if (m->status != VALUE_OK)
		return m;
	m->name = json_in_sockaddr(in, "sockaddr");
	if (!m->name && (json_in_get(in, "family", "") || json_in_get(in, "sockaddr", "_status")))
		m->status = VALUE_CUT;
	json_in_data(in, "data", &m->data);
	m->bytes = m->data.full_len;
	m->control_status = json_in_status(in, "control");
	m->sent = (uint32_t)json_in_number(in, "sent", "");
	return m;
}

void json_in_msgs(const struct json_in *in, const char *name, struct msgs_value *out)
{
	const struct json_node *array = json_in_get(in, name, "");
	size_t len = json_node_count(array);
	struct msg_value *items = len ? arena_alloc(in->arena, len * sizeof(*items)) : NULL;

	out->status = json_in_status(in, name);
	out->full_len = len;
	if (out->status == VALUE_CUT)
		out->full_len = json_in_number(in, name, "_count");
	if (!json_node_is(array, JSON_NODE_ARRAY) || (len && !items)) {
		/* One that nobody knows of stands for them all. */
		out->status = VALUE_CUT;
		out->full_len = 1;
		return;
	}
	for (size_t i = 0; i < len; i++) {
		const struct json_in one = { json_node_at(array, i), in->arena, in->facts };

		items[i] = *json_in_msg(&one);
	}
	out->items = items;
	out->len = len;
	if (out->full_len < len)
		out->full_len = len;
}
