/* What an address is called, as far as that is known without asking anybody. */
#ifndef CALLGATE_POLICY_KNOWN_NAMES_H
#define CALLGATE_POLICY_KNOWN_NAMES_H

#include "base/sbuf.h"
#include "policy/policy.h"

/*
 * Adds the names of the request's address, "db.example.org (/etc/hosts)": those the
 * policy speaks of and that had it among their last answers, and those of a file
 * like hosts(5). Of loopback addresses nothing is said. Names are safe to show.
 */
void known_names(const struct policy *policy, const char *hosts, const struct request *request,
	struct sbuf *out);

#endif
