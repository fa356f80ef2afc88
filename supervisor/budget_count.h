/*
 * Keeps the budgets of a policy: how many processes and tasks live in each
 * subtree, how many were made. Exact, because every spawn is reserved before it
 * happens, and committed or given back when it has happened or failed.
 */
#ifndef CALLGATE_SUPERVISOR_BUDGET_COUNT_H
#define CALLGATE_SUPERVISOR_BUDGET_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "policy/policy.h"

struct task_table; /* tracer/task.h */

enum { BUDGETS_MAX = 64 }; /* a set of budgets is one word */

struct budget_use {
	uint64_t processes, tasks, spawns; /* with what is reserved */
};

struct budget_count {
	const struct policy *policy;
	const struct budget *budgets; /* the policy's */
	size_t len;
	struct budget_use use[BUDGETS_MAX];
};

/* Fails when the policy has more than BUDGETS_MAX budgets. */
int budget_count_init(struct budget_count *count, const struct policy *policy, struct err **err);

/*
 * Another policy from now on: puts every process under its budgets and counts
 * what lives, and the spawns that are under way. A budget over the same subtree
 * goes on with the spawns it had counted. Of no more than BUDGETS_MAX.
 */
void budget_count_again(
	struct budget_count *count, const struct policy *policy, const struct task_table *tasks);

/* The budgets a process with this lineage is under, as a set. */
uint64_t budget_set(const struct budget_count *count, const struct lineage *lineage);

/*
 * Does one more process (or only a thread) fit into each budget of the set? If
 * not, says in *decision which budget denies it, and in words how full it is:
 * "process 65 of 64".
 */
bool budget_fits(const struct budget_count *count, uint64_t set, bool thread,
	struct decision *decision, struct sbuf *words);

/* A process or thread is to be made, or joins these budgets by an exec. */
void budget_reserve(struct budget_count *count, uint64_t set, bool thread);

/* It was not made. */
void budget_refund(struct budget_count *count, uint64_t set, bool thread);

/* Already living tasks of a process come under further budgets. */
void budget_join(struct budget_count *count, uint64_t set, uint64_t tasks);

/* A task ended, and its process with it where process_ends. */
void budget_release(struct budget_count *count, uint64_t set, bool process_ends);

#endif
