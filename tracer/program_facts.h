/*
 * Which program a process runs, asked of the kernel at the moment it begins to
 * run it: at PTRACE_EVENT_EXEC nothing of the program has run yet, so what
 * /proc says then cannot be raced by the process itself.
 */
#ifndef CALLGATE_TRACER_PROGRAM_FACTS_H
#define CALLGATE_TRACER_PROGRAM_FACTS_H

#include <limits.h>

#include "policy/program.h"
#include "tracer/proc_path.h"

/* A program with its strings beside it. */
struct program_facts {
	struct program program; /* its strings point into the arrays below */
	char path[PATH_MAX];
	char script[PATH_MAX];
	char comm[COMM_SIZE]; /* the name the kernel gave the task, as in proc(5), /proc/PID/comm */
};

/*
 * Fills facts for the process, which must be stopped at PTRACE_EVENT_EXEC.
 * `word_size` is the size of a pointer of the new program, in bytes. What
 * cannot be found out stays unknown: the path is then "" and the program
 * nameless, so that it matches no rule that names one.
 */
void program_at_exec(pid_t pid, unsigned word_size, struct program_facts *facts);

#endif
