/*
 * What a socket is, asked of the kernel (SO_DOMAIN, SO_TYPE, SO_PROTOCOL in
 * socket(7)) on a duplicate of the task's descriptor. An address alone does
 * not say whether it will be reached by TCP or UDP.
 */
#ifndef CALLGATE_DECODERS_SOCKET_FACTS_H
#define CALLGATE_DECODERS_SOCKET_FACTS_H

#include <stdbool.h>

struct socket_facts {
	bool known;
	int family;   /* AF_* */
	int type;     /* SOCK_*, without flags */
	int protocol; /* as in the family; IPPROTO_TCP for a TCP socket made with protocol 0 */
};

#endif
