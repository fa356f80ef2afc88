#include <arpa/inet.h>
#include <inttypes.h>

#include "decoders/family.h"
#include "decoders/family/inet.h"

static bool inet6_decode(struct sockaddr_value *s)
{
	struct sockaddr_in6 in6;

	address_padded(s, &in6, sizeof(in6));
	s->inet6.addr = in6.sin6_addr;
	s->inet6.port = ntohs(in6.sin6_port);
	s->inet6.flowinfo = ntohl(in6.sin6_flowinfo);
	s->inet6.scope_id = in6.sin6_scope_id;
	return true;
}

static void inet6_text(
	struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	char text[INET6_ADDRSTRLEN];

	inet_add_transport(out, s, facts);
	inet_ntop(AF_INET6, &s->inet6.addr, text, sizeof(text));
	sbuf_fmt(out, " [%s", text);
	if (s->inet6.scope_id)
		sbuf_fmt(out, "%%%" PRIu32, s->inet6.scope_id);
	sbuf_fmt(out, "]:%u", s->inet6.port);
	if (s->inet6.flowinfo)
		sbuf_fmt(out, " flow 0x%" PRIx32, s->inet6.flowinfo);
}

static void inet6_json(
	struct json_out *out, const struct sockaddr_value *s, const struct socket_facts *facts)
{
	(void)facts;
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &s->inet6.addr, text, sizeof(text));
	record_text(out->record, "address", text);
	record_number(out->record, "port", s->inet6.port);
	json_put_nonzero(out, "flowinfo", s->inet6.flowinfo);
	json_put_nonzero(out, "scope_id", s->inet6.scope_id);
}

static bool inet6_read(const struct json_in *in, struct sockaddr_value *s)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (!inet_read_address(in, AF_INET6, &in6.sin6_addr, &in6.sin6_port))
		return false;
	in6.sin6_flowinfo = htonl((uint32_t)json_in_number(in, "flowinfo", ""));
	in6.sin6_scope_id = (uint32_t)json_in_number(in, "scope_id", "");
	address_set_raw(s, &in6, sizeof(in6));
	return true;
}

const struct address_family inet6_family = {
	.min_len = 24, /* SIN6_LEN_RFC2133: without the scope */
	.decode = inet6_decode,
	.text = inet6_text,
	.json = inet6_json,
	.read = inet6_read,
};
