/* What a file like /etc/hosts says of addresses: hosts(5). */
#ifndef CALLGATE_POLICY_HOSTS_FILE_H
#define CALLGATE_POLICY_HOSTS_FILE_H

#include "policy/address.h"

/* The first name of a line, in lower case; borrowed for the call. */
typedef void hosts_file_fn(void *ctx, const struct address *addr, const char *name);

/* In the file's order. A file that is not there, and lines that are no such, say nothing. */
void hosts_file_each(const char *path, hosts_file_fn *fn, void *ctx);

#endif
