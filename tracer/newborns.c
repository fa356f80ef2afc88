#include "tracer/newborns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

bool leads_thread_group(pid_t tid)
{
	/* tgkill(2) with no signal fails where tid is not a thread of that group. */
	return syscall(SYS_tgkill, tid, tid, 0) == 0;
}

static void read_kin(struct newborn *newborn)
{
	char path[64], line[256];
	cleanup_file FILE *f = NULL;

	snprintf(path, sizeof(path), "/proc/%d/status", newborn->tid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "Tgid:", 5) == 0)
			newborn->pid = atoi(line + 5);
		else if (strncmp(line, "PPid:", 5) == 0)
			newborn->parent = atoi(line + 5);
	}
}

bool newborns_add(struct newborns *newborns, pid_t tid, int status)
{
	struct newborn *newborn;

	HASH_FIND_INT(newborns->all, &tid, newborn);
	if (!newborn) {
		newborn = calloc(1, sizeof(*newborn));
		if (!newborn)
			return false;
		newborn->tid = tid;
		read_kin(newborn);
		HASH_ADD_INT(newborns->all, tid, newborn);
	}
	newborn->status = status;
	return true;
}

static void take(struct newborns *newborns, struct newborn *newborn, struct newborn *out)
{
	HASH_DEL(newborns->all, newborn);
	*out = *newborn;
	free(newborn);
}

bool newborns_take(struct newborns *newborns, pid_t tid, struct newborn *out)
{
	struct newborn *newborn;

	HASH_FIND_INT(newborns->all, &tid, newborn);
	if (!newborn)
		return false;
	take(newborns, newborn, out);
	return true;
}

bool newborns_take_orphan(struct newborns *newborns, const struct task_table *table,
	const struct task *dying, struct newborn *out)
{
	bool strays = dying->in_call || HASH_COUNT(table->tasks) == 1;
	pid_t pid = dying->process->pid;
	struct newborn *newborn, *next;

	HASH_ITER (hh, newborns->all, newborn, next) {
		bool own = newborn->parent == pid || newborn->pid == pid;
		bool stray = !process_find(table, newborn->parent);

		if (own || (stray && strays)) {
			take(newborns, newborn, out);
			return true;
		}
	}
	return false;
}

void newborns_free(struct newborns *newborns)
{
	struct newborn *newborn, *next;

	HASH_ITER (hh, newborns->all, newborn, next) {
		HASH_DEL(newborns->all, newborn);
		free(newborn);
	}
}
