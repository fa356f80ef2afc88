/*
 * What a call reaches, in the form that rules are matched against: made once
 * from a request, on the caller's stack.
 */
#ifndef CALLGATE_POLICY_TARGET_H
#define CALLGATE_POLICY_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/model.h"

/* Which destinations can speak of it. */
enum target_class {
	TARGET_INET,
	TARGET_UNIX,
	TARGET_VSOCK,
	TARGET_OTHER, /* every other family: only `*` */
	TARGET_CLASSES,
	TARGET_NONE = TARGET_CLASSES, /* the call names no destination, or undoes one */
	TARGET_UNREADABLE,            /* what it names cannot be known */
};

enum target_protocol {
	TARGET_TCP,
	TARGET_UDP,
	TARGET_PORTS,     /* neither, but with ports of its own: SCTP, DCCP */
	TARGET_PORTLESS,  /* known to have no ports: ICMP */
	TARGET_UNCERTAIN, /* not known; a raw socket's packets may be anything */
};

struct target {
	enum target_class class;
	int errnum; /* unreadable: what the kernel would say */

	/* inet, vsock */
	struct address addr;
	uint32_t cid, port; /* the port is not to be trusted when `port_uncertain` */
	enum target_protocol protocol;
	bool port_uncertain;

	/* unix: a path, or an abstract name without its NUL; unnamed is an empty abstract name */
	bool abstract;
	bool path_uncertain; /* relative, or with "..": it names who knows what */
	const char *name;
	size_t name_len;
	char buf[128]; /* of the name, when it had to be tidied */
};

void target_of(const struct request *request, struct target *out);

/* Can a destination of this type speak of the class at all? */
bool destination_speaks_of(const struct destination *destination, enum target_class class);

/* Protocol and ports of a destination against the target's. */
bool transport_matches(uint8_t protocols, const struct port_set *ports, const struct target *target,
	bool restrictive);

/*
 * One destination against the target; restrictive: see model.h. Whether a name
 * or @resolvers has the address is asked of the policy.
 */
bool destination_matches(const struct policy *policy, const struct destination *destination,
	const struct target *target, bool restrictive);

/* The host, path or name alone: without protocol and ports. */
bool destination_host_matches(const struct policy *policy, const struct destination *destination,
	const struct target *target, bool restrictive);

#endif
