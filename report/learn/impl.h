/* What the parts of learn share. */
#ifndef CALLGATE_REPORT_LEARN_IMPL_H
#define CALLGATE_REPORT_LEARN_IMPL_H

/* Out of memory is an error to tell, not the end of the program. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "policy/address.h"
#include "policy/destination.h"
#include "report/learn.h"

enum {
	LEARN_GRANTS_MAX = 20000,
	LEARN_DNS_PORT = 53,
	LEARN_NAMES_MAX = 1000, /* that a run asked name servers for */
	LEARN_VARIABLES_MAX = 100,
	LEARN_KINDS = CALL_KIND_SYSCALL + 1,
};

/* One thing that a program did and needs a rule for. */
struct learn_grant {
	enum call_kind kind;
	bool is_host; /* an IP destination: `host`, and a port where one is known */
	bool has_port;
	uint8_t protocols;        /* PROTOCOL_* */
	uint16_t port, last_port; /* the same, but where the kernel chose it: any it may choose */
	struct prefix host;
	const char *words; /* as YAML, where it is no host; owned */
	const char *path;  /* program, script or socket that it is about; NULL: none; owned */
	bool special;      /* a socket, or an ELF interpreter, that no default allows */
	bool refused;      /* no rule can be added: `words` says why */
	const char *risk;  /* why it should not be given unseen; NULL: no reason; owned */
	uint64_t count;
	UT_hash_handle hh;
	size_t key_len;
	char key[]; /* kind, words, host, port */
};

/* A program and all it did. */
struct learn_program {
	const char *exe; /* "" for whatever began the command; owned, the key */
	bool nameless;
	uint64_t calls;
	struct timespec first;
	struct learn_grant *grants;
	UT_hash_handle hh;
};

/* What lived at once, of the sessions the most. */
struct learn_peaks {
	uint64_t processes, tasks, spawns;                /* now, in this session */
	uint64_t most_processes, most_tasks, most_spawns; /* of any */
};

/* A host name and an address of it. */
struct learn_name {
	struct address address;
	const char *source; /* in words, for the comment */
	UT_hash_handle hh;
	char name[];
};

/* A name that was asked for. */
struct learn_query {
	UT_hash_handle hh;
	char name[];
};

struct learn {
	struct learn_options options;
	struct learn_program *programs;
	size_t grants;
	uint64_t calls;
	struct learn_peaks peaks;
	uint8_t chosen; /* PROTOCOL_*: the kernel chose a port for some socket of the run */
	struct learn_name *names;
	struct learn_query *queries;
	bool asked_names; /* of name servers, whether the log has the questions or not */
	struct address *resolvers;
	size_t nresolvers;
	struct learn_variable *variables;
	struct sbuf key, words; /* scratch */
};

/* report/learn/names.c: names for addresses. */

/* Reads a file like hosts(5). One that is not there has no names. */
void learn_names_hosts(struct learn *learn, const char *path);

/* Takes the name of a DNS query from what a call sent, where the log has it. */
void learn_names_record(struct learn *learn, const struct log_record *record);

/* Looks the names up that were asked for. Blocks as long as that takes. */
void learn_names_resolve(struct learn *learn);

/* The name of the address, and where it is from; NULL for none. */
const struct learn_name *learn_names_find(const struct learn *learn, const struct address *addr);

/*
 * How many addresses stand for themselves, where the run asked name servers and the log
 * has none of the questions.
 */
uint64_t learn_names_lacking(const struct learn *learn);

void learn_names_free(struct learn *learn);

/* report/learn/environment.c: variables that put code into programs. */

/* Takes those of a session, and of an exec. */
void learn_environment_record(struct learn *learn, const struct log_record *record);

/*
 * Adds those that enforce would not let pass, and `env: {keep: ...}`; that as a
 * comment, unless `rule`. Returns how many there are.
 */
size_t learn_environment_print(const struct learn *learn, bool rule, struct sbuf *out);

void learn_environment_free(struct learn *learn);

/* report/learn/risk.c: true when the grant should not be given unseen; says why, in one line. */
bool learn_risk(
	const struct learn_program *program, const struct learn_grant *grant, struct sbuf *why);

/* report/learn/words.c: what a rule's keys hold. */

/* Some of the grants of a kind, as the items of a list in YAML. */
struct learn_words {
	struct sbuf text; /* the items, each ended by NUL */
	size_t len;
	uint64_t count;     /* of calls */
	struct sbuf remark; /* what names stand for; "" for nothing */
};

/* Makes the items of the grants, which are all of one kind; hosts get all their ports. */
void learn_words_make(const struct learn *learn, const struct learn_grant **grants, size_t n,
	struct learn_words *out);
void learn_words_free(struct learn_words *words);

/* "exec", "connect", ...: the key of a rule. */
const char *learn_kind_key(enum call_kind kind);

/* report/learn/rule.c: the rules of programs. */
struct learn_writer {
	struct learn *learn;
	struct sbuf *out;
	struct learn_totals *totals;
	struct sbuf ids; /* given out, each ended by NUL */
	bool failed;     /* out of memory */
};

/*
 * Adds what the programs need, which is the same for all: a rule, or nothing,
 * then risky grants and refusals as comments.
 */
void learn_rule(struct learn_writer *writer, const struct learn_program *const *programs, size_t n);

/* What makes programs need the same: the keys of their rule, without who and counts. */
void learn_rule_body(
	struct learn_writer *writer, const struct learn_program *program, struct sbuf *out);

#endif
