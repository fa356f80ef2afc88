/*
 * What was denied, or would have been: each kind of denial once, with how
 * often and a rule to copy. Bounded: what there is no room for is counted.
 */
#ifndef CALLGATE_REPORT_DENIALS_H
#define CALLGATE_REPORT_DENIALS_H

#include <stddef.h>
#include <stdint.h>

#include "report/event.h"
#include "report/outcome.h"
#include "report/strings.h"

enum { DENIALS_MAX = 2000 };

/* Texts are of the strings' table; those from outside are escaped. */
struct denial {
	enum outcome outcome;
	const char *call; /* "connect" */
	const char *program;
	const char *what;          /* "tcp 169.254.169.254:80" */
	const char *error;         /* what the program got, or would have got; NULL for none */
	const char *rule;          /* its id, else the reason */
	const char *place;         /* "ci.yaml:21"; NULL: built in */
	const char *why;           /* or NULL */
	const char *advice;        /* or NULL */
	const char *suggestion;    /* a rule that would allow it; NULL for none: */
	const char *no_suggestion; /* then, why */
	const char *stack;         /* of the first one, a line a frame; NULL: not in the log */
	uint64_t count;
	uint64_t first_ns; /* the first one, since the session began */
	pid_t pid;         /* that made the first one */
};

struct denials {
	struct strings *strings;       /* borrowed */
	struct denials_entry *entries; /* uthash */
	size_t len;
	uint64_t total, others; /* calls; those there was no room for */
	struct sbuf key, what;  /* scratch */
};

void denials_init(struct denials *denials, struct strings *strings);
void denials_free(struct denials *denials);

/* Takes a call; one that was not denied does nothing. */
void denials_add(struct denials *denials, const struct event *event);

/*
 * Those that were denied first, then those that would have been; the most
 * frequent first. An array the caller frees; NULL when there are none, or no memory.
 */
const struct denial **denials_sorted(const struct denials *denials, size_t *len);

#endif
