/* What the families inet and inet6 have in common. */
#ifndef CALLGATE_DECODERS_FAMILY_INET_H
#define CALLGATE_DECODERS_FAMILY_INET_H

#include <netinet/in.h>

#include "base/sbuf.h"
#include "decoders/json_read.h"
#include "decoders/socket_facts.h"
#include "decoders/value.h"

struct json_in;

/* What an IP address is reached by: "tcp", "udp", "raw/icmp"; the family when nobody knows. */
void inet_add_transport(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts);

/* The members address and port; port in network order. False: they are not such. */
bool inet_read_address(const struct json_in *in, int family, void *addr, in_port_t *port);

#endif
