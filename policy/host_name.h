/* Host names as a policy may write them: RFC 1123, with the underscores of practice. */
#ifndef CALLGATE_POLICY_HOST_NAME_H
#define CALLGATE_POLICY_HOST_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What is wrong with the name, in words that follow "the host name has", or
 * NULL. A final dot is not part of it.
 */
const char *host_name_fault(const char *name, size_t len);

/*
 * Only right as an IPv4 address: its last label is a number, as in 10.1 or
 * 0x7f.1, and resolvers would take it for one (inet_aton(3)).
 */
bool host_name_is_numeric(const char *name, size_t len);

/* Not empty, without a fault, and not numeric. */
bool host_name_is_good(const char *name);

#endif
