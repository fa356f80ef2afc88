/*
 * A question: a call that waits for an answer, and whatever helps to give one.
 * Made once, in the tracing thread, from the call and its stopped task; then
 * read by whoever asks, while the calls that wait for it come and go.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_QUESTION_H
#define CALLGATE_SUPERVISOR_ASK_QUESTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/sbuf.h"
#include "supervisor/judge.h"
#include "supervisor/pending.h"
#include "tracer/task.h"

/* One line of what is shown: all of it is made safe to show. */
struct ask_field {
	const char *label;
	struct sbuf text;
};

enum { ASK_FIELDS_MAX = 12 };

struct ask_question {
	uint64_t id;       /* 1, 2, 3, ... over the run */
	struct sbuf key;   /* the same for calls that are the same question */
	struct sbuf wants; /* "curl[4131] wants to connect to tcp 192.0.2.1:443 (@global)" */
	struct ask_field fields[ASK_FIELDS_MAX];
	size_t nfields;
	struct sbuf stack; /* a line a frame; see asker_want_stack() */
	bool has_stack;
	struct sbuf event; /* the call as an event of the log; empty where nobody wants it */
	pid_t pid, tid;    /* of the first that asked */
	uid_t uid;
	uint64_t since_ns;      /* CLOCK_MONOTONIC: when it was first asked */
	unsigned whos, whats;   /* rungs of policy/widen.h */
	unsigned narrowest_who; /* where a person begins */
	bool for_all;           /* name servers: one answer is for everybody, and for the run */
	/* Of the asker, under its lock. */
	struct pending *waiting; /* by pending->ask.next */
	struct pending *pinned;  /* in use without the lock */
	size_t nwaiting;
	bool open, wants_stack;
	uint64_t left_ns; /* CLOCK_MONOTONIC: when the last one that waited left it for a signal */
	pid_t left_tid;   /* its task */
	unsigned refs;
	struct ask_question *next;
};

/* NULL when there is no memory. The decision must be to ask. */
struct ask_question *ask_question_new(
	const struct judge *judge, const struct pending *pending, const struct task *task);

void ask_question_free(struct ask_question *question);

/* "allowed once 2 times, denied once": what became of the same question before. */
void ask_question_tell_before(struct ask_question *question, unsigned allowed, unsigned denied);

#endif
