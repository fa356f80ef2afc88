#include "decoders/json_parts.h"

#include <sys/socket.h>

#include "decoders/socket_names.h"

static json_t *fds_array(const struct cmsg_value *c)
{
	json_t *fds = json_array();

	for (size_t i = 0; fds && i < c->fds_len; i++)
		if (json_array_append_new(fds, json_integer(c->fds[i]))) {
			json_decref(fds);
			return NULL;
		}
	return fds;
}

static json_t *cmsg_object(const struct cmsg_value *c)
{
	struct json_out out = { .object = json_object() };
	bool socket = c->level == SOL_SOCKET;

	json_put(&out, "level", json_name(socket_cmsg_levels, (uint32_t)c->level));
	json_put(&out, "type",
		socket ? json_name(socket_cmsg_types, (uint32_t)c->type) : json_integer(c->type));
	if (c->fds) {
		json_put(&out, "fds", fds_array(c));
	} else if (c->has_creds) {
		json_put(&out, "pid", json_integer(c->pid));
		json_put(&out, "uid", json_integer(c->uid));
		json_put(&out, "gid", json_integer(c->gid));
	} else {
		json_put(&out, "len", json_unsigned(c->len));
	}
	if (!out.failed)
		return out.object;
	json_decref(out.object);
	return NULL;
}

static json_t *cmsgs_array(const struct msg_value *m)
{
	json_t *cmsgs = json_array();

	for (size_t i = 0; cmsgs && i < m->cmsgs_len; i++)
		if (json_array_append_new(cmsgs, cmsg_object(&m->cmsgs[i]))) {
			json_decref(cmsgs);
			return NULL;
		}
	return cmsgs;
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
		json_put(out, "control", cmsgs_array(m));
	if (m->control_status == VALUE_BAD_LENGTH && m->cmsgs_len)
		json_put(out, "control_status", json_string("bad_length"));
	else
		json_put_status(out, "control", m->control_status, m->control_addr, m->control_len);
	/* A size_t, not the int that the lengths of addresses are. */
	if (m->control_status == VALUE_BAD_LENGTH)
		json_put(out, "control_len", json_unsigned(m->control_len));
	if (m->sent)
		json_put(out, "sent", json_integer(m->sent));
}

static json_t *msg_object(const struct msg_value *m, const struct socket_facts *facts)
{
	struct json_out out = { .object = json_object() };

	json_put_msg(&out, m, facts);
	if (!out.failed)
		return out.object;
	json_decref(out.object);
	return NULL;
}

static json_t *msgs_array(const struct msgs_value *msgs, const struct socket_facts *facts)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < msgs->len; i++)
		if (json_array_append_new(array, msg_object(&msgs->items[i], facts))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

void json_put_msgs(struct json_out *out, const char *name, const struct value *v,
	const struct socket_facts *facts)
{
	const struct msgs_value *msgs = &v->msgs;

	if (msgs->status != VALUE_OK && msgs->status != VALUE_CUT) {
		json_put_status(out, name, msgs->status, v->num, msgs->full_len);
		return;
	}
	json_put(out, name, msgs_array(msgs, facts));
	if (msgs->status == VALUE_CUT) {
		json_put_suffixed(out, name, "_status", json_string("cut"));
		json_put_suffixed(out, name, "_count", json_unsigned(msgs->full_len));
	}
}
