#include "decoders/json/parts.h"

#include <sys/socket.h>

#include "decoders/socket_names.h"

static void put_fds(struct record *record, const struct cmsg_value *c)
{
	record_array_open(record, "fds");
	for (size_t i = 0; i < c->fds_len; i++)
		record_number(record, NULL, c->fds[i]);
	record_array_close(record);
}

static void put_cmsg(struct json_out *out, const struct cmsg_value *c)
{
	struct record *record = out->record;

	record_object_open(record, NULL);
	json_put_name(out, "level", socket_cmsg_levels, (uint32_t)c->level);
	if (c->level == SOL_SOCKET)
		json_put_name(out, "type", socket_cmsg_types, (uint32_t)c->type);
	else
		record_number(record, "type", c->type);
	if (c->fds) {
		put_fds(record, c);
	} else if (c->has_creds) {
		record_number(record, "pid", c->pid);
		record_number(record, "uid", c->uid);
		record_number(record, "gid", c->gid);
	} else {
		record_unsigned(record, "len", c->len);
	}
	record_object_close(record);
}

static void put_cmsgs(struct json_out *out, const struct msg_value *m)
{
	record_array_open(out->record, "control");
	for (size_t i = 0; i < m->cmsgs_len; i++)
		put_cmsg(out, &m->cmsgs[i]);
	record_array_close(out->record);
}

static void put_data(struct json_out *out, const struct msg_value *m)
{
	if (m->data.status != VALUE_BAD_LENGTH) {
		json_put_data(out, "data", &m->data);
		return;
	}
	/* Too many segments to sum up. */
	json_put_status(out, "iov", VALUE_BAD_LENGTH, 0, m->iov_len);
}

static void put_control_status(struct json_out *out, const struct msg_value *m)
{
	if (m->control_status != VALUE_BAD_LENGTH) {
		json_put_status(out, "control", m->control_status, m->control_addr, m->control_len);
		return;
	}
	if (!m->cmsgs_len)
		record_null(out->record, "control");
	record_text(out->record, "control_status", "bad_length");
	/* A size_t, not the int that the lengths of addresses are. */
	record_unsigned(out->record, "control_len", m->control_len);
}

void json_put_msg(struct json_out *out, const struct msg_value *m, const struct socket_facts *facts)
{
	static const struct socket_facts unknown;

	json_put_status(out, "msg", m->status, m->addr, 0);
	if (m->status != VALUE_OK)
		return;
	if (m->name)
		json_put_sockaddr(out, "sockaddr", m->name, facts ? facts : &unknown);
	put_data(out, m);
	if (m->cmsgs_len)
		put_cmsgs(out, m);
	put_control_status(out, m);
	if (m->sent)
		record_number(out->record, "sent", m->sent);
}

static void put_messages(struct record *record, const char *name, const struct msgs_value *msgs,
	const struct socket_facts *facts)
{
	/* What an element says of the socket is not said of the call. */
	struct json_out out = { .record = record };

	record_array_open(record, name);
	for (size_t i = 0; i < msgs->len; i++) {
		record_object_open(record, NULL);
		json_put_msg(&out, &msgs->items[i], facts);
		record_object_close(record);
	}
	record_array_close(record);
}

void json_put_msgs(struct json_out *out, const char *name, const struct value *v,
	const struct socket_facts *facts)
{
	const struct msgs_value *msgs = &v->msgs;

	if (msgs->status != VALUE_OK && msgs->status != VALUE_CUT) {
		json_put_status(out, name, msgs->status, v->num, msgs->full_len);
		return;
	}
	put_messages(out->record, name, msgs, facts);
	if (msgs->status == VALUE_CUT) {
		record_text(out->record, json_key_suffixed(name, "_status").text, "cut");
		record_unsigned(
			out->record, json_key_suffixed(name, "_count").text, msgs->full_len);
	}
}
