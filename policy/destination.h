/*
 * Destinations: what a rule's `connect` and `bind` name, and what a call
 * reaches, in one normal form.
 *
 *   [tcp:|udp:]HOST[:PORTS]   HOST an address, [v6 address], prefix, name, `*`, or @set
 *   unix:/path/glob  unix:@abstract/glob  unix:*  vsock:CID:PORTS  *
 *
 * Parsing is pure: text in, struct out.
 */
#ifndef CALLGATE_POLICY_DESTINATION_H
#define CALLGATE_POLICY_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sbuf.h"
#include "policy/address.h"

enum destination_type {
	DESTINATION_ANY,      /* `*`: whatever the family, also those no other type speaks of */
	DESTINATION_HOST_ANY, /* `*:PORTS`, `tcp:*`: every IPv4 and IPv6 address */
	DESTINATION_PREFIX,   /* an address is a prefix of full length */
	DESTINATION_SET,      /* @loopback, ... */
	DESTINATION_NAME,
	DESTINATION_UNIX_ANY,  /* `unix:*`: paths, abstract names, unnamed */
	DESTINATION_UNIX_PATH, /* literal: absolute, links resolved where it exists */
	DESTINATION_UNIX_PATH_GLOB,
	DESTINATION_UNIX_ABSTRACT, /* a glob; `text` is without the '@' */
	DESTINATION_VSOCK,
};

/* Which transports a destination is meant for; both when none is written. */
enum { PROTOCOL_TCP = 1, PROTOCOL_UDP = 2 };

struct port_range {
	uint32_t first, last; /* inclusive */
};

/* Sorted, neither overlapping nor touching. Always at least one range. */
struct port_set {
	uint32_t len;
	struct port_range ranges[];
};

struct destination {
	uint8_t type;                 /* enum destination_type */
	uint8_t protocols;            /* PROTOCOL_* bits; 0: any, also those that are neither */
	const struct port_set *ports; /* NULL: every port, and protocols that have none */
	union {
		struct prefix prefix;
		enum address_set set;
		struct {
			const char
				*text; /* NUL-terminated, but abstract names may have NULs within */
			size_t len;
			uint32_t number; /* host name: its number in the policy's resolver */
		} name; /* host name in lower case without a final dot; Unix path, glob, or name */
		struct {
			bool any_cid;
			uint32_t cid;
		} vsock;
	};
};

/* What a destination is written for: a bind may name port 0, and 0.0.0.0 is then no loopback. */
enum destination_use { DESTINATION_CONNECT, DESTINATION_BIND };

/*
 * Reads one destination. Variable parts go to the arena. `file:` is not one
 * destination but a list: it is refused here. The error says what is wrong
 * with which part, and what is right; it has no file and line.
 */
int destination_parse(const char *text, size_t len, enum destination_use use, struct arena *arena,
	struct destination *out, struct err **err);

/* Canonical text: reading it again gives the same destination. */
void destination_print(const struct destination *destination, struct sbuf *out);

/* The ports contain this one; NULL contains all. */
bool port_set_has(const struct port_set *ports, uint32_t port);

/* Every port of `inner` is in `outer`. */
bool port_set_covers(const struct port_set *outer, const struct port_set *inner);

/* True only when every call that `inner` matches is matched by `outer`; names cover only
 * themselves. */
bool destination_covers(const struct destination *outer, const struct destination *inner);

#endif
