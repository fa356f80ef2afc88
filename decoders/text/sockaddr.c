#include "decoders/text.h"

#include <inttypes.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

static void add_raw(struct sbuf *out, const struct sockaddr_value *s, size_t from)
{
	sbuf_str(out, " raw ");
	for (size_t i = from; i < s->raw_len; i++)
		sbuf_fmt(out, "%02x", s->raw[i]);
}

/* What an IP address is reached by: "tcp", "udp", "raw/icmp"; the family when nobody knows. */
static void add_transport(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	bool ip = facts && facts->known && (facts->family == AF_INET || facts->family == AF_INET6);

	if (!ip) {
		sbuf_str(out, name_of(socket_families, s->family));
		return;
	}
	if (facts->type == SOCK_RAW)
		sbuf_str(out, "raw/");
	if (facts->protocol == 0)
		text_name(out, socket_types, (uint64_t)facts->type, "type");
	else
		text_name(out, socket_ip_protocols, (uint64_t)facts->protocol, "protocol");
	/* Told apart from AF_INET: connect(2) takes it as a disconnect. */
	if (s->family == AF_UNSPEC)
		sbuf_str(out, " unspec");
}

static void add_inet(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	add_transport(out, s, facts);
	sbuf_char(out, ' ');
	sbuf_ipv4(out, &s->inet.addr);
	sbuf_char(out, ':');
	sbuf_uint(out, s->inet.port);
}

static void add_inet6(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	char text[INET6_ADDRSTRLEN];

	add_transport(out, s, facts);
	inet_ntop(AF_INET6, &s->inet6.addr, text, sizeof(text));
	sbuf_fmt(out, " [%s", text);
	if (s->inet6.scope_id)
		sbuf_fmt(out, "%%%" PRIu32, s->inet6.scope_id);
	sbuf_fmt(out, "]:%u", s->inet6.port);
	if (s->inet6.flowinfo)
		sbuf_fmt(out, " flow 0x%" PRIx32, s->inet6.flowinfo);
}

static void add_unix(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_str(out, "unix ");
	switch (s->un.kind) {
	case UNIX_ABSTRACT:
		sbuf_char(out, '@');
		if (s->un.name_len)
			escape_word(out, s->un.name, s->un.name_len);
		break;
	case UNIX_PATH:
		/* A relative path that begins like an abstract name. */
		if (s->un.name[0] == '@')
			sbuf_str(out, "./");
		escape_word(out, s->un.name, s->un.name_len);
		break;
	case UNIX_UNNAMED:
	default:
		sbuf_str(out, "<unnamed>");
		break;
	}
}

static void add_netlink(
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

static void add_packet(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_fmt(out, "packet ethertype 0x%04x ifindex %" PRId32, s->packet.protocol,
		s->packet.ifindex);
	for (size_t i = 0; i < s->packet.hwaddr_len; i++)
		sbuf_fmt(out, "%s%02x", i ? ":" : " ", s->packet.hwaddr[i]);
}

static void add_vsock(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	/* VMADDR_CID_ANY, VMADDR_PORT_ANY */
	if (s->vsock.cid == UINT32_MAX)
		sbuf_str(out, "vsock any");
	else
		sbuf_fmt(out, "vsock %" PRIu32, s->vsock.cid);
	if (s->vsock.port == UINT32_MAX)
		sbuf_str(out, ":any");
	else
		sbuf_fmt(out, ":%" PRIu32, s->vsock.port);
	if (s->vsock.flags)
		sbuf_fmt(out, " flags 0x%x", s->vsock.flags);
}

static void add_bluetooth(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	enum { L2CAP = 0, HCI = 1, RFCOMM = 3 }; /* BTPROTO_* */
	const uint8_t *b = s->bluetooth.bdaddr;

	(void)facts;
	sbuf_str(out, "bluetooth ");
	text_name(out, socket_bluetooth_protocols, (uint64_t)s->bluetooth.protocol, "protocol");
	if (s->bluetooth.protocol == HCI) {
		sbuf_fmt(out, " dev %u channel %u", s->bluetooth.dev, s->bluetooth.channel);
		return;
	}
	sbuf_fmt(out, " %02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4], b[5]);
	if (s->bluetooth.protocol == RFCOMM)
		sbuf_fmt(out, " channel %u", s->bluetooth.rfcomm_channel);
	if (s->bluetooth.protocol == L2CAP)
		sbuf_fmt(out, " psm %u cid %u type %u", s->bluetooth.psm, s->bluetooth.cid,
			s->bluetooth.bdaddr_type);
}

static void add_alg(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_str(out, "alg ");
	escape_word(out, s->alg.type, strnlen(s->alg.type, sizeof(s->alg.type)));
	sbuf_char(out, ' ');
	escape_word(out, s->alg.name, strnlen(s->alg.name, sizeof(s->alg.name)));
	if (s->alg.feat || s->alg.mask)
		sbuf_fmt(out, " feat 0x%" PRIx32 " mask 0x%" PRIx32, s->alg.feat, s->alg.mask);
}

static void add_can(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_fmt(out, "can ifindex %" PRId32, s->can.ifindex);
	if (s->can.rx_id || s->can.tx_id)
		sbuf_fmt(out, " rx 0x%" PRIx32 " tx 0x%" PRIx32, s->can.rx_id, s->can.tx_id);
}

static void add_xdp(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	sbuf_fmt(out, "xdp ifindex %" PRIu32 " queue %" PRIu32, s->xdp.ifindex, s->xdp.queue_id);
	if (s->xdp.flags)
		sbuf_fmt(out, " flags 0x%x", s->xdp.flags);
	if (s->xdp.shared_umem_fd)
		sbuf_fmt(out, " umem fd %" PRId32, (int32_t)s->xdp.shared_umem_fd);
}

typedef void sockaddr_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts);

static sockaddr_text *const families[] = {
	[AF_UNSPEC] = add_inet,
	[AF_UNIX] = add_unix,
	[AF_INET] = add_inet,
	[AF_INET6] = add_inet6,
	[AF_NETLINK] = add_netlink,
	[AF_PACKET] = add_packet,
	[AF_CAN] = add_can,
	[AF_BLUETOOTH] = add_bluetooth,
	[AF_ALG] = add_alg,
	[AF_VSOCK] = add_vsock,
	[AF_XDP] = add_xdp,
};

static void add_undecoded(struct sbuf *out, const struct sockaddr_value *s)
{
	if (s->raw_len < sizeof(s->family)) {
		sbuf_fmt(out, "<bad length %zu>", s->raw_len);
		return;
	}
	text_name(out, socket_families, s->family, "family");
	add_raw(out, s, sizeof(s->family));
}

void text_sockaddr(struct sbuf *out, const struct sockaddr_value *s,
	const struct socket_facts *facts, bool bind)
{
	bool content = s->status == VALUE_OK || (s->status == VALUE_CUT && s->raw_len);

	if (!content)
		text_mark(
			out, s->status, s->status == VALUE_BAD_LENGTH ? (uint64_t)s->len : s->addr);
	else if (!s->decoded)
		add_undecoded(out, s);
	else if (bind && s->family == AF_UNIX && s->un.kind == UNIX_UNNAMED)
		sbuf_str(out, "unix <autobind>");
	else
		families[s->family](out, s, facts);
	if (content && s->status == VALUE_CUT)
		sbuf_fmt(out, " <cut: %" PRId64 " bytes>", s->len);
}

void text_destination(
	struct sbuf *out, const struct sockaddr_value *addr, const struct socket_facts *facts)
{
	text_sockaddr(out, addr, facts, false);
}
