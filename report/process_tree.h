/*
 * The processes of a run, from its events: who started whom, what each ran and
 * for how long. The first some thousand are kept one by one; those after them
 * are taken together, by the process that started them and their program. So
 * the tree of a run of any length fits in memory.
 */
#ifndef CALLGATE_REPORT_PROCESS_TREE_H
#define CALLGATE_REPORT_PROCESS_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "report/event.h"
#include "report/outcome.h"
#include "report/strings.h"

enum {
	PROCESS_TREE_SINGLE_MAX = 10000,
	PROCESS_TREE_GROUPS_MAX = 10000,
	PROCESS_EXECS_MAX = 6, /* of one process; the last one is always kept */
	PROCESS_NONE = -1,
};

struct process_exec {
	uint64_t at_ns; /* when the program began */
	const char *program;
};

struct process {
	/* Indexes of processes, or PROCESS_NONE. */
	int32_t parent, first_child, last_child, next;
	pid_t pid;
	uint64_t group;            /* 0: this is one process; else how many were taken together */
	const char *program;       /* by which a person knows it: the script, where there is one */
	const char *command;       /* words of its last exec; NULL: it has made none. Escaped */
	uint64_t start_ns, end_ns; /* since the session began */
	bool ended;
	int status;        /* of its end, as from waitpid(2); of a group, one that failed */
	uint64_t total_ns; /* of all that ended */
	uint64_t calls, failed, denied, threads;
	struct process_exec execs[PROCESS_EXECS_MAX];
	uint32_t nexecs; /* there were; those beyond the bound are not in `execs` */
};

struct process_tree {
	struct strings *strings; /* borrowed */
	struct process *items;   /* each after its parent, but for groups */
	size_t len, cap;
	size_t singles, groups;
	int32_t first_root, last_root;
	struct process_live *live;    /* uthash, by pid */
	struct process_group *by_key; /* uthash */
	uint64_t grouped;             /* processes that are not kept one by one */
	uint64_t searches; /* execs that failed on the way along PATH to one that did not */
	uint64_t lost;     /* calls of processes there was no memory for */
};

void process_tree_init(struct process_tree *tree, struct strings *strings);
void process_tree_free(struct process_tree *tree);

/* Takes any event; returns the index of the process it is about, or PROCESS_NONE. */
int32_t process_tree_add(struct process_tree *tree, const struct event *event);

/*
 * Walks the tree from parents to children, in the order of their start:
 * begin with PROCESS_NONE; PROCESS_NONE is the end. *depth is kept up to date.
 * Needs no memory, however deep the tree is.
 */
int32_t process_tree_next(const struct process_tree *tree, int32_t at, size_t *depth);

#endif
