/*
 * The environment of an exec, as far as a policy asks for it: does it hold a
 * variable that puts code into a program that rules name? Looked at twice, like
 * the program itself: at the call, where it may still change, and in the new
 * program's memory before its first instruction.
 */
#ifndef CALLGATE_SUPERVISOR_EXEC_ENVIRONMENT_H
#define CALLGATE_SUPERVISOR_EXEC_ENVIRONMENT_H

#include "supervisor/judge.h"

/* Of one environment; what comes after them is not told. */
enum { CODE_VARIABLES_MAX = 256 };

/* At the call. Fills pending->env_code; without a target, and for one nobody names, it is empty. */
void exec_environment_gather(
	const struct judge *judge, const struct task *task, struct pending *pending);

/*
 * When the process runs the program, and is stopped. False when its environment
 * cannot be read, and so cannot be judged.
 */
bool exec_environment_again(const struct judge *judge, pid_t pid, const struct program *program,
	struct pending *pending);

/*
 * For the log, whatever the policy: the variables of a running process that put code
 * into programs, but for those that are in `known`, too. Names in the arena,
 * NULL-terminated; NULL for none, and where the environment cannot be read.
 */
const char *const *exec_environment_variables(pid_t pid, char *const *known, struct arena *arena);

/* The same of what the command starts with. */
const char *const *exec_environment_names(char *const *envp, struct arena *arena);

#endif
