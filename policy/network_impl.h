/* Deciding by the network mode, for the files of this room only. */
#ifndef CALLGATE_POLICY_NETWORK_IMPL_H
#define CALLGATE_POLICY_NETWORK_IMPL_H

#include "policy/impl.h"
#include "policy/network.h"
#include "policy/target.h"

struct network_denial {
	const char *reason, *why;
	int errnum;
	struct place place;
};

/* True when the mode denies the request, whatever the rules say. */
bool network_denies(const struct policy *policy, const struct request *request,
	const struct target *target, struct network_denial *out);

#endif
