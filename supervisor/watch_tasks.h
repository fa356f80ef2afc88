/*
 * The lives of tasks, as the tracer tells of them: they start, run another program, and
 * end. Each is an event, and an exec is judged here once more. For supervisor/watch.c.
 */
#ifndef CALLGATE_SUPERVISOR_WATCH_TASKS_H
#define CALLGATE_SUPERVISOR_WATCH_TASKS_H

#include "supervisor/watch.h"

/* Who an event is about, as the task table has it now. */
struct event_task watch_task_now(const struct task *task);

/* Of struct tracer_observer; ctx is a struct watch. */
void watch_started(void *ctx, struct task *task, struct task *maker, const char *how);
void watch_execing(void *ctx, struct task *task);
void watch_execed(void *ctx, struct task *task, const struct exec_stack *stack);
void watch_exited(void *ctx, struct task *task, int status);

#endif
