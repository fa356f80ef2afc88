/*
 * The sockets that were bound by bind(2), as far as it is known: callgate makes every bind of an
 * enforced run itself. Of a socket that has a port the kernel does not say whether it is bound to
 * it, or connect(2) gave it one, which it loses with its connection; and to try by a
 * bind of our own would change what other processes share.
 */
#ifndef CALLGATE_SUPERVISOR_BOUND_SOCKETS_H
#define CALLGATE_SUPERVISOR_BOUND_SOCKETS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { BOUND_SOCKETS = 4096 };

/* All zero: none is known. Who comes later takes the place of who was there. For any thread. */
struct bound_sockets {
	/* supervisor/socket_cookie.h: the place is the cookie's remainder. */
	_Atomic uint64_t cookies[BOUND_SOCKETS];
};

/* A bind(2) on the socket of our descriptor has succeeded. */
void bound_sockets_add(struct bound_sockets *bound, int fd);

bool bound_sockets_has(const struct bound_sockets *bound, int fd);

#endif
