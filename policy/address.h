/*
 * IP addresses and prefixes in one normal form, and the named sets of them.
 *
 * An IPv6 address that stands for an IPv4 one is that IPv4 address: mapped
 * ::ffff:0:0/96 (RFC 4291), NAT64 64:ff9b::/96 (RFC 6052), 6to4 2002::/16
 * (RFC 3056). In a connect, the unspecified address is loopback, as in Linux.
 */
#ifndef CALLGATE_POLICY_ADDRESS_H
#define CALLGATE_POLICY_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sbuf.h"

struct address {
	uint8_t bits;      /* 32 or 128 */
	uint8_t bytes[16]; /* network order; the first 4 when bits is 32, the rest 0 */
};

struct prefix {
	struct address addr; /* bits after len are 0 */
	uint8_t len;
};

/* Normal form of an address in a call or a policy; `connect`: 0.0.0.0 and :: are loopback. */
void address_from_in(const struct in_addr *in, bool connect, struct address *out);
void address_from_in6(const struct in6_addr *in6, bool connect, struct address *out);

/* The same of "192.0.2.1" or "2001:db8::1". Returns false when it is neither; a zone is none. */
bool address_from_text(const char *text, bool connect, struct address *out);

/* Normal form of a prefix with no bits after len: 2002:a00::/24 is 10.0.0.0/8. */
void prefix_normalise(struct prefix *prefix, bool connect);

bool address_equal(const struct address *a, const struct address *b);
bool prefix_has(const struct prefix *prefix, const struct address *addr);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

/* "10.1.2.3", "2001:db8::1" without brackets. */
void address_print(const struct address *addr, struct sbuf *out);

/* "10.0.0.0/8"; without the length when it is full. */
void prefix_print(const struct prefix *prefix, struct sbuf *out);

enum address_set {
	SET_LOOPBACK,   /* 127.0.0.0/8, ::1 */
	SET_PRIVATE,    /* RFC 1918, RFC 4193 */
	SET_LINK_LOCAL, /* 169.254.0.0/16, fe80::/10 */
	SET_MULTICAST,  /* 224.0.0.0/4, ff00::/8 */
	SET_METADATA,   /* where clouds serve an instance its credentials */
	SET_GLOBAL,     /* what the public Internet routes; nothing of @metadata */
	SET_RESOLVERS,  /* of resolv.conf when the policy was loaded; the only one not built in */
	SET_COUNT
};

/* Without the '@'. */
const char *address_set_name(enum address_set set);

/* Is the address in the set? Always false for SET_RESOLVERS. */
bool address_set_has(enum address_set set, const struct address *addr);

/* Gives the prefixes that make up a built-in set, none of them within another. */
typedef void address_set_fn(void *ctx, const struct prefix *prefix);
void address_set_each(enum address_set set, address_set_fn *fn, void *ctx);

#endif
