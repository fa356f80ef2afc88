/* The arguments a new program really got, from its own address space. */
#ifndef CALLGATE_SUPERVISOR_EXEC_ARGV_H
#define CALLGATE_SUPERVISOR_EXEC_ARGV_H

#include <sys/types.h>

#include "supervisor/pending.h"
#include "tracer/exec_stack.h"

/*
 * What was read at the trap may have changed before the kernel copied it. At
 * PTRACE_EVENT_EXEC the copy is the process's, and nothing of it has run: puts
 * it in the place of the pending exec's argv. For a script the kernel has put
 * the interpreter in front and dropped the first argument (execve(2)); that one
 * stays as it was read. Leaves everything as it is when they cannot be read.
 */
void exec_argv_refresh(pid_t pid, const struct exec_stack *stack, struct pending *pending);

#endif
