#include "decoders/sockaddr.h"

#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <linux/can.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>

/*
 * Addresses shorter than the family's struct are read as if zeros followed:
 * the kernel takes the shorter forms that min_len allows for.
 */
static void copy_padded(const struct sockaddr_value *s, void *to, size_t size)
{
	memset(to, 0, size);
	memcpy(to, s->raw, s->raw_len < size ? s->raw_len : size);
}

static bool decode_inet(struct sockaddr_value *s)
{
	struct sockaddr_in in;

	copy_padded(s, &in, sizeof(in));
	s->inet.addr = in.sin_addr;
	s->inet.port = ntohs(in.sin_port);
	return true;
}

static bool decode_inet6(struct sockaddr_value *s)
{
	struct sockaddr_in6 in6;

	copy_padded(s, &in6, sizeof(in6));
	s->inet6.addr = in6.sin6_addr;
	s->inet6.port = ntohs(in6.sin6_port);
	s->inet6.flowinfo = ntohl(in6.sin6_flowinfo);
	s->inet6.scope_id = in6.sin6_scope_id;
	return true;
}

/*
 * unix(7): a path ends at its NUL or at the address's end; an abstract name
 * is all the bytes after its NUL, further NULs included; an address of the
 * family alone is unnamed, and asks bind(2) for a name of the kernel's choice.
 */
static bool decode_unix(struct sockaddr_value *s)
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);

	if (s->raw_len > sizeof(struct sockaddr_un))
		return false; /* EINVAL: unix_validate_addr() in net/unix/af_unix.c */
	if (s->raw_len == head) {
		s->un.kind = UNIX_UNNAMED;
		return true;
	}
	if (s->raw[head] == '\0') {
		s->un.kind = UNIX_ABSTRACT;
		s->un.name = s->raw + head + 1;
		s->un.name_len = s->raw_len - head - 1;
		return true;
	}
	s->un.kind = UNIX_PATH;
	s->un.name = s->raw + head;
	s->un.name_len = strnlen((const char *)s->un.name, s->raw_len - head);
	return true;
}

static bool decode_netlink(struct sockaddr_value *s)
{
	struct sockaddr_nl nl;

	copy_padded(s, &nl, sizeof(nl));
	s->netlink.pid = nl.nl_pid;
	s->netlink.groups = nl.nl_groups;
	return true;
}

static bool decode_packet(struct sockaddr_value *s)
{
	struct sockaddr_ll ll;

	copy_padded(s, &ll, sizeof(ll));
	s->packet.protocol = ntohs(ll.sll_protocol);
	s->packet.ifindex = ll.sll_ifindex;
	s->packet.hatype = ll.sll_hatype;
	s->packet.pkttype = ll.sll_pkttype;
	s->packet.halen = ll.sll_halen;
	memcpy(s->packet.hwaddr, ll.sll_addr, sizeof(s->packet.hwaddr));
	s->packet.hwaddr_len = s->raw_len - offsetof(struct sockaddr_ll, sll_addr);
	if (s->packet.hwaddr_len > s->packet.halen)
		s->packet.hwaddr_len = s->packet.halen;
	if (s->packet.hwaddr_len > sizeof(s->packet.hwaddr))
		s->packet.hwaddr_len = sizeof(s->packet.hwaddr);
	return true;
}

static bool decode_vsock(struct sockaddr_value *s)
{
	struct sockaddr_vm vm;

	copy_padded(s, &vm, sizeof(vm));
	s->vsock.cid = vm.svm_cid;
	s->vsock.port = vm.svm_port;
	s->vsock.flags = vm.svm_flags;
	return true;
}

static bool decode_alg(struct sockaddr_value *s)
{
	const size_t head = offsetof(struct sockaddr_alg_new, salg_name);
	struct sockaddr_alg_new alg;

	_Static_assert(sizeof(s->alg.name) > sizeof(s->raw) - sizeof(alg), "room for any name");
	copy_padded(s, &alg, sizeof(alg));
	memset(&s->alg, 0, sizeof(s->alg));
	memcpy(s->alg.type, alg.salg_type, sizeof(alg.salg_type));
	memcpy(s->alg.name, s->raw + head, s->raw_len - head);
	s->alg.feat = alg.salg_feat;
	s->alg.mask = alg.salg_mask;
	return true;
}

