/* The parts of `callgate explain`: a call that nobody makes, put together from words. */
#ifndef CALLGATE_CLI_EXPLAIN_H
#define CALLGATE_CLI_EXPLAIN_H

#include "base/arena.h"
#include "base/err.h"
#include "cli/options.h"
#include "policy/policy.h"

enum { EXPLAIN_LINEAGE_MAX = OPTION_LIST_MAX + 1 };

/* A request and all that it borrows. */
struct explain_call {
	struct request request;
	struct lineage lineage[EXPLAIN_LINEAGE_MAX];
	struct program programs[EXPLAIN_LINEAGE_MAX], target;
	struct sockaddr_value destination;
	struct arena arena;
	struct sbuf notes; /* what was made of the words, a line each: links, names, scripts */
};

/* Who makes the call: --exe, --script, --lineage, --uid, --stack. */
int explain_who(struct explain_call *call, const struct options *options, struct err **err);

/* What is called: "connect tcp:1.2.3.4:443"; args ends with NULL. */
int explain_what(struct explain_call *call, char *const *args, struct err **err);

/*
 * The program that runs when `path` does: where links lead and, for a script,
 * its interpreter. A path that does not exist is taken as it is. The notes say so.
 */
int explain_program(
	struct explain_call *call, const char *path, struct program *out, struct err **err);

/* A copy in the arena; NULL with the error set. */
char *explain_keep(struct explain_call *call, const char *text, struct err **err);

void explain_call_init(struct explain_call *call);
void explain_call_free(struct explain_call *call);

#endif
