/* What `socket` names: `inet`, `inet6/stream`, `netlink:route`, `inet:icmp/raw`, `*`. */
#ifndef CALLGATE_POLICY_SOCKET_PATTERN_H
#define CALLGATE_POLICY_SOCKET_PATTERN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "decoders/socket_facts.h"
#include "policy/model.h"

/* Reads FAMILY[:PROTOCOL][/TYPE]; the error has the nearest known word. */
int socket_pattern_parse(const char *text, struct socket_pattern *out, struct err **err);

/* Canonical text: reading it again gives the same. */
void socket_pattern_print(const struct socket_pattern *pattern, struct sbuf *out);

/* Protocol 0 of the facts is taken for the default of their family and type. */
bool socket_pattern_matches(const struct socket_pattern *pattern, const struct socket_facts *facts);

/*
 * The same for a rule that allows: that a pattern of the internet families names no protocol does
 * not mean the one of socket_writes_headers().
 */
bool socket_pattern_grants(const struct socket_pattern *pattern, const struct socket_facts *facts);

/*
 * Whether the program writes the IP header of what such a socket sends, and with it where that
 * goes, whatever the call names: IPPROTO_RAW, raw(7).
 */
bool socket_writes_headers(const struct socket_facts *facts);

/* Every socket that `inner` matches is matched by `outer`. */
bool socket_pattern_covers(const struct socket_pattern *outer, const struct socket_pattern *inner);

/* The protocol, with 0 of an IPv4 or IPv6 stream or datagram socket spelt out. */
int socket_protocol(const struct socket_facts *facts);

#endif
