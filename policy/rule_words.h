/*
 * The way back from a call to the words of a policy: what to write so that a
 * rule speaks of just this program, destination or socket.
 *
 * Each adds one quoted YAML scalar. False, with nothing added, when no policy
 * can name it: a path that is relative or no UTF-8, an unreadable address.
 */
#ifndef CALLGATE_POLICY_RULE_WORDS_H
#define CALLGATE_POLICY_RULE_WORDS_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "policy/policy.h"

/* A literal path, for `exe`, `script`, `lineage`, `exec`: "/usr/bin/curl". */
bool rule_words_program(const char *path, struct sbuf *out);

/* A variable's name, for `env: {keep: ...}`: "LD_PRELOAD". */
bool rule_words_variable(const char *name, struct sbuf *out);

/*
 * For `connect` and `bind`: "tcp:192.0.2.7:443", "unix:/run/x.sock", of the
 * request's destination and socket. Protocol and port are left out where they
 * are not known, and the rule allows more.
 */
bool rule_words_destination(const struct request *request, struct sbuf *out);

/* For `socket`: "inet/stream", "netlink:route/raw", of the request's socket. */
bool rule_words_socket(const struct request *request, struct sbuf *out);

#endif
