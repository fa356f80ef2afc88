/* The name servers of this host: what @resolvers stands for. */
#ifndef CALLGATE_POLICY_RESOLVERS_H
#define CALLGATE_POLICY_RESOLVERS_H

#include <stddef.h>

#include "policy/address.h"

/*
 * Those of a file as in resolv.conf(5); NULL: /etc/resolv.conf. Where it names none, or
 * cannot be read, this host is asked, as the resolver does. An array the caller frees;
 * NULL when there is no memory.
 */
struct address *resolvers_read(const char *path, size_t *len);

#endif
