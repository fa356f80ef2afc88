/* What the command starts with: resource limits, and the user it runs as. */
#ifndef CALLGATE_POLICY_LIMITS_H
#define CALLGATE_POLICY_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/model.h"

enum limit {
	LIMIT_NPROC,  /* processes of the user, callgate's among them */
	LIMIT_CORE,   /* bytes of a core file */
	LIMIT_NOFILE, /* one more than the highest descriptor */
	LIMIT_FSIZE,  /* bytes of a file that is written */
	LIMIT_AS,     /* bytes of address space of a process */
	LIMIT_CPU,    /* seconds of a process */
	LIMIT_COUNT
};

/* "nproc", ... as in the policy. */
const char *limit_name(enum limit limit);

struct limit_value {
	struct place place; /* file is NULL: not bounded */
	uint64_t value;
};

struct limits {
	struct limit_value of[LIMIT_COUNT];
};

/* Whom to become, when started as root. */
struct run_as {
	struct place user_place, group_place; /* file is NULL: not given */
	uid_t uid;
	gid_t gid; /* of the group, or else the user's own */
};

const struct limits *policy_limits(const struct policy *policy);
const struct run_as *policy_run_as(const struct policy *policy);

#endif
