#include <inttypes.h>
#include <linux/netlink.h>

#include "decoders/family.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

static bool netlink_decode(struct sockaddr_value *s)
{
	struct sockaddr_nl nl;

	address_padded(s, &nl, sizeof(nl));
	s->netlink.pid = nl.nl_pid;
	s->netlink.groups = nl.nl_groups;
	return true;
}

static void netlink_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	sbuf_str(out, "netlink");
	if (facts && facts->known && facts->family == AF_NETLINK) {
		sbuf_char(out, ' ');
		text_name(out, socket_netlink_protocols, (uint64_t)facts->protocol, "protocol");
	}
	if (s->netlink.pid)
		sbuf_fmt(out, " pid %" PRIu32, s->netlink.pid);
	if (s->netlink.groups)
		sbuf_fmt(out, " groups 0x%" PRIx32, s->netlink.groups);
}

static void netlink_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	record_number(out->record, "pid", s->netlink.pid);
	record_hex(out->record, "groups", s->netlink.groups);
}

static bool netlink_read(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	uint64_t groups;

	if (!json_in_number32(in, "pid", &nl.nl_pid) ||
		!json_read_hex(json_in_get(in, "groups", ""), &groups))
		return false;
	nl.nl_groups = (uint32_t)groups;
	address_set_raw(s, &nl, sizeof(nl));
	return true;
}

const struct address_family netlink_family = {
	.min_len = sizeof(struct sockaddr_nl),
	.decode = netlink_decode,
	.text = netlink_text,
	.json = netlink_json,
	.read = netlink_read,
};
