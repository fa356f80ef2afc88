#include <string.h>

#include "policy/difference.h"
#include "supervisor/budget_count.h"
#include "supervisor/judge.h"
#include "supervisor/pending.h"

static bool same_subtree(const struct budget *a, const struct budget *b)
{
	return !a->under ? !b->under : b->under && !strcmp(a->under, b->under);
}

/* Spawns of the past are not seen again; the count of a budget that was there stands. */
static void carry_spawns(struct budget_count *count, const struct budget_count *before)
{
	for (size_t i = 0; i < count->len; i++)
		for (size_t j = 0; j < before->len; j++)
			if (same_subtree(&count->budgets[i], &before->budgets[j]) &&
				before->use[j].spawns > count->use[i].spawns)
				count->use[i].spawns = before->use[j].spawns;
}

/* A spawn that is under way holds a place until its child is there. */
static void hold_place(struct budget_count *count, struct task *task)
{
	struct pending *pending = task->user;

	if (!pending || !pending->reserved || pending->child)
		return;
	pending->reserved = task->process->budgets;
	budget_reserve(count, pending->reserved, judge_makes_thread(&pending->call));
}

void budget_count_again(
	struct budget_count *count, const struct policy *policy, const struct task_table *tasks)
{
	const struct budget_count before = *count;

	if (policy_same_budgets(before.policy, policy)) {
		count->policy = policy;
		count->budgets = policy_budgets(policy, &count->len);
		return;
	}
	budget_count_init(count, policy, NULL);
	for (struct process *p = tasks->processes; p; p = p->hh.next) {
		p->budgets = budget_set(count, p->lineage);
		budget_join(count, p->budgets, p->tasks);
	}
	for (struct task *task = tasks->tasks; task; task = task->hh.next)
		hold_place(count, task);
	carry_spawns(count, &before);
}
