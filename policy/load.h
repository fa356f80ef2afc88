/*
 * Loading: the state that the parts of the loader share, and how they report
 * faults. Each part reads one piece of the language: policy/load/rule.c a rule,
 * policy/load/who.c programs and users, policy/load/what.c destinations and sockets,
 * policy/load/top.c what stands beside the rules, load.c files.
 */
#ifndef CALLGATE_POLICY_LOAD_H
#define CALLGATE_POLICY_LOAD_H

#include <uthash.h>

#include "policy/impl.h"
#include "policy/yaml.h"

/* A rule's id and where it stands. */
struct rule_id {
	const char *text;
	struct place place;
	UT_hash_handle hh;
};

/* The file that is being read, and those that included it. */
struct load_file {
	const char *name; /* in the policy's arena */
	const struct load_file *parent;
};

struct loader {
	struct policy *policy;
	const struct policy_env *env;
	struct err **err;
	const struct load_file *file;
	unsigned files; /* read so far */
	vec_of(struct rule) rules;
	vec_of(struct budget) budgets;
	vec_of(struct program_pattern) unders;
	vec_of(struct syscall_edit) edits;
	struct rule_id *ids;
	bool wants_resolvers; /* @resolvers is used */
};

/* A key of a mapping and what reads its value into the target. */
struct load_key {
	const char *name;
	int (*load)(struct loader *l, const struct yaml *value, void *target);
};

/*
 * Reads a mapping: each key at most once, and only those of the rows, which end
 * at a NULL name. `what` is the mapping's name in messages: "a rule".
 */
int load_map(struct loader *l, const struct yaml *node, const char *what,
	const struct load_key *rows, void *target);

/* Calls fn for each item of a list, or for the node itself when it is no list. */
int load_each(struct loader *l, const struct yaml *node,
	int (*fn)(struct loader *l, const struct yaml *item, void *target), void *target);

/* The value of a key in a mapping, or NULL. */
const struct yaml *load_find(const struct yaml *map, const char *key);

/* Sets the error "FILE:LINE:COLUMN: MESSAGE"; returns -1. */
int load_fail(struct loader *l, const struct yaml *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with the node's text: `FILE:LINE:COLUMN: "TEXT": MESSAGE`. */
int load_fail_text(struct loader *l, const struct yaml *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts the place before the error there is; returns what err_wrap() does. */
int load_wrap(struct loader *l, const struct place *place);

/* Out of memory; returns -ENOMEM. */
int load_no_memory(struct loader *l);

/* Warns with the place. */
void load_warn(struct loader *l, const struct place *place, const char *text);

struct place load_place(const struct loader *l, const struct yaml *node);

/* A copy in the policy's arena; NULL with the error set. */
char *load_dup(struct loader *l, const char *text, size_t len);

/*
 * Fails unless the node is a text without NUL bytes and not empty. `expected`
 * says what should stand there.
 */
int load_text(struct loader *l, const struct yaml *node, const char *expected);

/* ", did you mean "WORD"?" or "", from the words that end with NULL. */
void load_suggest(struct sbuf *out, const char *const *words, const char *text);

/* One of the words, which end with NULL: its index, or -1 with the error. */
int load_word(struct loader *l, const struct yaml *node, const char *const *words);

/* The values of keys. */
int load_rule(struct loader *l, const struct yaml *node, void *unused);
int load_programs(struct loader *l, const struct yaml *node, void *list);
int load_program(struct loader *l, const struct yaml *node, struct program_pattern *out);
int load_uids(struct loader *l, const struct yaml *node, void *list);
int load_stack(struct loader *l, const struct yaml *node, void *list);
int load_connect(struct loader *l, const struct yaml *node, void *rule);
int load_bind(struct loader *l, const struct yaml *node, void *rule);
int load_exec(struct loader *l, const struct yaml *node, void *rule);
int load_spawn(struct loader *l, const struct yaml *node, void *rule);
int load_socket(struct loader *l, const struct yaml *node, void *rule);
int load_default(struct loader *l, const struct yaml *node, void *unused);
int load_budgets(struct loader *l, const struct yaml *node, void *unused);
int load_syscalls(struct loader *l, const struct yaml *node, void *unused);
int load_network(struct loader *l, const struct yaml *node, void *unused);
int load_files(struct loader *l, const struct yaml *node, void *unused);
int load_environment(struct loader *l, const struct yaml *node, void *unused);
int load_on_error(struct loader *l, const struct yaml *node, void *unused);
int load_limits(struct loader *l, const struct yaml *node, void *unused);
int load_user(struct loader *l, const struct yaml *node, void *unused);
int load_group(struct loader *l, const struct yaml *node, void *unused);

/* Applies the edits to the default list of system calls. */
int load_syscalls_finish(struct loader *l);

/* What depends on the rules: whether variables that put code into programs matter. */
int load_environment_finish(struct loader *l);

/* A file that the policy was made of, for policy_source(). */
int load_source_add(struct loader *l, const char *path);

/* A group without a user is a mistake. */
int load_limits_finish(struct loader *l);

/* Finds the proxies that the environment names. */
int load_network_finish(struct loader *l);

#endif
