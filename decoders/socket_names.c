#include "decoders/socket_names.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <linux/can.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>

const struct name_row socket_families[] = {
	{ AF_UNSPEC, "unspec" },
	{ AF_UNIX, "unix" },
	{ AF_INET, "inet" },
	{ AF_AX25, "ax25" },
	{ AF_IPX, "ipx" },
	{ AF_APPLETALK, "appletalk" },
	{ AF_NETROM, "netrom" },
	{ AF_BRIDGE, "bridge" },
	{ AF_ATMPVC, "atmpvc" },
	{ AF_X25, "x25" },
	{ AF_INET6, "inet6" },
	{ AF_ROSE, "rose" },
	{ AF_DECnet, "decnet" },
	{ AF_NETBEUI, "netbeui" },
	{ AF_SECURITY, "security" },
	{ AF_KEY, "key" },
	{ AF_NETLINK, "netlink" },
	{ AF_PACKET, "packet" },
	{ AF_ASH, "ash" },
	{ AF_ECONET, "econet" },
	{ AF_ATMSVC, "atmsvc" },
	{ AF_RDS, "rds" },
	{ AF_SNA, "sna" },
	{ AF_IRDA, "irda" },
	{ AF_PPPOX, "pppox" },
	{ AF_WANPIPE, "wanpipe" },
	{ AF_LLC, "llc" },
	{ AF_IB, "ib" },
	{ AF_MPLS, "mpls" },
	{ AF_CAN, "can" },
	{ AF_TIPC, "tipc" },
	{ AF_BLUETOOTH, "bluetooth" },
	{ AF_IUCV, "iucv" },
	{ AF_RXRPC, "rxrpc" },
	{ AF_ISDN, "isdn" },
	{ AF_PHONET, "phonet" },
	{ AF_IEEE802154, "ieee802154" },
	{ AF_CAIF, "caif" },
	{ AF_ALG, "alg" },
	{ AF_NFC, "nfc" },
	{ AF_VSOCK, "vsock" },
	{ AF_KCM, "kcm" },
	{ AF_QIPCRTR, "qipcrtr" },
	{ AF_SMC, "smc" },
	{ AF_XDP, "xdp" },
	{ AF_MCTP, "mctp" },
	{ 0, NULL },
};

const struct name_row socket_types[] = {
	{ SOCK_STREAM, "stream" },
	{ SOCK_DGRAM, "dgram" },
	{ SOCK_RAW, "raw" },
	{ SOCK_RDM, "rdm" },
	{ SOCK_SEQPACKET, "seqpacket" },
	{ SOCK_DCCP, "dccp" },
	{ SOCK_PACKET, "packet" },
	{ 0, NULL },
};

const struct name_row socket_type_flags[] = {
	{ SOCK_CLOEXEC, "cloexec" },
	{ SOCK_NONBLOCK, "nonblock" },
	{ 0, NULL },
};

/* include/linux/socket.h, Linux 6.17; those glibc does not have are given by number. */
const struct name_row socket_msg_flags[] = {
	{ MSG_OOB, "oob" },
	{ MSG_PEEK, "peek" },
	{ MSG_DONTROUTE, "dontroute" },
	{ MSG_CTRUNC, "ctrunc" },
	{ 0x10, "probe" },
	{ MSG_TRUNC, "trunc" },
	{ MSG_DONTWAIT, "dontwait" },
	{ MSG_EOR, "eor" },
	{ MSG_WAITALL, "waitall" },
	{ MSG_FIN, "fin" },
	{ MSG_SYN, "syn" },
	{ MSG_CONFIRM, "confirm" },
	{ MSG_RST, "rst" },
	{ MSG_ERRQUEUE, "errqueue" },
	{ MSG_NOSIGNAL, "nosignal" },
	{ MSG_MORE, "more" },
	{ MSG_WAITFORONE, "waitforone" },
	{ MSG_BATCH, "batch" },
	{ 0x2000000, "sock_devmem" },
	{ MSG_ZEROCOPY, "zerocopy" },
	{ MSG_FASTOPEN, "fastopen" },
	{ MSG_CMSG_CLOEXEC, "cmsg_cloexec" },
	{ 0, NULL },
};

