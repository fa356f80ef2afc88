#include "decoders/text.h"

#include <inttypes.h>

#include "decoders/family.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

static void add_raw(struct sbuf *out, const struct sockaddr_value *s, size_t from)
{
	sbuf_str(out, " raw ");
	for (size_t i = from; i < s->raw_len; i++)
		sbuf_fmt(out, "%02x", s->raw[i]);
}

static void add_undecoded(struct sbuf *out, const struct sockaddr_value *s)
{
	if (s->raw_len < sizeof(s->family)) {
		sbuf_fmt(out, "<bad length %zu>", s->raw_len);
		return;
	}
	text_name(out, socket_families, s->family, "family");
	add_raw(out, s, sizeof(s->family));
}

void text_sockaddr(struct sbuf *out, const struct sockaddr_value *s,
	const struct socket_facts *facts, bool bind)
{
	bool content = s->status == VALUE_OK || (s->status == VALUE_CUT && s->raw_len);

	if (!content)
		text_mark(
			out, s->status, s->status == VALUE_BAD_LENGTH ? (uint64_t)s->len : s->addr);
	else if (!s->decoded)
		add_undecoded(out, s);
	else if (bind && s->family == AF_UNIX && s->un.kind == UNIX_UNNAMED)
		sbuf_str(out, "unix <autobind>");
	else
		address_family_of(s->family)->text(out, s, facts);
	if (content && s->status == VALUE_CUT)
		sbuf_fmt(out, " <cut: %" PRId64 " bytes>", s->len);
}

void text_destination(
	struct sbuf *out, const struct sockaddr_value *addr, const struct socket_facts *facts)
{
	text_sockaddr(out, addr, facts, false);
}
