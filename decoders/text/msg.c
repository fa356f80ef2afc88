#include "decoders/text/parts.h"

#include <inttypes.h>
#include <sys/socket.h>

#include "decoders/socket_names.h"

enum { MSGS_SHOWN = 4, FDS_SHOWN = 8 };

static void add_fds(struct sbuf *out, const struct cmsg_value *c)
{
	sbuf_str(out, "fds ");
	for (size_t i = 0; i < c->fds_len && i < FDS_SHOWN; i++)
		sbuf_fmt(out, "%s%" PRId32, i ? "," : "", c->fds[i]);
	if (c->fds_len > FDS_SHOWN)
		sbuf_fmt(out, ",... %zu", c->fds_len);
}

static void add_cmsg(struct sbuf *out, const struct cmsg_value *c)
{
	if (c->fds_len) {
		add_fds(out, c);
		return;
	}
	if (c->has_creds) {
		sbuf_fmt(out, "credentials pid %" PRId32 " uid %" PRIu32 " gid %" PRIu32, c->pid,
			c->uid, c->gid);
		return;
	}
	sbuf_str(out, "control ");
	text_name(out, socket_cmsg_levels, (uint32_t)c->level, "level");
	sbuf_char(out, '/');
	if (c->level == SOL_SOCKET)
		text_name(out, socket_cmsg_types, (uint32_t)c->type, "type");
	else
		sbuf_fmt(out, "%" PRId32, c->type);
}

static void add_control(struct sbuf *out, const struct msg_value *m)
{
	for (size_t i = 0; i < m->cmsgs_len; i++) {
		sbuf_str(out, "  ");
		add_cmsg(out, &m->cmsgs[i]);
	}
	if (m->control_status == VALUE_OK)
		return;
	sbuf_str(out, "  control ");
	if (m->control_status == VALUE_BAD_LENGTH)
		sbuf_fmt(out, "<bad length of %" PRIu64 " bytes>", m->control_len);
	else if (m->control_status == VALUE_CUT)
		sbuf_fmt(out, "<cut: %" PRIu64 " bytes>", m->control_len);
	else
		text_mark(out, m->control_status, m->control_addr);
}

void text_msg(struct sbuf *out, const struct msg_value *m, const struct socket_facts *facts)
{
	size_t start = out->len;

	if (m->status != VALUE_OK) {
		text_mark(out, m->status, m->addr);
		return;
	}
	if (m->name)
		text_sockaddr(out, m->name, facts, false);
	text_gap(out, start);
	if (m->data.status == VALUE_BAD_LENGTH)
		sbuf_fmt(out, "<bad length of %" PRIu64 " segments>", m->iov_len);
	else if (m->data.status == VALUE_UNREADABLE)
		text_mark(out, m->data.status, m->data.addr);
	else
		text_size(out, m->bytes);
	if (m->data.len) {
		sbuf_char(out, ' ');
		text_bytes(out, &m->data);
	}
	add_control(out, m);
}

void text_msgs(struct sbuf *out, const struct value *v, const struct socket_facts *facts)
{
	const struct msgs_value *msgs = &v->msgs;

	if (msgs->status == VALUE_NULL) {
		text_mark(out, msgs->status, v->num);
		return;
	}
	sbuf_fmt(out, "%zu messages", msgs->full_len);
	for (size_t i = 0; i < msgs->len && i < MSGS_SHOWN; i++) {
		sbuf_str(out, i ? "; " : ": ");
		text_msg(out, &msgs->items[i], facts);
	}
	if (msgs->len > MSGS_SHOWN)
		sbuf_str(out, "; ...");
	if (msgs->status == VALUE_CUT)
		sbuf_fmt(out, " <cut: %zu read>", msgs->len);
}
