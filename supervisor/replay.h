/*
 * Deciding the calls of a log by a policy: the same function as in a live run
 * (judge.h), on the facts the log tells. Where the run was judged by the same
 * policy, the verdicts are the same again.
 *
 * What a log cannot tell: whether a program was the very file that another policy
 * means than the run's (paths must do), what a name resolved to then (it is looked up
 * now), and what a program would have done, had it been denied before.
 */
#ifndef CALLGATE_SUPERVISOR_REPLAY_H
#define CALLGATE_SUPERVISOR_REPLAY_H

#include <stdbool.h>

#include "base/err.h"
#include "policy/policy.h"
#include "report/log/reader.h"

struct replay;

enum replay_result {
	REPLAY_NONE,    /* the record is no call that is judged */
	REPLAY_JUDGED,  /* see the verdict */
	REPLAY_UNKNOWN, /* a call the log does not tell enough of */
};

/* Borrowed from the replay until the next record. */
struct replay_verdict {
	const struct decision *decision;
	const char *advice; /* what would have allowed it; "" for nothing */
	/* The verdict that the log has of a policy then; NULL: it was not judged. */
	const struct decision *recorded;
	bool same; /* as recorded: verdict, errno, reason, and the rule's id and line */
};

/* The policy must outlive it. */
int replay_new(const struct policy *policy, struct replay **out, struct err **err);
void replay_free(struct replay *replay);

/*
 * Takes the next record: all of a log in their order, not calls alone, since
 * budgets count what starts and ends. Looks host names up, which may block.
 */
enum replay_result replay_record(
	struct replay *replay, const struct log_record *record, struct replay_verdict *out);

static inline void cleanup_replay_fn(struct replay **replay)
{
	replay_free(*replay);
}

#define cleanup_replay __attribute__((cleanup(cleanup_replay_fn)))

#endif
