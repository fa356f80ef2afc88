/* Policies and addresses from text, for tests. */
#ifndef CALLGATE_TESTS_SUPPORT_POLICY_TEXT_H
#define CALLGATE_TESTS_SUPPORT_POLICY_TEXT_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <linux/vm_sockets.h>

#include <cmocka.h>

#include "decoders/sockaddr.h"
#include "policy/policy.h"
#include "policy/root/view.h"

/* A root in which nothing is found: programs keep the paths that are written. */
static const struct root_view nowhere = { .fd = -1 };

/* Loads a policy that must be good; without an env, with programs from nowhere. */
static inline struct policy *policy_of(const char *text, const struct policy_env *env)
{
	const struct policy_env otherwise = { .root = &nowhere };
	struct policy *policy = NULL;
	struct err *err = NULL;

	if (policy_load_text(text, strlen(text), "p.yaml", env ? env : &otherwise, &policy, &err) <
		0)
		fail_msg("%s\n%s", err_text(err), text);
	return policy;
}

static inline void address_take(struct sockaddr_value *out, const void *bytes, size_t len)
{
	*out = (struct sockaddr_value){ .status = VALUE_OK, .len = (int64_t)len, .raw_len = len };
	memcpy(out->raw, bytes, len);
	sockaddr_decode(out);
}

static inline void address_of_inet(struct sockaddr_value *out, const char *host, unsigned port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		address_take(out, &in, sizeof(in));
		return;
	}
	assert_int_equal(inet_pton(AF_INET6, host, &in6.sin6_addr), 1);
	address_take(out, &in6, sizeof(in6));
}

/* "/path", or "@name"; "" is unnamed. */
static inline void address_of_unix(struct sockaddr_value *out, const char *name, size_t len)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	memcpy(un.sun_path, name, len);
	if (len && name[0] == '@')
		un.sun_path[0] = '\0';
	address_take(out, &un, offsetof(struct sockaddr_un, sun_path) + len);
}

static inline void address_of_vsock(struct sockaddr_value *out, unsigned cid, unsigned port)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = port };

	address_take(out, &vm, sizeof(vm));
}

static const struct socket_facts socket_tcp4 = { true, AF_INET, SOCK_STREAM, IPPROTO_TCP };
static const struct socket_facts socket_udp4 = { true, AF_INET, SOCK_DGRAM, IPPROTO_UDP };

#endif