const struct name_row socket_cmsg_levels[] = {
	{ SOL_SOCKET, "socket" },
	{ SOL_IP, "ip" },
	{ IPPROTO_TCP, "tcp" },
	{ IPPROTO_UDP, "udp" },
	{ SOL_IPV6, "ipv6" },
	{ SOL_RAW, "raw" },
	{ IPPROTO_SCTP, "sctp" },
	{ SOL_PACKET, "packet" },
	{ SOL_NETLINK, "netlink" },
	{ SOL_TIPC, "tipc" },
	{ SOL_BLUETOOTH, "bluetooth" },
	{ SOL_ALG, "alg" },
	{ SOL_KCM, "kcm" },
	{ SOL_TLS, "tls" },
	{ SOL_XDP, "xdp" },
	{ 0, NULL },
};

const struct name_row socket_cmsg_types[] = {
	{ SCM_RIGHTS, "rights" },
	{ SCM_CREDENTIALS, "credentials" },
	{ 3, "security" }, /* SCM_SECURITY */
	{ 4, "pidfd" },    /* SCM_PIDFD, Linux 6.5 */
	{ SO_TIMESTAMPING, "timestamping" },
	{ SO_MARK, "mark" },
	{ SO_PRIORITY, "priority" },
	{ SO_TXTIME, "txtime" },
	{ 0, NULL },
};

/* IPPROTO_IP (0) has no name: it asks for the default protocol of the type. */
const struct name_row socket_ip_protocols[] = {
	{ IPPROTO_ICMP, "icmp" },
	{ IPPROTO_IGMP, "igmp" },
	{ IPPROTO_IPIP, "ipip" },
	{ IPPROTO_TCP, "tcp" },
	{ IPPROTO_EGP, "egp" },
	{ IPPROTO_PUP, "pup" },
	{ IPPROTO_UDP, "udp" },
	{ IPPROTO_IDP, "idp" },
	{ IPPROTO_TP, "tp" },
	{ IPPROTO_DCCP, "dccp" },
	{ IPPROTO_IPV6, "ipv6" },
	{ IPPROTO_ROUTING, "routing" },
	{ IPPROTO_FRAGMENT, "fragment" },
	{ IPPROTO_RSVP, "rsvp" },
	{ IPPROTO_GRE, "gre" },
	{ IPPROTO_ESP, "esp" },
	{ IPPROTO_AH, "ah" },
	{ IPPROTO_ICMPV6, "icmpv6" },
	{ IPPROTO_NONE, "none" },
	{ IPPROTO_DSTOPTS, "dstopts" },
	{ 89, "ospf" },
	{ IPPROTO_MTP, "mtp" },
	{ IPPROTO_BEETPH, "beetph" },
	{ IPPROTO_ENCAP, "encap" },
	{ IPPROTO_PIM, "pim" },
	{ IPPROTO_COMP, "comp" },
	{ 115, "l2tp" },
	{ IPPROTO_SCTP, "sctp" },
	{ IPPROTO_UDPLITE, "udplite" },
	{ IPPROTO_MPLS, "mpls" },
	{ IPPROTO_ETHERNET, "ethernet" },
	{ IPPROTO_RAW, "raw" },
	{ 256, "smc" }, /* Linux 6.11 */
	{ IPPROTO_MPTCP, "mptcp" },
	{ 0, NULL },
};

