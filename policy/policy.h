/*
 * A policy: an ordered list of rules, defaults and budgets, made from files
 * and immutable afterwards. Deciding is pure: it allocates nothing, asks no
 * kernel, and may be done from many threads on one policy.
 *
 * The file's language is in docs/policy.md; design.md section 5 is its origin.
 */
#ifndef CALLGATE_POLICY_POLICY_H
#define CALLGATE_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"
#include "policy/program.h"
#include "policy/verdict.h"

struct policy;
struct root_view;     /* policy/root_view.h: resolves the programs a policy names */
struct name_resolver; /* policy/name_resolver.h: resolves host names */

struct policy_env {
	const struct root_view *root;    /* NULL: the caller's own root */
	struct name_resolver *resolver;  /* NULL: getaddrinfo(3) */
	/* Called for each warning while loading: "ci.yaml:12:9: ...". May be NULL. */
	void (*warn)(void *ctx, const char *text);
	void *warn_ctx;
};

/*
 * Loads and concatenates the files. On failure the error names
 * file:line:column, the offending text, what was expected, and what to do.
 */
int policy_load(const char *const *files, size_t nfiles, const struct policy_env *env,
	struct policy **out, struct err **err);

/* The same from memory; `name` stands for the file name in messages. For tests and fuzzers. */
int policy_load_text(const char *text, size_t len, const char *name,
	const struct policy_env *env, struct policy **out, struct err **err);

void policy_free(struct policy *policy);

/* Writes the policy in canonical form; loading that again gives a policy that decides the same. */
void policy_print(const struct policy *policy, struct sbuf *out);

/* What is to be decided. Everything is borrowed for the time of the decision. */
struct request {
	/* Who. lineage->program is the running program; lineage may be NULL: nothing known yet. */
	const struct lineage *lineage;
	uid_t uid; /* effective uid of the task */

	enum call_kind kind; /* CALL_KIND_OTHER is always allowed */

	/* CALL_KIND_CONNECT, CALL_KIND_BIND. */
	const struct sockaddr_value *destination;
	/* CALL_KIND_CONNECT, _BIND, _SOCKET. For socket(2), from its arguments. */
	struct socket_facts socket;
	/* A Unix socket path, resolved inside the task's root; NULL: match the address's own. */
	const char *unix_path;

	/* CALL_KIND_EXEC: the program that would run (with its script). */
	const struct program *target;

	/* CALL_KIND_SYSCALL. */
	const char *syscall;
};

/* Where a rule, default or budget stands. id is "" when it has none. */
struct rule_ref {
	const char *id;
	const char *file; /* as the user named it; NULL: no rule, built in */
	int line;
};

struct decision {
	enum verdict verdict;
	int errnum;          /* what a denied call fails with */
	struct rule_ref rule; /* the rule, or the line of the default */
	const char *reason;  /* stable dotted word: "rule", "default", "identity.changed", "syscall.denied", ... */
	const char *why;     /* the rule's own words, or NULL */
	/*
	 * What would have had to be otherwise for an earlier or later allow rule to
	 * match: index of that rule, for policy_explain_near_miss(); -1 for none.
	 */
	int near_miss;
};

void policy_decide(const struct policy *policy, const struct request *request,
	struct decision *decision);

/*
 * A denial's near miss in words, with how to mend the policy: "rule
 * package-index would allow this, but /usr/bin/python3 is a link: write
 * /usr/bin/python3.11". Adds nothing when there is none. Not for hot paths.
 */
void policy_explain_near_miss(const struct policy *policy, const struct request *request,
	const struct decision *decision, struct sbuf *out);

#endif
