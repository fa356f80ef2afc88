#include "tracer/task.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tracer/program_table.h"

struct task *task_find(const struct task_table *table, pid_t tid)
{
	struct task *task;

	HASH_FIND_INT(table->tasks, &tid, task);
	return task;
}

struct process *process_find(const struct task_table *table, pid_t pid)
{
	struct process *process;

	HASH_FIND_INT(table->processes, &pid, process);
	return process;
}

static struct process *process_add(
	struct task_table *table, pid_t pid, const struct process *creator, uint64_t now_ns)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	process->word_size = sizeof(long);
	process->start_ns = now_ns;
	if (creator) {
		process->parent = creator->pid;
		process->word_size = creator->word_size;
		process->budgets = creator->budgets;
		process->lineage = lineage_ref(creator->lineage);
	}
	HASH_ADD_INT(table->processes, pid, process);
	return process;
}

static void process_remove(struct task_table *table, struct process *process)
{
	HASH_DEL(table->processes, process);
	lineage_unref(table->programs, process->lineage);
	free(process);
}

struct task *task_add(struct task_table *table, pid_t tid, pid_t pid, const struct process *creator,
	uint64_t now_ns)
{
	struct process *process = process_find(table, pid);
	struct task *task = calloc(1, sizeof(*task));

	if (task && !process)
		process = process_add(table, pid, creator, now_ns);
	if (!task || !process) {
		free(task);
		return NULL;
	}
	task->tid = tid;
	task->process = process;
	task->start_ns = now_ns;
	task->own_restart = -1;
	task->pidfd = -1;
	process->tasks++;
	HASH_ADD_INT(table->tasks, tid, task);
	return task;
}

void task_remove(struct task_table *table, struct task *task)
{
	struct process *process = task->process;

	HASH_DEL(table->tasks, task);
	if (task->pidfd >= 0)
		close(task->pidfd);
	free(task);
	if (--process->tasks == 0)
		process_remove(table, process);
}
