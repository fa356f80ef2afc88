/* A policy loaded for a subcommand that runs nothing, and the resolver of its names. */
#ifndef CALLGATE_SUPERVISOR_POLICIES_H
#define CALLGATE_SUPERVISOR_POLICIES_H

#include "base/err.h"
#include "policy/name_resolver.h"
#include "policy/policy.h"

struct root_view;

struct policies {
	struct policy *policy;
	struct name_resolver *resolver;
	struct root_view *root; /* with its descriptor; NULL: callgate's own root */
};

#define cleanup_policies __attribute__((cleanup(policies_free)))

/* Loads the files, whose list ends with NULL, as one policy; warnings go to warn. */
int policies_load(struct policies *policies, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err);

/* The same for a command that has another root: programs are looked up there. `root` is borrowed.
 */
int policies_load_in(struct policies *policies, int root, char *const *files,
	void (*warn)(void *ctx, const char *text), void *ctx, struct err **err);

/* The same from a text of our own. */
int policies_load_text(
	struct policies *policies, const char *text, const char *name, struct err **err);

void policies_free(struct policies *policies);

#endif