static bool decode_can(struct sockaddr_value *s)
{
	struct sockaddr_can can;

	copy_padded(s, &can, sizeof(can));
	s->can.ifindex = can.can_ifindex;
	s->can.rx_id = can.can_addr.tp.rx_id;
	s->can.tx_id = can.can_addr.tp.tx_id;
	return true;
}

static bool decode_xdp(struct sockaddr_value *s)
{
	struct sockaddr_xdp xdp;

	copy_padded(s, &xdp, sizeof(xdp));
	s->xdp.flags = xdp.sxdp_flags;
	s->xdp.ifindex = xdp.sxdp_ifindex;
	s->xdp.queue_id = xdp.sxdp_queue_id;
	s->xdp.shared_umem_fd = xdp.sxdp_shared_umem_fd;
	return true;
}

static uint16_t raw_u16(const struct sockaddr_value *s, size_t offset)
{
	uint16_t v;

	memcpy(&v, s->raw + offset, sizeof(v));
	return v;
}

/* bdaddr_t has the least significant byte first; people write it the other way round. */
static void copy_bdaddr(struct sockaddr_value *s, size_t offset)
{
	for (size_t i = 0; i < sizeof(s->bluetooth.bdaddr); i++)
		s->bluetooth.bdaddr[i] = s->raw[offset + 5 - i];
}

/*
 * The protocols share a family and differ in their structs, which have
 * different sizes: include/net/bluetooth/{hci_sock,sco,rfcomm,l2cap}.h. Their
 * last byte may be missing or padding.
 */
static bool decode_bluetooth(struct sockaddr_value *s)
{
	enum { L2CAP = 0, HCI = 1, SCO = 2, RFCOMM = 3 }; /* BTPROTO_* */

	memset(&s->bluetooth, 0, sizeof(s->bluetooth));
	switch (s->raw_len) {
	case 6:
		s->bluetooth.protocol = HCI;
		s->bluetooth.dev = raw_u16(s, 2);
		s->bluetooth.channel = raw_u16(s, 4);
		return true;
	case 8:
		s->bluetooth.protocol = SCO;
		copy_bdaddr(s, 2);
		return true;
	case 9:
	case 10:
		s->bluetooth.protocol = RFCOMM;
		copy_bdaddr(s, 2);
		s->bluetooth.rfcomm_channel = s->raw[8];
		return true;
	case 13:
	case 14:
		s->bluetooth.protocol = L2CAP;
		s->bluetooth.psm = (uint16_t)(s->raw[2] | s->raw[3] << 8); /* little endian */
		copy_bdaddr(s, 4);
		s->bluetooth.cid = (uint16_t)(s->raw[10] | s->raw[11] << 8);
		s->bluetooth.bdaddr_type = s->raw[12];
		return true;
	default:
		return false;
	}
}

/* min_len: the shortest address of the family that the kernel takes. */
static const struct sockaddr_decoder {
	bool (*decode)(struct sockaddr_value *s);
	size_t min_len;
} decoders[] = {
	[AF_UNSPEC] = { decode_inet, sizeof(struct sockaddr_in) },
	[AF_UNIX] = { decode_unix, sizeof(sa_family_t) },
	[AF_INET] = { decode_inet, sizeof(struct sockaddr_in) },
	[AF_INET6] = { decode_inet6, 24 }, /* SIN6_LEN_RFC2133: without the scope */
	[AF_NETLINK] = { decode_netlink, sizeof(struct sockaddr_nl) },
	[AF_PACKET] = { decode_packet, offsetof(struct sockaddr_ll, sll_addr) },
	[AF_CAN] = { decode_can, offsetof(struct sockaddr_can, can_addr) },
	[AF_BLUETOOTH] = { decode_bluetooth, 6 },
	[AF_ALG] = { decode_alg, sizeof(struct sockaddr_alg_new) + 1 },
	[AF_VSOCK] = { decode_vsock, sizeof(struct sockaddr_vm) },
	[AF_XDP] = { decode_xdp, sizeof(struct sockaddr_xdp) },
};

void sockaddr_decode(struct sockaddr_value *s)
{
	s->decoded = false;
	s->family = 0;
	if (s->raw_len < sizeof(s->family))
		return;
	memcpy(&s->family, s->raw, sizeof(s->family));
	if (s->family >= sizeof(decoders) / sizeof(decoders[0]) || !decoders[s->family].decode)
		return;
	if (s->raw_len >= decoders[s->family].min_len)
		s->decoded = decoders[s->family].decode(s);
}
