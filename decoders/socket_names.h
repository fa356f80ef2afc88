/*
 * The names of what sockets are made of, in lower case and without prefix, as
 * the policy language, the text output and the log have them: AF_INET6 is
 * "inet6", SOCK_DGRAM "dgram", NETLINK_ROUTE "route", MSG_NOSIGNAL "nosignal".
 */
#ifndef CALLGATE_DECODERS_SOCKET_NAMES_H
#define CALLGATE_DECODERS_SOCKET_NAMES_H

#include "base/names.h"

extern const struct name_row socket_families[];            /* AF_* */
extern const struct name_row socket_types[];               /* SOCK_*, without flags */
extern const struct name_row socket_type_flags[];          /* SOCK_CLOEXEC, SOCK_NONBLOCK */
extern const struct name_row socket_msg_flags[];           /* MSG_* of the sending calls */
extern const struct name_row socket_cmsg_levels[];         /* SOL_* */
extern const struct name_row socket_cmsg_types[];          /* SCM_* of SOL_SOCKET */
extern const struct name_row socket_ip_protocols[];        /* IPPROTO_* */
extern const struct name_row socket_netlink_protocols[];   /* NETLINK_* */
extern const struct name_row socket_bluetooth_protocols[]; /* BTPROTO_* */

/* The bits of socket(2)'s type that are the type: SOCK_TYPE_MASK in include/linux/net.h. */
enum { SOCKET_TYPE_MASK = 0xf };

/* The protocols of a family; an empty table when they have no names here. */
const struct name_row *socket_protocols(int family);

#endif
