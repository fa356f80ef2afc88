#include "decoders/json/parts.h"

#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "decoders/socket_names.h"

typedef void sockaddr_json(struct json_out *out, const struct sockaddr_value *s);

static void put_nonzero(struct json_out *out, const char *name, uint64_t num)
{
	if (num)
		record_unsigned(out->record, name, num);
}

static void put_inet(struct json_out *out, const struct sockaddr_value *s)
{
	record_ipv4(out->record, "address", &s->inet.addr);
	record_number(out->record, "port", s->inet.port);
}

static void put_inet6(struct json_out *out, const struct sockaddr_value *s)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &s->inet6.addr, text, sizeof(text));
	record_text(out->record, "address", text);
	record_number(out->record, "port", s->inet6.port);
	put_nonzero(out, "flowinfo", s->inet6.flowinfo);
	put_nonzero(out, "scope_id", s->inet6.scope_id);
}

static void put_unix(struct json_out *out, const struct sockaddr_value *s)
{
	if (s->un.kind == UNIX_UNNAMED)
		record_bool(out->record, "unnamed", true);
	else
		record_bytes(out->record, s->un.kind == UNIX_PATH ? "path" : "abstract", s->un.name,
			s->un.name_len);
}

static void put_netlink(struct json_out *out, const struct sockaddr_value *s)
{
	record_number(out->record, "pid", s->netlink.pid);
	record_hex(out->record, "groups", s->netlink.groups);
}

static void put_packet(struct json_out *out, const struct sockaddr_value *s)
{
	record_number(out->record, "ethertype", s->packet.protocol);
	record_number(out->record, "ifindex", s->packet.ifindex);
	record_number(out->record, "hatype", s->packet.hatype);
	record_number(out->record, "pkttype", s->packet.pkttype);
	json_put_hex_bytes(out, "hwaddr", s->packet.hwaddr, s->packet.hwaddr_len, ':');
}

static void put_vsock(struct json_out *out, const struct sockaddr_value *s)
{
	record_number(out->record, "cid", s->vsock.cid);
	record_number(out->record, "port", s->vsock.port);
	put_nonzero(out, "vsock_flags", s->vsock.flags);
}

static void put_bluetooth(struct json_out *out, const struct sockaddr_value *s)
{
	enum { L2CAP = 0, HCI = 1, RFCOMM = 3 }; /* BTPROTO_* */
	uint64_t protocol = (uint64_t)s->bluetooth.protocol;

	if (protocol == HCI) {
		record_number(out->record, "dev", s->bluetooth.dev);
		record_number(out->record, "channel", s->bluetooth.channel);
		return;
	}
	json_put_hex_bytes(out, "bdaddr", s->bluetooth.bdaddr, sizeof(s->bluetooth.bdaddr), ':');
	if (protocol == RFCOMM)
		record_number(out->record, "channel", s->bluetooth.rfcomm_channel);
	if (protocol != L2CAP)
		return;
	record_number(out->record, "psm", s->bluetooth.psm);
	record_number(out->record, "cid", s->bluetooth.cid);
	record_number(out->record, "bdaddr_type", s->bluetooth.bdaddr_type);
}

static void put_alg(struct json_out *out, const struct sockaddr_value *s)
{
	record_bytes(
		out->record, "alg_type", s->alg.type, strnlen(s->alg.type, sizeof(s->alg.type)));
	record_bytes(
		out->record, "alg_name", s->alg.name, strnlen(s->alg.name, sizeof(s->alg.name)));
	record_hex(out->record, "feat", s->alg.feat);
	record_hex(out->record, "mask", s->alg.mask);
}

static void put_can(struct json_out *out, const struct sockaddr_value *s)
{
	record_number(out->record, "ifindex", s->can.ifindex);
	record_number(out->record, "rx_id", s->can.rx_id);
	record_number(out->record, "tx_id", s->can.tx_id);
}

static void put_xdp(struct json_out *out, const struct sockaddr_value *s)
{
	record_number(out->record, "ifindex", s->xdp.ifindex);
	record_number(out->record, "queue_id", s->xdp.queue_id);
	record_hex(out->record, "xdp_flags", s->xdp.flags);
	record_number(out->record, "shared_umem_fd", (int32_t)s->xdp.shared_umem_fd);
}

static sockaddr_json *const families[] = {
	[AF_UNSPEC] = put_inet,
	[AF_UNIX] = put_unix,
	[AF_INET] = put_inet,
	[AF_INET6] = put_inet6,
	[AF_NETLINK] = put_netlink,
	[AF_PACKET] = put_packet,
	[AF_CAN] = put_can,
	[AF_BLUETOOTH] = put_bluetooth,
	[AF_ALG] = put_alg,
	[AF_VSOCK] = put_vsock,
	[AF_XDP] = put_xdp,
};

static bool facts_have_protocol(const struct socket_facts *facts)
{
	return facts && facts->known &&
	       (facts->protocol || name_of(socket_protocols(facts->family), 0));
}

/* The socket's family is said where it is not the address's. */
static void put_facts(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	if (s->raw_len < sizeof(s->family) || facts->family != s->family)
		json_put_name(out, "socket_family", socket_families, (uint32_t)facts->family);
	json_put_name(out, "type", socket_types, (uint32_t)facts->type);
	out->says_type = true;
	if (facts_have_protocol(facts))
		json_put_name(out, "protocol", socket_protocols(facts->family),
			(uint32_t)facts->protocol);
}

/* Shorter than a family: the kernel makes nothing of it, and neither can we. */
static enum value_status status_of(const struct sockaddr_value *s)
{
	if (s->status == VALUE_OK && s->raw_len < sizeof(s->family))
		return VALUE_BAD_LENGTH;
	return s->status;
}

void json_put_sockaddr(struct json_out *out, const char *name, const struct sockaddr_value *s,
	const struct socket_facts *facts)
{
	json_put_status(out, name, status_of(s), s->addr, (uint64_t)s->len);
	if (s->raw_len >= sizeof(s->family))
		json_put_name(out, "family", socket_families, s->family);
	/* The length of an address tells its protocol, but the socket knows better. */
	if (s->decoded && s->family == AF_BLUETOOTH && !facts_have_protocol(facts))
		json_put_name(out, "protocol", socket_bluetooth_protocols,
			(uint64_t)s->bluetooth.protocol);
	if (s->decoded)
		families[s->family](out, s);
	else if (s->raw_len)
		json_put_hex_bytes(out, "raw", s->raw, s->raw_len, '\0');
	if (facts && facts->known)
		put_facts(out, s, facts);
}
