/*
 * Who makes a call, in the form that rules are matched against: each program
 * with its number among the paths of the policy, found once.
 */
#ifndef CALLGATE_POLICY_WHO_H
#define CALLGATE_POLICY_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/model.h"

/* How far a rule, or one condition of it, matches. Ordered: the lesser of two holds for both. */
enum match {
	MATCH_NO,
	MATCH_CHANGED, /* it would, but a program is not the one seen when the policy was loaded */
	MATCH_YES,
};

/* A file with a name: a program or a script. */
struct named {
	const char *path; /* NULL: there is none, or it is nameless; matches nothing */
	uint32_t path_id; /* PATH_NONE: no rule names it literally */
	bool same;        /* it is the file that the policy saw at that path, or saw none */
};

enum { WHO_LINKS = 32 };

struct who {
	const struct policy *policy;
	const struct request *request;
	struct named exe, script;
	/* Programs and scripts of the lineage that have names; looked up when first needed. */
	struct named links[WHO_LINKS];
	unsigned nlinks;
	const struct lineage *rest; /* what did not fit into links */
	bool has_links;
};

/* The patterns of a list, split by how they are looked up. */
struct program_matcher {
	const uint32_t *ids;                      /* numbers of literal paths, sorted, each once */
	const struct program_pattern *const *odd; /* globs, and pins that did not hold */
	uint32_t nids, nodd;
	uint32_t first, last; /* of ids: often all between them are in it */
	bool all;             /* the list is empty: no condition */
};

void who_of(const struct policy *policy, const struct request *request, struct who *out);

/* Fills links and rest. */
void who_find_links(struct who *who);

/* A program and its script by themselves: what an exec would run. */
struct named named_program(
	const struct policy *policy, const struct program *program, bool by_path);
struct named named_script(const struct policy *policy, const struct program *program, bool by_path);

/* One named file against a list; restrictive: see model.h. */
enum match matcher_named(
	const struct program_matcher *matcher, const struct named *named, bool restrictive);

/* The same for any program or script of the lineage. */
enum match matcher_lineage(
	const struct program_matcher *matcher, struct who *who, bool restrictive);

/* One pattern, as matcher_named() does it for a list. */
enum match pattern_named(
	const struct program_pattern *pattern, const struct named *named, bool restrictive);

/* (uid_t)-1 is a user nobody could find out: it is whom a restrictive rule names. */
bool uid_list_has(const struct uid_list *list, uid_t uid, bool restrictive);

static inline enum match match_and(enum match a, enum match b)
{
	return a < b ? a : b;
}

static inline enum match match_or(enum match a, enum match b)
{
	return a > b ? a : b;
}

#endif
