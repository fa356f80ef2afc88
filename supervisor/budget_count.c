#include "supervisor/budget_count.h"

#include <errno.h>

int budget_count_init(struct budget_count *count, const struct policy *policy, struct err **err)
{
	*count = (struct budget_count){ .policy = policy };
	count->budgets = policy_budgets(policy, &count->len);
	if (count->len > BUDGETS_MAX)
		return err_set(err, 0, "the policy has %zu budgets, and there can be %d: join some",
			count->len, BUDGETS_MAX);
	return 0;
}

uint64_t budget_set(const struct budget_count *count, const struct lineage *lineage)
{
	uint64_t set = 0;

	for (size_t i = 0; i < count->len; i++) {
		if (policy_budget_applies(count->policy, &count->budgets[i], lineage))
			set |= 1ull << i;
	}
	return set;
}

/* One limit of one budget. */
struct limit {
	const char *reason, *noun;
	uint64_t used, allowed;
	int line;
};

static bool limit_fits(const struct limit *limit, const struct budget *budget,
	struct decision *decision, struct sbuf *words)
{
	if (limit->used < limit->allowed)
		return true;
	*decision = (struct decision){
		.verdict = VERDICT_DENY,
		.errnum = EAGAIN, /* as fork(2) fails at a limit of the kernel's own */
		.rule = { .id = "", .file = budget->rule.file, .line = limit->line },
		.reason = limit->reason,
		.near_miss = -1,
	};
	sbuf_fmt(words, "%s %llu of %llu", limit->noun, (unsigned long long)limit->used + 1,
		(unsigned long long)limit->allowed);
	return false;
}

static bool one_fits(const struct budget *budget, const struct budget_use *use, bool thread,
	struct decision *decision, struct sbuf *words)
{
	const struct limit limits[] = {
		{ "budget.tasks", "task", use->tasks, budget->tasks, budget->tasks_line },
		{ "budget.processes", "process", use->processes, budget->processes,
			budget->processes_line },
		{ "budget.spawns", "spawn", use->spawns, budget->spawns, budget->spawns_line },
	};
	size_t n = thread ? 1 : sizeof(limits) / sizeof(limits[0]);

	for (size_t i = 0; i < n; i++) {
		if (!limit_fits(&limits[i], budget, decision, words))
			return false;
	}
	return true;
}

bool budget_fits(const struct budget_count *count, uint64_t set, bool thread,
	struct decision *decision, struct sbuf *words)
{
	for (size_t i = 0; i < count->len; i++) {
		if ((set >> i & 1) &&
			!one_fits(&count->budgets[i], &count->use[i], thread, decision, words))
			return false;
	}
	return true;
}

void budget_reserve(struct budget_count *count, uint64_t set, bool thread)
{
	for (size_t i = 0; i < count->len; i++) {
		if (!(set >> i & 1))
			continue;
		count->use[i].tasks++;
		count->use[i].processes += !thread;
		count->use[i].spawns += !thread;
	}
}

void budget_refund(struct budget_count *count, uint64_t set, bool thread)
{
	for (size_t i = 0; i < count->len; i++) {
		if (!(set >> i & 1))
			continue;
		count->use[i].tasks--;
		count->use[i].processes -= !thread;
		count->use[i].spawns -= !thread;
	}
}

void budget_join(struct budget_count *count, uint64_t set, uint64_t tasks)
{
	for (size_t i = 0; i < count->len; i++) {
		if (!(set >> i & 1))
			continue;
		count->use[i].tasks += tasks;
		count->use[i].processes++;
		count->use[i].spawns++;
	}
}

void budget_release(struct budget_count *count, uint64_t set, bool process_ends)
{
	for (size_t i = 0; i < count->len; i++) {
		if (!(set >> i & 1))
			continue;
		count->use[i].tasks--;
		count->use[i].processes -= process_ends;
	}
}
