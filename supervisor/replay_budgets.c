#include "supervisor/replay_budgets.h"

#include <stdlib.h>

/* Out of memory is a process that is not followed, not the end of the replay. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* A process that lives, and the budgets it counts in. */
struct replay_process {
	pid_t pid;
	uint64_t set;
	int64_t tasks;
	UT_hash_handle hh;
};

int replay_budgets_init(
	struct replay_budgets *budgets, const struct policy *policy, struct err **err)
{
	budgets->processes = NULL;
	budgets->changes_len = budgets->changes_next = 0;
	return budget_count_init(&budgets->count, policy, err);
}

static void forget_all(struct replay_budgets *budgets)
{
	struct replay_process *process, *next;

	HASH_ITER (hh, budgets->processes, process, next) {
		HASH_DEL(budgets->processes, process);
		free(process);
	}
}

void replay_budgets_free(struct replay_budgets *budgets)
{
	forget_all(budgets);
}

/* A damaged log may have more ends than beginnings. */
static void add(uint64_t *used, int64_t change)
{
	*used = change < 0 && (uint64_t)-change > *used ? 0 : *used + (uint64_t)change;
}

static void apply(struct budget_count *count, const struct replay_change *change, int sign)
{
	for (size_t i = 0; i < count->len; i++) {
		struct budget_use *use = &count->use[i];

		if (!(change->set >> i & 1))
			continue;
		add(&use->processes, sign * change->processes);
		add(&use->tasks, sign * change->tasks);
		add(&use->spawns, sign * change->spawns);
	}
}

static void record_change(struct replay_budgets *budgets, const struct replay_change *change)
{
	if (!change->set)
		return;
	apply(&budgets->count, change, 1);
	budgets->changes[budgets->changes_next] = *change;
	budgets->changes_next = (budgets->changes_next + 1) % REPLAY_CHANGES_MAX;
	budgets->changes_len += budgets->changes_len < REPLAY_CHANGES_MAX;
}

static struct replay_process *find(struct replay_budgets *budgets, pid_t pid)
{
	struct replay_process *process;

	HASH_FIND_INT(budgets->processes, &pid, process);
	return process;
}

static struct replay_process *find_or_add(struct replay_budgets *budgets, pid_t pid)
{
	struct replay_process *process = find(budgets, pid);

	if (process)
		return process;
	process = calloc(1, sizeof(*process));
	if (!process)
		return NULL;
	process->pid = pid;
	HASH_ADD_INT(budgets->processes, pid, process);
	if (process->hh.tbl)
		return process;
	free(process);
	return NULL;
}

static void count_start(struct replay_budgets *budgets, const struct event *event)
{
	struct replay_process *process = find_or_add(budgets, event->task.pid);
	bool thread = event->start.thread;
	struct replay_change change = {
		.mono_ns = event->mono_ns,
		.processes = !thread,
		.tasks = 1,
		.spawns = !thread,
	};

	if (!process)
		return;
	process->set |= budget_set(&budgets->count, event->task.lineage);
	process->tasks++;
	change.set = process->set;
	record_change(budgets, &change);
}

static void count_exit(struct replay_budgets *budgets, const struct event *event)
{
	struct replay_process *process = find(budgets, event->task.pid);
	bool ends = !event->exit.thread;
	struct replay_change change = {
		.mono_ns = event->mono_ns,
		.processes = -ends,
		.tasks = -1,
	};

	if (!process)
		return;
	process->tasks--;
	change.set = process->set;
	record_change(budgets, &change);
	if (!ends)
		return;
	HASH_DEL(budgets->processes, process);
	free(process);
}

/* A program that was begun may bring its process under further budgets. */
static void count_exec(struct replay_budgets *budgets, const struct event *event)
{
	struct replay_process *process = find(budgets, event->task.pid);
	const struct lineage lineage = { event->task.lineage, event->call.program };
	struct replay_change change = {
		.mono_ns = event->mono_ns,
		.processes = 1,
		.spawns = 1,
	};

	if (!process)
		return;
	change.set = budget_set(&budgets->count, &lineage) & ~process->set;
	change.tasks = process->tasks;
	process->set |= change.set;
	record_change(budgets, &change);
}

void replay_budgets_count(struct replay_budgets *budgets, const struct event *event)
{
	if (!budgets->count.len)
		return;
	if (event->type == EVENT_START)
		count_start(budgets, event);
	else if (event->type == EVENT_EXIT)
		count_exit(budgets, event);
	else if (event->type == EVENT_CALL && event->call.program)
		count_exec(budgets, event);
	else if (event->type == EVENT_SESSION) {
		/* A run of its own, with budgets of its own. */
		forget_all(budgets);
		budgets->changes_len = 0;
		for (size_t i = 0; i < budgets->count.len; i++)
			budgets->count.use[i] = (struct budget_use){ 0 };
	}
}

static void add_spawning(struct replay_budgets *budgets, const struct event_spawning *maker,
	struct budget_count *out)
{
	const struct replay_process *process = find(budgets, maker->pid);
	struct replay_change change = {
		.processes = !maker->thread,
		.tasks = 1,
		.spawns = !maker->thread,
	};

	if (!process)
		return;
	change.set = process->set;
	apply(out, &change, 1);
}

void replay_budgets_at(
	struct replay_budgets *budgets, const struct event *event, struct budget_count *out)
{
	*out = budgets->count;
	for (size_t i = 1; i <= budgets->changes_len; i++) {
		size_t at = (budgets->changes_next + REPLAY_CHANGES_MAX - i) % REPLAY_CHANGES_MAX;

		if (budgets->changes[at].mono_ns <= event->mono_ns)
			break;
		apply(out, &budgets->changes[at], -1);
	}
	for (size_t i = 0; i < event->call.spawning_len; i++)
		add_spawning(budgets, &event->call.spawning[i], out);
}
