/*
 * A policy: an ordered list of rules, defaults and budgets, made from files
 * and immutable afterwards. Deciding is pure: it allocates nothing, asks no
 * kernel, and may be done from many threads on one policy.
 *
 * The file's language is in docs/policy.md.
 */
#ifndef CALLGATE_POLICY_POLICY_H
#define CALLGATE_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"
#include "policy/program.h"
#include "policy/verdict.h"

struct policy;
struct root_view;     /* policy/root/view.h: resolves the programs a policy names */
struct name_resolver; /* policy/name_resolver.h: resolves host names */

struct policy_env {
	/* NULL: the caller's own root. Must outlive the policy. */
	const struct root_view *root;
	/* Where paths of `files` are looked up: the root the command starts in; NULL: as above. */
	const struct root_view *start_root;
	/* NULL: getaddrinfo(3), owned by the policy. Otherwise it must outlive the policy. */
	struct name_resolver *resolver;
	/* Called for each warning while loading: "ci.yaml:12:9: ...". May be NULL. */
	void (*warn)(void *ctx, const char *text);
	void *warn_ctx;
	bool without_ask;        /* rules whose verdict is ask are read, and left out */
	const char *resolv_conf; /* NULL: /etc/resolv.conf; where @resolvers comes from */
	/* The environment that names the proxies of `network: proxy`; NULL: it names none. */
	const char *const *environ;
	const char *cwd; /* what relative paths of `files` begin at; NULL: they are errors */
	/* How many lines policy_load_text() counts before its first; -1: that is not counted. */
	int lines_before;
};

/*
 * Loads and concatenates the files. On failure the error names
 * file:line:column, the offending text, what was expected, and what to do.
 */
int policy_load(const char *const *files, size_t nfiles, const struct policy_env *env,
	struct policy **out, struct err **err);

/* The same from memory; `name` stands for the file name in messages. For tests and fuzzers. */
int policy_load_text(const char *text, size_t len, const char *name, const struct policy_env *env,
	struct policy **out, struct err **err);

void policy_free(struct policy *policy);

/* The i-th file it was made of, lists included, as named or found; NULL past the last. */
const char *policy_source(const struct policy *policy, size_t i);

/*
 * When the policy cannot be loaded again: true to let nothing pass until it can,
 * false to go on with this one. `otherwise` holds where it does not say.
 */
bool policy_closes_on_error(const struct policy *policy, bool otherwise);

/* Writes the policy in canonical form; loading that again gives a policy that decides the same. */
void policy_print(const struct policy *policy, struct sbuf *out);

/* How many rules it has. */
size_t policy_rules(const struct policy *policy);

/* What a kind of call gets when no rule matches. */
enum verdict policy_default_verdict(const struct policy *policy, enum call_kind kind);

/* What is to be decided. Everything is borrowed for the time of the decision. */
struct request {
	/* Who. lineage->program is the running program; lineage may be NULL: nothing known yet. */
	const struct lineage *lineage;
	/* Effective uid of the task; (uid_t)-1: not known, and no allow rule with uid matches. */
	uid_t uid;

	/*
	 * The module the call was made from: of the innermost frame of its stack that
	 * is not of the C library. NULL: not known, or policy_uses_stack() is false.
	 */
	const char *module;

	/*
	 * The identities of the programs are not known and paths must do: for
	 * replaying a log or explaining a call that nobody makes. Never at a trap,
	 * where an unknown identity matches no allow rule.
	 */
	bool by_path;

	enum call_kind kind; /* CALL_KIND_OTHER: only a network mode has a say */
	/* The call's name, for what tells calls of a kind apart; NULL: not known. */
	const char *call;

	/* CALL_KIND_CONNECT, CALL_KIND_BIND. NULL: the call names none, and is allowed. */
	const struct sockaddr_value *destination;
	/*
	 * The call is connect(2): there AF_UNSPEC undoes an association and
	 * reaches nothing. In sendto(2) and bind(2) on an IPv4 socket the kernel
	 * takes AF_UNSPEC for AF_INET, and so do we.
	 */
	bool is_connect;
	/* CALL_KIND_CONNECT, _BIND, _SOCKET. For socket(2), from its arguments. */
	struct socket_facts socket;
	/* A Unix socket path, resolved inside the task's root; NULL: match the address's own. */
	const char *unix_path;
	/* CALL_KIND_BIND: that path is in another root than those of `files`, which deny it then.
	 */
	bool other_root;

	/* CALL_KIND_EXEC: the program that would run (with its script). */
	const struct program *target;
	/*
	 * CALL_KIND_EXEC: the name of a variable in its environment that puts code into
	 * programs and that the policy does not keep (policy/environment.h); NULL: none.
	 */
	const char *env_code;

