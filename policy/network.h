/*
 * Network modes: a bound on what the whole tree of processes may do with
 * sockets, that no rule can widen. What a mode lets pass is judged by the rules
 * as ever.
 *
 * And the kinds of sockets that no default allows: those that see or make
 * whole packets, or lead somewhere that no destination speaks of.
 */
#ifndef CALLGATE_POLICY_NETWORK_H
#define CALLGATE_POLICY_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/model.h"

enum network_mode {
	NETWORK_OPEN,       /* no bound */
	NETWORK_RESTRICTED, /* Unix sockets only */
	NETWORK_PROXY,      /* IPv4 and IPv6, and connects to the proxies only */
};

struct network {
	enum network_mode mode;
	struct place place; /* file is NULL: the policy does not speak of it */
	bool plain;         /* restricted: by the call alone, whatever its socket is */
	bool unix_pairs;    /* proxy: socketpair(2) may make Unix sockets */
	/* proxy: those that are listed, or else those that the environment names. */
	struct destination_list listed, found;
};

const struct network *policy_network(const struct policy *policy);

/*
 * Does the policy's mode judge a call of this name by its socket, though it is
 * none of the kinds that rules speak of: accept, listen, getsockopt, ...?
 */
bool policy_network_judges(const struct policy *policy, const char *call);

/* The i-th name of a call that must be stopped for the mode's sake; NULL past the last. */
const char *policy_network_call(const struct policy *policy, size_t i);

/* True for a socket that only a rule may allow, and no default. */
bool network_needs_rule(const struct socket_facts *socket, const char **why);

/*
 * Why a run cannot begin under this mode, as an error that says what to do:
 * proxy, and there is none. 0 when it can.
 */
int policy_network_ready(const struct policy *policy, struct err **err);

#endif
