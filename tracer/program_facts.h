/*
 * Which program a process runs, asked of the kernel at the moment it begins to
 * run it: at PTRACE_EVENT_EXEC nothing of the program has run yet, so what
 * /proc says then cannot be raced by the process itself.
 */
#ifndef CALLGATE_TRACER_PROGRAM_FACTS_H
#define CALLGATE_TRACER_PROGRAM_FACTS_H

#include <limits.h>

#include "policy/identity_set.h"
#include "policy/program.h"
#include "tracer/exec_stack.h"
#include "tracer/proc_path.h"

/* search_binary_handler() in fs/exec.c: so many interpreters follow each other, more is ELOOP. */
enum { INTERPRETERS_MAX = 5 };

/* What is known of a run's programs already, so that it need not be looked up for each exec. */
struct program_lookup {
	/*
	 * Every task has callgate's own root and mounts: its paths lead where ours do. False
	 * when that is not known.
	 */
	bool own_root;
	struct identity_set plain; /* have run, and are no interpreters */
};

/* A program with its strings beside it. */
struct program_facts {
	struct program program; /* its strings point into the arrays below */
	char path[PATH_MAX];
	char script[PATH_MAX];
	char comm[COMM_SIZE]; /* the name the kernel gave the task, as in proc(5), /proc/PID/comm */
};

/* The task's root directory as we see it; "" when that cannot be known. */
void program_root(const struct program_lookup *lookup, pid_t tid, char root[static PATH_MAX]);

/*
 * Fills facts for the process, which must be stopped at PTRACE_EVENT_EXEC with this stack.
 * What cannot be found out stays unknown: the path is then "" and the program
 * nameless, so that it matches no rule that names one.
 */
void program_at_exec(struct program_lookup *lookup, pid_t pid, const struct exec_stack *stack,
	struct program_facts *facts);

#endif
