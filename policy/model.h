/*
 * What a policy is inside: the rules as written, resolved, in file order.
 * Immutable once loaded. For the rest of this room, and for lint; others use
 * policy.h. The indexes made from it are in index.h.
 *
 * Two principles of matching that every reader of the model needs:
 *
 * - A rule matches when each of its who conditions matches (exe and script and
 *   lineage and uid and stack), and its what for the call's kind does; within one list
 *   any element will do.
 * - What is not certain is decided against the call. An allow rule matches
 *   only what is known to be what it names. A rule that restricts (deny, ask,
 *   kill) matches also what may be what it names: a program replaced at the
 *   same path, a socket whose protocol is not known, a raw socket, whose
 *   packets say for themselves, a Unix path that could not be resolved, a user
 *   who is not known, a module that is not known.
 */
#ifndef CALLGATE_POLICY_MODEL_H
#define CALLGATE_POLICY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "decoders/call.h"
#include "policy/destination.h"
#include "policy/identity.h"
#include "policy/policy.h"
#include "policy/program.h"
#include "policy/root/view.h"
#include "policy/verdict.h"

/* Where something stands in a policy file; lines and columns count from 1. */
struct place {
	const char *file; /* as the user named it */
	int line, column;
};

/* One program a rule or budget names. */
struct program_pattern {
	struct place place;
	const char *text; /* as written */
	const char
		*path; /* glob: the pattern; literal: canonical path, or the text if unresolved */
	bool glob;     /* path is a glob over canonical paths */
	bool resolved; /* literal that was found at load: id is known */
	bool pinned;   /* sha256 was given */
	bool sha256_differs; /* the content found at load was another */
	bool sha256_unknown; /* it could not be read: an allow rule matches nothing */
	struct identity id;
	mode_t mode; /* resolved: type and permissions */
	uid_t uid;   /* resolved: owner */
	uint8_t sha256[SHA256_BYTES];
	uint32_t path_id; /* literal: number of `path` among all literals of the policy */
};

/* An empty list is no condition: any program, also a nameless one. */
struct program_list {
	const struct program_pattern *items;
	size_t len;
};

struct uid_range {
	uid_t first, last; /* inclusive */
};

struct uid_list {
	const struct uid_range *items; /* sorted, apart */
	size_t len;                    /* 0: no condition */
};

/* An empty list is no condition; else the module must match one of the patterns. */
struct module_list {
	const char *const *items; /* as written; without a '/', of the file's name alone */
	size_t len;
};

struct destination_list {
	const struct destination *items;
	const struct place *places; /* of each item; for a `file:` list, the line in that file */
	size_t len;                 /* 0 where the rule has the kind: any destination */
};

/* `inet/stream`, `netlink:route`; what is not written is any. */
struct socket_pattern {
	int family;   /* AF_*, SOCKET_ANY for `*` */
	int type;     /* SOCK_*, or SOCKET_ANY */
	int protocol; /* or SOCKET_ANY */
};

enum { SOCKET_ANY = -1 };

struct socket_list {
	const struct socket_pattern *items;
	size_t len; /* 0 where the rule has the kind: any socket */
};

/* Bit of a kind in rule.kinds. */
static inline unsigned kind_bit(enum call_kind kind)
{
	return 1U << kind;
}

/* The kinds a rule can speak of. */
enum {
	KINDS_ALL = 1 << CALL_KIND_CONNECT | 1 << CALL_KIND_BIND | 1 << CALL_KIND_EXEC |
		    1 << CALL_KIND_SPAWN | 1 << CALL_KIND_SOCKET,
	CALL_KIND_COUNT = CALL_KIND_SYSCALL + 1,
};

struct rule {
	uint32_t index; /* in policy order; also that of policy_rule() */
	const char *id; /* "" when it has none */
	struct place place;
	enum verdict verdict;
	int errnum;      /* deny: what the call fails with; 0: the default of its kind */
	const char *why; /* or NULL */

	struct program_list exe, script, lineage;
	struct uid_list uid;
	struct module_list stack; /* a hint: programs choose what their stacks say */

	unsigned kinds;  /* kind_bit() of each kind it judges */
	bool every_kind; /* it has no what at all: kinds is KINDS_ALL, every list below is empty */
	struct destination_list connect, bind;
	struct program_list exec; /* the program that would run, or its script */
	struct socket_list socket;
};

/* What a kind of call gets when no rule matches. */
struct policy_default {
	enum verdict verdict;
	struct place place; /* file is NULL when the policy does not name the kind: deny */
};

/* A change to the list of system calls denied by default. */
struct syscall_edit {
	const char *name;
	bool deny;
	struct place place;
};

const struct rule *policy_rule(const struct policy *policy, size_t index);
const struct policy_default *policy_default_of(const struct policy *policy, enum call_kind kind);

/* Host names the policy has; NULL past the last. With the place of one mention. */
const char *policy_name(const struct policy *policy, size_t i, struct place *place);

/* The root view of the load; NULL: the caller's own root. */
const struct root_view *policy_root(const struct policy *policy);

/*
 * True only when every call that `later` matches is matched by `earlier` too,
 * so that after it `later` never decides. False may mean "not known".
 */
bool rule_covers(const struct rule *earlier, const struct rule *later);

/* "ID (FILE:LINE)", or "FILE:LINE" for a rule without id. */
void rule_name(const struct rule *rule, struct sbuf *out);

#endif
