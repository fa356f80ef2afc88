/* What the kernel says of a socket, asked once: a program makes many calls on few sockets. */
#ifndef CALLGATE_SUPERVISOR_SOCKET_MEMORY_H
#define CALLGATE_SUPERVISOR_SOCKET_MEMORY_H

#include <stdint.h>

#include "decoders/socket_facts.h"

enum { SOCKETS_REMEMBERED = 64 };

/* All zero: nothing is known yet. The place of a socket is its cookie's remainder. */
struct socket_memory {
	struct socket_seen {
		uint64_t cookie; /* 0: none, no socket has that */
		struct socket_facts facts;
	} seen[SOCKETS_REMEMBERED];
};

/* Fills facts of a descriptor of ours; they stay unknown when it is no socket. */
void socket_ask(struct socket_memory *memory, int fd, struct socket_facts *facts);

#endif
