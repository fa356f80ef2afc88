#include "tracer/newborns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/identity.h"
#include "tracer/proc_path.h"
#include "tracer/program_table.h"

bool leads_thread_group(pid_t tid)
{
	/* tgkill(2) with no signal fails where tid is not a thread of that group. */
	return syscall(SYS_tgkill, tid, tid, 0) == 0;
}

static pid_t read_thread_group(pid_t tid)
{
	char path[PROC_PATH_SIZE], line[256];
	cleanup_file FILE *f = NULL;
	pid_t pid;

	proc_path(path, tid, "status");
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Tgid: %d", &pid) == 1)
			return pid;
	}
	return 0;
}

bool newborns_add(struct newborns *newborns, pid_t tid, int status)
{
	struct newborn *newborn;

	HASH_FIND_INT(newborns->waiting, &tid, newborn);
	if (!newborn) {
		newborn = calloc(1, sizeof(*newborn));
		if (!newborn)
			return false;
		newborn->tid = tid;
		newborn->pid = read_thread_group(tid);
		HASH_ADD_INT(newborns->waiting, tid, newborn);
	}
	newborn->status = status;
	return true;
}

static void take(struct newborns *newborns, struct newborn *newborn, struct newborn *out)
{
	HASH_DEL(newborns->waiting, newborn);
	*out = *newborn;
	free(newborn);
}

bool newborns_take(struct newborns *newborns, pid_t tid, struct newborn *out)
{
	struct newborn *newborn;

	HASH_FIND_INT(newborns->waiting, &tid, newborn);
	if (newborn)
		take(newborns, newborn, out);
	return newborn != NULL;
}

bool newborns_take_any(struct newborns *newborns, struct newborn *out)
{
	if (!newborns->waiting)
		return false;
	take(newborns, newborns->waiting, out);
	return true;
}

static void remove_lost(struct newborns *newborns, size_t i)
{
	newborns->nlost--;
	memmove(&newborns->lost[i], &newborns->lost[i + 1],
		(newborns->nlost - i) * sizeof(newborns->lost[0]));
}

void newborns_lose_maker(
	struct newborns *newborns, struct program_table *programs, const struct process *maker)
{
	struct process *lost;

	if (newborns->nlost == LOST_MAKERS) {
		lineage_unref(programs, newborns->lost[0].lineage);
		remove_lost(newborns, 0);
	}
	lost = &newborns->lost[newborns->nlost++];
	*lost = *maker;
	lineage_ref(lost->lineage);
}

/* A child runs its maker's program until its first exec. */
static bool runs_program_of(const struct process *maker, const struct identity *id)
{
	return !id->known || !maker->lineage ||
	       identity_same_file(&maker->lineage->program->id, id);
}

static struct identity running_program(pid_t tid)
{
	char path[PROC_PATH_SIZE];
	struct identity id = { 0 };
	struct stat st;

	proc_path(path, tid, "exe");
	if (stat(path, &st) == 0)
		identity_of_stat(&st, &id);
	return id;
}

bool newborns_take_maker(
	struct newborns *newborns, const struct newborn *newborn, struct process *out)
{
	struct identity id = running_program(newborn->tid);

	for (size_t i = newborns->nlost; i > 0; i--) {
		if (!runs_program_of(&newborns->lost[i - 1], &id))
			continue;
		*out = newborns->lost[i - 1];
		remove_lost(newborns, i - 1);
		return true;
	}
	return false;
}

void newborns_free(struct newborns *newborns, struct program_table *programs)
{
	struct newborn newborn;

	while (newborns_take_any(newborns, &newborn))
		;
	for (size_t i = 0; i < newborns->nlost; i++)
		lineage_unref(programs, newborns->lost[i].lineage);
	newborns->nlost = 0;
}
