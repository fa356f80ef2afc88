/* The insides of a policy, for the files of this room only. */
#ifndef CALLGATE_POLICY_IMPL_H
#define CALLGATE_POLICY_IMPL_H

#include "base/arena.h"
#include "policy/environment.h"
#include "policy/files.h"
#include "policy/limits.h"
#include "policy/model.h"
#include "policy/name_resolver.h"
#include "policy/network.h"
#include "policy/paths.h"
#include "policy/policy.h"
#include "policy/vec.h"

struct index;

/* A host name and where it is mentioned first. Its number is that of the resolver. */
struct policy_name {
	const char *text;
	struct place place;
};

/* What becomes of the gate when the policy cannot be loaded again. */
struct on_error {
	struct place place; /* file is NULL: not said */
	bool close;
};

/* A word of `syscalls` that is denied; the place's file is NULL for the default list. */
struct denied_syscall {
	const char *word;
	struct place place;
};

struct policy {
	struct arena arena; /* everything below that is not said to be elsewhere */
	struct rule *rules;
	size_t nrules;
	struct policy_default defaults[CALL_KIND_COUNT];
	struct budget *budgets;
	struct program_pattern *unders; /* of each budget; path NULL for the whole tree */
	size_t nbudgets;
	struct syscall_edit *edits;
	size_t nedits;
	struct denied_syscall *denied; /* the default list, edited; sorted by word */
	size_t ndenied;
	bool judges_call[CALL_COUNT]; /* by call_id: has it a word that is denied? */
	struct on_error on_error;
	vec_of(const char *) sources; /* files that were read; on the heap */
	struct network network;
	struct files files;
	struct environment environment;
	struct limits limits;
	struct run_as run_as;
	bool names_programs; /* some rule that allows or asks has a who */

	struct path_table paths;   /* on the heap */
	struct address *resolvers; /* @resolvers */
	size_t nresolvers;
	vec_of(struct policy_name) names; /* on the heap */
	struct name_resolver *resolver;   /* NULL: the policy names no host */
	bool owns_resolver;
	const struct root_view *root;

	struct index *index;
};

/* The entry that denies the word: its own, or that of the whole call for a word with a ':'. */
const struct denied_syscall *syscall_denied(const struct policy *policy, const char *word);

/* What a denied system call fails with. */
int syscall_errno(const char *word);

/* Most bytes of the arena: a bound on what a policy's text can make us hold. */
#define POLICY_ARENA_MAX ((size_t)2 << 30)

#endif
