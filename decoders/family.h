/*
 * Address families: what each makes of a socket address. A new one is a file of its own,
 * family/NAME.c, that defines NAME_family, and a line in ADDRESS_FAMILIES. One that is
 * not there is shown by its name and its raw bytes.
 */
#ifndef CALLGATE_DECODERS_FAMILY_H
#define CALLGATE_DECODERS_FAMILY_H

#include <sys/socket.h>

#include "base/sbuf.h"
#include "decoders/json/parts.h"
#include "decoders/json_read/parts.h"
#include "decoders/socket_facts.h"
#include "decoders/value.h"

/* FAMILY(number, name): AF_UNSPEC is read as inet, as a send on a UDP socket takes it. */
/* clang-format off */
#define ADDRESS_FAMILIES(FAMILY)        \
	FAMILY(AF_UNSPEC, inet)         \
	FAMILY(AF_UNIX, unix)           \
	FAMILY(AF_INET, inet)           \
	FAMILY(AF_INET6, inet6)         \
	FAMILY(AF_NETLINK, netlink)     \
	FAMILY(AF_PACKET, packet)       \
	FAMILY(AF_CAN, can)             \
	FAMILY(AF_BLUETOOTH, bluetooth) \
	FAMILY(AF_ALG, alg)             \
	FAMILY(AF_VSOCK, vsock)         \
	FAMILY(AF_XDP, xdp)
/* clang-format on */

struct address_family {
	size_t min_len; /* the shortest address of the family that the kernel takes */
	/*
	 * Fills the members of struct sockaddr_value, where somebody besides this family's file
	 * reads them. False: no address of the family. NULL: nothing to fill.
	 */
	bool (*decode)(struct sockaddr_value *s);
	/* Both get decoded addresses only. facts may be NULL. */
	void (*text)(
		struct sbuf *out, const struct sockaddr_value *s, const struct socket_facts *facts);
	void (*json)(struct json_out *out, const struct sockaddr_value *s,
		const struct socket_facts *facts);
	/*
	 * Puts raw together again from what json() wrote. False: the members are not those of
	 * an address. NULL: a policy speaks of the family only, which is all it gets.
	 */
	bool (*read)(const struct json_in *in, struct sockaddr_value *s);
};

#define ADDRESS_FAMILY_DECLARED(number, name) extern const struct address_family name##_family;
ADDRESS_FAMILIES(ADDRESS_FAMILY_DECLARED)
#undef ADDRESS_FAMILY_DECLARED

/* NULL for a family that is not there. */
const struct address_family *address_family_of(unsigned number);

/*
 * Addresses shorter than the family's struct are read as if zeros followed: the kernel
 * takes the shorter forms that min_len allows for.
 */
void address_padded(const struct sockaddr_value *s, void *to, size_t size);

/* The address is these bytes, at most as many as raw has room for. */
void address_set_raw(struct sockaddr_value *s, const void *raw, size_t len);

#endif
