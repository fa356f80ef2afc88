#include "decoders/family/inet.h"

#include <arpa/inet.h>

#include "decoders/family.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

/* What an IP address is reached by: "tcp", "udp", "raw/icmp"; the family when nobody knows. */
void inet_add_transport(
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

bool inet_read_address(const struct json_in *in, int family, void *addr, in_port_t *port)
{
	const char *text = json_node_text(json_in_get(in, "address", ""));
	uint32_t number;

	if (!text || inet_pton(family, text, addr) != 1 || !json_in_number32(in, "port", &number) ||
		number > UINT16_MAX)
		return false;
	*port = htons((uint16_t)number);
	return true;
}

static bool inet_decode(struct sockaddr_value *s)
{
	struct sockaddr_in in;

	address_padded(s, &in, sizeof(in));
	s->inet.addr = in.sin_addr;
	s->inet.port = ntohs(in.sin_port);
	return true;
}

static void inet_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	inet_add_transport(out, s, facts);
	sbuf_char(out, ' ');
	sbuf_ipv4(out, &s->inet.addr);
	sbuf_char(out, ':');
	sbuf_uint(out, s->inet.port);
}

static void inet_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	record_ipv4(out->record, "address", &s->inet.addr);
	record_number(out->record, "port", s->inet.port);
}

static bool inet_read(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_in in4 = { .sin_family = s->family };

	if (!inet_read_address(in, AF_INET, &in4.sin_addr, &in4.sin_port))
		return false;
	address_set_raw(s, &in4, sizeof(in4));
	return true;
}

const struct address_family inet_family = {
	.min_len = sizeof(struct sockaddr_in),
	.decode = inet_decode,
	.text = inet_text,
	.json = inet_json,
	.read = inet_read,
};
