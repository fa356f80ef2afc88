#include "decoders/json_read/parts.h"

#include <string.h>

#include "decoders/family.h"
#include "decoders/sockaddr.h"
#include "decoders/socket_names.h"

bool json_in_number32(const struct json_in *in, const char *name, uint32_t *out)
{
	uint64_t wide;

	if (!json_read_unsigned(json_in_get(in, name, ""), &wide) || wide > UINT32_MAX)
		return false;
	*out = (uint32_t)wide;
	return true;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The bytes of an address that nobody could make sense of. */
static bool read_raw(const struct json_node *value, struct sockaddr_value *s)
{
	const char *text = json_node_text(value);
	size_t len = json_node_text_len(value) / 2;

	if (!text || len < sizeof(s->family) || len > sizeof(s->raw))
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		s->raw[i] = (uint8_t)(high << 4 | low);
	}
	s->raw_len = len;
	return true;
}

static bool read_members(const struct json_in *in, struct sockaddr_value *s)
{
	const struct json_node *raw = json_in_get(in, "raw", "");
	const struct address_family *known;
	uint64_t family;

	if (!json_read_name(json_in_get(in, "family", ""), socket_families, &family) ||
		family > UINT16_MAX)
		return false;
	s->family = (uint16_t)family;
	if (raw)
		return read_raw(raw, s);
	known = address_family_of(s->family);
	if (known && known->read)
		return known->read(in, s);
	address_set_raw(s, &s->family, sizeof(s->family));
	return true;
}

/* `type` and `protocol` are the socket's; its family only where it is not the address's. */
static void read_facts(const struct json_in *in, const struct sockaddr_value *s)
{
	struct socket_facts facts = { .known = true, .family = s->family };
	const struct json_node *protocol = json_in_get(in, "protocol", "");
	uint64_t number = 0;

	if (in->facts->known || !json_read_name(json_in_get(in, "type", ""), socket_types, &number))
		return;
	facts.type = (int)number;
	if (json_read_name(json_in_get(in, "socket_family", ""), socket_families, &number))
		facts.family = (int)number;
	number = 0;
	if (protocol && !json_read_name(protocol, socket_protocols(facts.family), &number))
		return;
	facts.protocol = (int)number;
	*in->facts = facts;
}

const struct sockaddr_value *json_in_sockaddr(const struct json_in *in, const char *name)
{
	enum value_status status = json_in_status(in, name);
	struct sockaddr_value *s;

	if (status == VALUE_OK && !json_in_get(in, "family", ""))
		return NULL;
	s = arena_alloc(in->arena, sizeof(*s));
	if (!s)
		return NULL;
	s->status = status;
	json_read_hex(json_in_get(in, name, "_addr"), &s->addr);
	/* No bytes at all are marked as a bad length, and are none. */
	if (json_read_number(json_in_get(in, name, "_len"), &s->len) && s->len == 0 &&
		status == VALUE_BAD_LENGTH)
		s->status = VALUE_OK;
	if (status == VALUE_OK || json_in_get(in, "family", "")) {
		if (read_members(in, s)) {
			sockaddr_decode(s);
			s->len = status == VALUE_OK ? (int64_t)s->raw_len : s->len;
		} else {
			s->status = VALUE_UNREADABLE;
		}
	}
	read_facts(in, s);
	return s;
}
