/*
 * Deciding about one call: a request to be changed by the test, and what came of it.
 */
#ifndef CALLGATE_TESTS_DECIDED_REQUEST_H
#define CALLGATE_TESTS_DECIDED_REQUEST_H

#include "tests/support/fake_root.h"
#include "tests/support/policy_text.h"

#include "policy/identity.h"

#define HEAD "version: 1\ndefault: deny\n"

static const struct program curl = { .path = "/usr/bin/curl" };
static const struct lineage by_curl = { NULL, &curl };

/* A connect by curl over TCP, to be changed by the test. */
static inline struct request connect_to(const struct sockaddr_value *address)
{
	return (struct request){ .lineage = &by_curl,
		.by_path = true,
		.kind = CALL_KIND_CONNECT,
		.destination = address,
		.is_connect = true,
		.socket = socket_tcp4 };
}

static inline struct decision decide(const struct policy *policy, const struct request *request)
{
	struct decision decision;

	memset(&decision, 0xa5, sizeof(decision));
	policy_decide(policy, request, &decision);
	return decision;
}

static inline void expect(const struct policy *policy, const struct request *request,
	enum verdict verdict, const char *reason)
{
	struct decision got = decide(policy, request);

	assert_string_equal(verdict_name(got.verdict), verdict_name(verdict));
	assert_string_equal(got.reason, reason);
	assert_true((got.verdict == VERDICT_ALLOW) == (got.errnum == 0));
}

#endif
