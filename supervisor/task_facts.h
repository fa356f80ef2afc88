/*
 * What proc(5) knows of a process, as text for people: everything is made safe
 * to show. What cannot be read is left out.
 */
#ifndef CALLGATE_SUPERVISOR_TASK_FACTS_H
#define CALLGATE_SUPERVISOR_TASK_FACTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/sbuf.h"

/* The effective uid of a task; (uid_t)-1 when it cannot be known. */
uid_t task_euid(pid_t tid);

/* Is callgate its tracer? Then it is one of the run's tasks. */
bool task_is_traced(pid_t tid);

/* The arguments it was started with, one line. */
void task_command_line(pid_t pid, struct sbuf *out);

void task_cwd(pid_t pid, struct sbuf *out);

/* A line each: how its environment differs from callgate's, "+NAME=...", "-NAME". */
void task_environment(pid_t pid, struct sbuf *out);

/* A line each: what its descriptors are open on. */
void task_descriptors(pid_t pid, struct sbuf *out);

/* A line each: the files its code comes from. */
void task_modules(pid_t pid, struct sbuf *out);

#endif
