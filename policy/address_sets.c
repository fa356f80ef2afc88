#include <string.h>

#include "policy/address.h"

#define V4(a, b, c, d, n)                                                                          \
	{                                                                                          \
		.addr = { 32, { a, b, c, d } }, .len = n                                           \
	}
#define V6(n, ...)                                                                                 \
	{                                                                                          \
		.addr = { 128, { __VA_ARGS__ } }, .len = n                                         \
	}
#define LAST(x) [15] = (x)

static const struct prefix loopback[] = {
	V4(127, 0, 0, 0, 8),
	V6(128, LAST(1)),
};

static const struct prefix private[] = {
	V4(10, 0, 0, 0, 8), V4(172, 16, 0, 0, 12), V4(192, 168, 0, 0, 16), /* RFC 1918 */
	V6(7, 0xfc),                                                       /* RFC 4193 */
};

static const struct prefix link_local[] = {
	V4(169, 254, 0, 0, 16), /* RFC 3927 */
	V6(10, 0xfe, 0x80),     /* RFC 4291 2.5.6 */
};

static const struct prefix multicast[] = {
	V4(224, 0, 0, 0, 4), /* RFC 5771 */
	V6(8, 0xff),         /* RFC 4291 2.7 */
};

/* As the documentation of each cloud gives them. */
static const struct prefix metadata[] = {
	/* AWS, Azure, Google Cloud, Oracle, OpenStack, DigitalOcean, Hetzner: IMDS */
	V4(169, 254, 169, 254, 32),
	/* AWS ECS: task credentials; EKS Pod Identity */
	V4(169, 254, 170, 2, 32),
	V4(169, 254, 170, 23, 32),
	V6(128, 0xfd, 0x00, 0x0e, 0xc2, LAST(0x23)),
	/* AWS: IMDS over IPv6, fd00:ec2::254 */
	V6(128, 0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, LAST(0x54)),
	/* Google Cloud: metadata.google.internal over IPv6, fd20:ce::254 */
	V6(128, 0xfd, 0x20, 0x00, 0xce, [14] = 0x02, LAST(0x54)),
	/* Oracle Cloud over IPv6, fd00:c1::a9fe:a9fe; its older service */
	V6(128, 0xfd, 0x00, 0x00, 0xc1, [12] = 0xa9, 0xfe, 0xa9, 0xfe),
	V4(192, 0, 0, 192, 32),
	/* OpenStack Nova over IPv6, fe80::a9fe:a9fe */
	V6(128, 0xfe, 0x80, [12] = 0xa9, 0xfe, 0xa9, 0xfe),
	/* Scaleway, fd00:42::42 */
	V4(169, 254, 42, 42, 32),
	V6(128, 0xfd, 0x00, 0x00, 0x42, LAST(0x42)),
	/* Alibaba Cloud */
	V4(100, 100, 100, 200, 32),
	/* Tencent Cloud */
	V4(169, 254, 0, 23, 32),
	/* Azure: WireServer; a public address that never leaves the host */
	V4(168, 63, 129, 16, 32),
};

/*
 * What is not global: the IANA registries of special-purpose addresses where
 * they say "globally reachable: false" (RFC 6890), multicast, what is not
 * allocated as global unicast, and the one metadata address among the global.
 */
static const struct prefix not_global[] = {
	V4(0, 0, 0, 0, 8),
	V4(10, 0, 0, 0, 8),
	V4(100, 64, 0, 0, 10),
	V4(127, 0, 0, 0, 8),
	V4(168, 63, 129, 16, 32),
	V4(169, 254, 0, 0, 16),
	V4(172, 16, 0, 0, 12),
	V4(192, 0, 0, 0, 24),
	V4(192, 0, 2, 0, 24),
	V4(192, 88, 99, 0, 24),
	V4(192, 168, 0, 0, 16),
	V4(198, 18, 0, 0, 15),
	V4(198, 51, 100, 0, 24),
	V4(203, 0, 113, 0, 24),
	V4(224, 0, 0, 0, 3),
	V6(3, 0x00), /* ::/3, 4000::/2, 8000::/1: only 2000::/3 is global unicast (RFC 4291 2.4) */
	V6(2, 0x40),
	V6(1, 0x80),
	V6(23, 0x20, 0x01),
	V6(32, 0x20, 0x01, 0x0d, 0xb8),
	V6(16, 0x20, 0x02), /* 6to4 is matched as the IPv4 it stands for */
	V6(20, 0x3f, 0xff),
};

#define ROWS(a) a, sizeof(a) / sizeof((a)[0])

static const struct {
	const char *name;
	const struct prefix *rows;
	size_t len;
	bool complement; /* the set is what the rows leave */
} sets[] = {
	[SET_LOOPBACK] = { "loopback", ROWS(loopback), false },
	[SET_PRIVATE] = { "private", ROWS(private), false },
	[SET_LINK_LOCAL] = { "link-local", ROWS(link_local), false },
	[SET_MULTICAST] = { "multicast", ROWS(multicast), false },
	[SET_METADATA] = { "metadata", ROWS(metadata), false },
	[SET_GLOBAL] = { "global", ROWS(not_global), true },
	[SET_RESOLVERS] = { "resolvers", NULL, 0, false },
};

const char *address_set_name(enum address_set set)
{
	return sets[set].name;
}

bool address_set_has(enum address_set set, const struct address *addr)
{
	for (size_t i = 0; i < sets[set].len; i++)
		if (prefix_has(&sets[set].rows[i], addr))
			return !sets[set].complement;
	return sets[set].complement;
}

/* Gives the parts of `within` that no row covers, halving it where rows lie within. */
static void complement_each(
	enum address_set set, const struct prefix *within, address_set_fn *fn, void *ctx)
{
	struct prefix half = *within;
	bool divided = false;

	for (size_t i = 0; i < sets[set].len; i++) {
		if (prefix_covers(&sets[set].rows[i], within))
			return;
		divided |= prefix_covers(within, &sets[set].rows[i]);
	}
	if (!divided) {
		fn(ctx, within);
		return;
	}
	half.len++;
	complement_each(set, &half, fn, ctx);
	half.addr.bytes[within->len / 8] |= (uint8_t)(0x80U >> (within->len % 8));
	complement_each(set, &half, fn, ctx);
}

void address_set_each(enum address_set set, address_set_fn *fn, void *ctx)
{
	static const struct prefix whole[] = { { .addr.bits = 32 }, { .addr.bits = 128 } };

	if (sets[set].complement) {
		complement_each(set, &whole[0], fn, ctx);
		complement_each(set, &whole[1], fn, ctx);
		return;
	}
	for (size_t i = 0; i < sets[set].len; i++)
		fn(ctx, &sets[set].rows[i]);
}