	/*
	 * CALL_KIND_OTHER: a canonical path that would be read, or written; NULL: none.
	 * To explain what the kernel holds the command to; no call is judged by it.
	 */
	const char *file;
	bool file_write;

	/* CALL_KIND_SYSCALL: the word from policy_syscall_word(). */
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
	int errnum;           /* what a denied call fails with */
	struct rule_ref rule; /* the rule, or the line of the default */
	/*
	 * Stable dotted word: "rule", "default", "identity.changed" (a rule would
	 * have allowed it but for that), "destination.none", "unreadable",
	 * "syscall.denied", "syscall.allowed", "unjudged", "network.restricted",
	 * "network.proxy", "network.family", "files.read", "files.write", "env.code",
	 * "exec.interpreter" (no rule names the ELF interpreter that would
	 * run). What is asked gets others of the supervisor: docs/ask.md.
	 */
	const char *reason;
	const char *why; /* the rule's own words, or ours for a network mode; or NULL */
	/*
	 * Index of an earlier rule that would have allowed the call but for a
	 * program's identity; -1 for none. policy_explain_near_miss() finds the
	 * other near misses itself.
	 */
	int near_miss;
	bool changed; /* the first rule to match but for an identity was not the one to decide */
};

/* Is the program, or its script, another file than the policy looked up at that path? */
bool policy_program_changed(const struct policy *policy, const struct program *program);
bool policy_script_changed(const struct policy *policy, const struct program *program);

/* True when some rule asks for the uid: request.uid need not be filled otherwise. */
bool policy_uses_uid(const struct policy *policy);

/* True when some rule asks for the stack: request.module need not be filled otherwise. */
bool policy_uses_stack(const struct policy *policy);

/* True when some rule names a host: otherwise policy_wants_names() is always false. */
bool policy_uses_names(const struct policy *policy);

void policy_decide(
	const struct policy *policy, const struct request *request, struct decision *decision);

/*
 * A denial's near miss in words, with how to mend the policy: "rule
 * package-index would allow this, but /usr/bin/python3 is a link: write
 * /usr/bin/python3.11". Adds nothing when there is none. Not for hot paths.
 */
void policy_explain_near_miss(const struct policy *policy, const struct request *request,
	const struct decision *decision, struct sbuf *out);

/*
 * Gives every rule in order, up to the one that decides and with it, and in
 * one line why it did or did not match: "the program is /usr/bin/wget, not
 * /usr/bin/curl". Ends early when fn returns false.
 */
typedef bool policy_explain_fn(
	void *ctx, const struct rule_ref *rule, bool matches, const char *because);
void policy_explain(const struct policy *policy, const struct request *request,
	policy_explain_fn *fn, void *ctx);

/*
 * Names are resolved before deciding, by a thread that others do not wait for:
 * looks up again those names whose answers are missing or old, and that the
 * policy could match with this request. Blocks as long as the resolver does.
 */
void policy_refresh_names(const struct policy *policy, const struct request *request);

/* True when policy_refresh_names() would have something to do. Does not block. */
bool policy_wants_names(const struct policy *policy, const struct request *request);

/* Where the i-th rule of the policy stands; false past the last. */
bool policy_rule_ref(const struct policy *policy, size_t i, struct rule_ref *out);

/* A bound on processes and threads; BUDGET_UNBOUNDED where it sets none. */
#define BUDGET_UNBOUNDED UINT64_MAX

struct budget {
	struct rule_ref rule;
	const char *under;  /* as written; NULL: the whole tree */
	uint64_t processes; /* live at once */
	uint64_t tasks;     /* live threads at once, the first of each process counted */
	uint64_t spawns;    /* processes made over the whole run */
	int processes_line, tasks_line, spawns_line; /* where each stands; 0 where it does not */
};

/* All budgets in policy order; each holds by itself. */
const struct budget *policy_budgets(const struct policy *policy, size_t *len);

/*
 * Does the budget's subtree contain a process with this lineage: does the
 * chain have the program, or script, that it is `under`? True for the whole tree.
 */
bool policy_budget_applies(
	const struct policy *policy, const struct budget *budget, const struct lineage *lineage);

/*
 * The word by which `syscalls` speaks of a call, from its registers alone: its
 * name, or one of the narrower words of the default list: "clone:newuser",
 * "unshare:newuser", "seccomp:listener", "prlimit64:other". Lives as long as the call.
 */
const char *policy_syscall_word(const struct call *call);

/*
 * False for a call that is allowed by that word, whatever its arguments are: it need not be
 * asked for.
 */
bool policy_judges_syscall(const struct policy *policy, const struct call *call);

/* The i-th word that is denied under this policy, NULL past the last: for the filter. */
const char *policy_syscall_denied(const struct policy *policy, size_t i);

#endif
