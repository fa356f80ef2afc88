/*
 * Budgets while a log is replayed: how many lived at the moment a call trapped.
 * A call's line comes when the call returned, after the start of what it made
 * and whatever else happened meanwhile, so the latest changes are kept and taken
 * back as far as needed.
 */
#ifndef CALLGATE_SUPERVISOR_REPLAY_BUDGETS_H
#define CALLGATE_SUPERVISOR_REPLAY_BUDGETS_H

#include "report/event.h"
#include "supervisor/budget_count.h"

enum { REPLAY_CHANGES_MAX = 4096 }; /* kept; a call that took longer sees the oldest */

struct replay_process;

/* A change of what is used, at a time of the log. */
struct replay_change {
	uint64_t mono_ns;
	uint64_t set;
	int64_t processes, tasks, spawns;
};

struct replay_budgets {
	struct budget_count count; /* as of the latest record */
	struct replay_process *processes;
	struct replay_change changes[REPLAY_CHANGES_MAX]; /* a ring */
	size_t changes_len, changes_next;
};

int replay_budgets_init(
	struct replay_budgets *budgets, const struct policy *policy, struct err **err);
void replay_budgets_free(struct replay_budgets *budgets);

/* Counts what the record tells: starts, exits, execs that come under a budget. */
void replay_budgets_count(struct replay_budgets *budgets, const struct event *event);

/* What was used when that spawn was judged, with what others held who were spawning. */
void replay_budgets_at(
	struct replay_budgets *budgets, const struct event *event, struct budget_count *out);

#endif