const struct name_row socket_netlink_protocols[] = {
	{ NETLINK_ROUTE, "route" },
	{ NETLINK_USERSOCK, "usersock" },
	{ NETLINK_FIREWALL, "firewall" },
	{ NETLINK_SOCK_DIAG, "sock_diag" },
	{ NETLINK_NFLOG, "nflog" },
	{ NETLINK_XFRM, "xfrm" },
	{ NETLINK_SELINUX, "selinux" },
	{ NETLINK_ISCSI, "iscsi" },
	{ NETLINK_AUDIT, "audit" },
	{ NETLINK_FIB_LOOKUP, "fib_lookup" },
	{ NETLINK_CONNECTOR, "connector" },
	{ NETLINK_NETFILTER, "netfilter" },
	{ NETLINK_IP6_FW, "ip6_fw" },
	{ NETLINK_DNRTMSG, "dnrtmsg" },
	{ NETLINK_KOBJECT_UEVENT, "kobject_uevent" },
	{ NETLINK_GENERIC, "generic" },
	{ NETLINK_SCSITRANSPORT, "scsitransport" },
	{ NETLINK_ECRYPTFS, "ecryptfs" },
	{ NETLINK_RDMA, "rdma" },
	{ NETLINK_CRYPTO, "crypto" },
	{ NETLINK_SMC, "smc" },
	{ 0, NULL },
};

/* include/net/bluetooth/bluetooth.h */
const struct name_row socket_bluetooth_protocols[] = {
	{ 0, "l2cap" },
	{ 1, "hci" },
	{ 2, "sco" },
	{ 3, "rfcomm" },
	{ 4, "bnep" },
	{ 5, "cmtp" },
	{ 6, "hidp" },
	{ 7, "avdtp" },
	{ 8, "iso" },
	{ 0, NULL },
};

static const struct name_row can_protocols[] = {
	{ CAN_RAW, "raw" },
	{ CAN_BCM, "bcm" },
	{ CAN_TP16, "tp16" },
	{ CAN_TP20, "tp20" },
	{ CAN_MCNET, "mcnet" },
	{ CAN_ISOTP, "isotp" },
	{ CAN_J1939, "j1939" },
	{ 0, NULL },
};

/* net/smc/smc.h */
static const struct name_row smc_protocols[] = {
	{ 0, "smc" },
	{ 1, "smc6" },
	{ 0, NULL },
};

/* include/net/caif/caif.h, linux/caif/caif_socket.h */
static const struct name_row caif_protocols[] = {
	{ 0, "at" },
	{ 1, "datagram" },
	{ 2, "datagram_loop" },
	{ 3, "util" },
	{ 4, "rfm" },
	{ 5, "debug" },
	{ 0, NULL },
};

/* linux/nfc.h */
static const struct name_row nfc_protocols[] = {
	{ 0, "raw" },
	{ 1, "llcp" },
	{ 0, NULL },
};

/* PF_PACKET takes its protocol in network order: htons(ETH_P_ALL) is 0x0300 on x86. */
#define NETWORK_ORDER(p) ((uint64_t)__builtin_bswap16(p))

static const struct name_row packet_protocols[] = {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	{ NETWORK_ORDER(ETH_P_ALL), "all" },
	{ NETWORK_ORDER(ETH_P_IP), "ip" },
	{ NETWORK_ORDER(ETH_P_ARP), "arp" },
	{ NETWORK_ORDER(ETH_P_IPV6), "ipv6" },
	{ NETWORK_ORDER(ETH_P_8021Q), "8021q" },
	{ NETWORK_ORDER(ETH_P_PAE), "pae" },
	{ NETWORK_ORDER(ETH_P_LLDP), "lldp" },
	{ NETWORK_ORDER(ETH_P_802_2), "802_2" },
#endif
	{ 0, NULL },
};

static const struct name_row no_protocols[] = { { 0, NULL } };

static const struct family_protocols {
	int family;
	const struct name_row *names;
} protocols[] = {
	{ AF_INET, socket_ip_protocols },
	{ AF_INET6, socket_ip_protocols },
	{ AF_NETLINK, socket_netlink_protocols },
	{ AF_BLUETOOTH, socket_bluetooth_protocols },
	{ AF_PACKET, packet_protocols },
	{ AF_CAN, can_protocols },
	{ AF_SMC, smc_protocols },
	{ AF_CAIF, caif_protocols },
	{ AF_NFC, nfc_protocols },
};

const struct name_row *socket_protocols(int family)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].family == family)
			return protocols[i].names;
	return no_protocols;
}
