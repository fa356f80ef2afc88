#include "policy/address.h"

#include <arpa/inet.h>
#include <string.h>

/* Ranges of IPv6 that stand for an IPv4 address, and where in them it is. */
struct embedding {
	uint8_t head[12];
	uint8_t head_bits;
	uint8_t offset; /* bytes before the IPv4 address */
};

static const struct embedding embeddings[] = {
	/* ::ffff:0:0/96, RFC 4291 2.5.5.2 */
	{ { [10] = 0xff, [11] = 0xff }, 96, 12 },
	/* 64:ff9b::/96, RFC 6052 2.1 */
	{ { [0] = 0x00, [1] = 0x64, [2] = 0xff, [3] = 0x9b }, 96, 12 },
	/* 2002::/16, RFC 3056 2 */
	{ { [0] = 0x20, [1] = 0x02 }, 16, 2 },
};

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8))
		return false;
	return !rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest));
}

static void clear_after(uint8_t *bytes, unsigned size, unsigned bits)
{
	unsigned whole = (bits + 7) / 8;

	if (bits % 8)
		bytes[bits / 8] &= (uint8_t)(0xff00U >> (bits % 8));
	memset(bytes + whole, 0, size - whole);
}

static const struct embedding *embedding_of(const struct address *addr, unsigned len)
{
	if (addr->bits != 128)
		return NULL;
	for (size_t i = 0; i < sizeof(embeddings) / sizeof(embeddings[0]); i++) {
		const struct embedding *e = &embeddings[i];

		if (len >= e->head_bits && bits_equal(addr->bytes, e->head, e->head_bits))
			return e;
	}
	return NULL;
}

/* Linux connects an unspecified address to this host: ip(7), ipv6(7). */
static void unspecified_is_loopback(struct address *addr)
{
	static const uint8_t zero[16];

	if (memcmp(addr->bytes, zero, sizeof(zero)) != 0)
		return;
	if (addr->bits == 32)
		addr->bytes[0] = 127;
	addr->bytes[addr->bits / 8 - 1] = 1;
}

void prefix_normalise(struct prefix *prefix, bool connect)
{
	const struct embedding *e = embedding_of(&prefix->addr, prefix->len);
	struct address *addr = &prefix->addr;

	if (e) {
		unsigned len = prefix->len - 8U * e->offset;

		memmove(addr->bytes, addr->bytes + e->offset, 4);
		memset(addr->bytes + 4, 0, sizeof(addr->bytes) - 4);
		addr->bits = 32;
		prefix->len = (uint8_t)(len > 32 ? 32 : len);
	}
	clear_after(addr->bytes, sizeof(addr->bytes), prefix->len);
	if (connect && prefix->len == addr->bits)
		unspecified_is_loopback(addr);
}

void address_from_in(const struct in_addr *in, bool connect, struct address *out)
{
	*out = (struct address){ .bits = 32 };
	memcpy(out->bytes, in, 4);
	if (connect && in->s_addr == 0)
		unspecified_is_loopback(out);
}

void address_from_in6(const struct in6_addr *in6, bool connect, struct address *out)
{
	struct prefix prefix = { .addr.bits = 128, .len = 128 };

	memcpy(prefix.addr.bytes, in6, 16);
	prefix_normalise(&prefix, connect);
	*out = prefix.addr;
}

bool address_from_text(const char *text, bool connect, struct address *out)
{
	struct in6_addr in6;
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) == 1)
		address_from_in(&in, connect, out);
	else if (inet_pton(AF_INET6, text, &in6) == 1)
		address_from_in6(&in6, connect, out);
	else
		return false;
	return true;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->bits == b->bits && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool prefix_has(const struct prefix *prefix, const struct address *addr)
{
	return prefix->addr.bits == addr->bits &&
	       bits_equal(prefix->addr.bytes, addr->bytes, prefix->len);
}

bool prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->len <= inner->len && prefix_has(outer, &inner->addr);
}

void address_print(const struct address *addr, struct sbuf *out)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(addr->bits == 32 ? AF_INET : AF_INET6, addr->bytes, text, sizeof(text));
	sbuf_str(out, text);
}

void prefix_print(const struct prefix *prefix, struct sbuf *out)
{
	address_print(&prefix->addr, out);
	if (prefix->len != prefix->addr.bits)
		sbuf_fmt(out, "/%u", prefix->len);
}
