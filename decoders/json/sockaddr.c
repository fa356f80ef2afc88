#include "decoders/json/parts.h"

#include "decoders/family.h"
#include "decoders/socket_names.h"

void json_put_nonzero(struct json_out *out, const char *name, uint64_t num)
{
	if (num)
		record_unsigned(out->record, name, num);
}

bool json_facts_have_protocol(const struct socket_facts *facts)
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
	if (json_facts_have_protocol(facts))
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
	if (s->decoded)
		address_family_of(s->family)->json(out, s, facts);
	else if (s->raw_len)
		json_put_hex_bytes(out, "raw", s->raw, s->raw_len, '\0');
	if (facts && facts->known)
		put_facts(out, s, facts);
}
