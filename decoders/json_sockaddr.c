#include "decoders/json_parts.h"

#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "decoders/socket_names.h"

typedef void sockaddr_json(struct json_out *out, const struct sockaddr_value *s);

static void put_nonzero(struct json_out *out, const char *name, uint64_t num)
{
	if (num)
		json_put(out, name, json_unsigned(num));
}

static void put_inet(struct json_out *out, const struct sockaddr_value *s)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &s->inet.addr, text, sizeof(text));
	json_put(out, "address", json_string(text));
	json_put(out, "port", json_integer(s->inet.port));
}

static void put_inet6(struct json_out *out, const struct sockaddr_value *s)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &s->inet6.addr, text, sizeof(text));
	json_put(out, "address", json_string(text));
	json_put(out, "port", json_integer(s->inet6.port));
	put_nonzero(out, "flowinfo", s->inet6.flowinfo);
	put_nonzero(out, "scope_id", s->inet6.scope_id);
}

static void put_unix(struct json_out *out, const struct sockaddr_value *s)
{
	if (s->un.kind == UNIX_UNNAMED)
		json_put(out, "unnamed", json_true());
	else
		json_put(out, s->un.kind == UNIX_PATH ? "path" : "abstract",
			json_bytes(s->un.name, s->un.name_len));
}

static void put_netlink(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "pid", json_integer(s->netlink.pid));
	json_put(out, "groups", json_hex(s->netlink.groups));
}

static void put_packet(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "ethertype", json_integer(s->packet.protocol));
	json_put(out, "ifindex", json_integer(s->packet.ifindex));
	json_put(out, "hatype", json_integer(s->packet.hatype));
	json_put(out, "pkttype", json_integer(s->packet.pkttype));
	json_put(out, "hwaddr", json_hex_bytes(s->packet.hwaddr, s->packet.hwaddr_len, ':'));
}

static void put_vsock(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "cid", json_integer(s->vsock.cid));
	json_put(out, "port", json_integer(s->vsock.port));
	put_nonzero(out, "vsock_flags", s->vsock.flags);
}

static void put_bluetooth(struct json_out *out, const struct sockaddr_value *s)
{
	enum { L2CAP = 0, HCI = 1, RFCOMM = 3 }; /* BTPROTO_* */
	uint64_t protocol = (uint64_t)s->bluetooth.protocol;

	json_put(out, "protocol", json_name(socket_bluetooth_protocols, protocol));
	if (protocol == HCI) {
		json_put(out, "dev", json_integer(s->bluetooth.dev));
		json_put(out, "channel", json_integer(s->bluetooth.channel));
		return;
	}
	json_put(out, "bdaddr",
		json_hex_bytes(s->bluetooth.bdaddr, sizeof(s->bluetooth.bdaddr), ':'));
	if (protocol == RFCOMM)
		json_put(out, "channel", json_integer(s->bluetooth.rfcomm_channel));
	if (protocol != L2CAP)
		return;
	json_put(out, "psm", json_integer(s->bluetooth.psm));
	json_put(out, "cid", json_integer(s->bluetooth.cid));
	json_put(out, "bdaddr_type", json_integer(s->bluetooth.bdaddr_type));
}

static void put_alg(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "alg_type",
		json_bytes(s->alg.type, strnlen(s->alg.type, sizeof(s->alg.type))));
	json_put(out, "alg_name",
		json_bytes(s->alg.name, strnlen(s->alg.name, sizeof(s->alg.name))));
	json_put(out, "feat", json_hex(s->alg.feat));
	json_put(out, "mask", json_hex(s->alg.mask));
}

static void put_can(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "ifindex", json_integer(s->can.ifindex));
	json_put(out, "rx_id", json_integer(s->can.rx_id));
	json_put(out, "tx_id", json_integer(s->can.tx_id));
}

static void put_xdp(struct json_out *out, const struct sockaddr_value *s)
{
	json_put(out, "ifindex", json_integer(s->xdp.ifindex));
	json_put(out, "queue_id", json_integer(s->xdp.queue_id));
	json_put(out, "xdp_flags", json_hex(s->xdp.flags));
	json_put(out, "shared_umem_fd", json_integer((int32_t)s->xdp.shared_umem_fd));
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

/* The socket's family is said where it is not the address's. */
static void put_facts(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	const struct name_row *names = socket_protocols(facts->family);
	uint64_t protocol = (uint32_t)facts->protocol;

	if (s->raw_len < sizeof(s->family) || facts->family != s->family)
		json_put(out, "socket_family", json_name(socket_families, (uint32_t)facts->family));
	json_put(out, "type", json_name(socket_types, (uint32_t)facts->type));
	if (protocol || name_of(names, protocol))
		json_put(out, "protocol", json_name(names, protocol));
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
		json_put(out, "family", json_name(socket_families, s->family));
	if (s->decoded)
		families[s->family](out, s);
	else if (s->raw_len)
		json_put(out, "raw", json_hex_bytes(s->raw, s->raw_len, '\0'));
	if (facts && facts->known)
		put_facts(out, s, facts);
}
