/*
 * What the parts of the ptrace loop share: births of tasks (births.c), their
 * calls (calls.c), what they wait for (waits.c), and everything else (tracer/tracer.c).
 */
#ifndef CALLGATE_TRACER_TRACER_IMPL_H
#define CALLGATE_TRACER_TRACER_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "tracer/newborns.h"
#include "tracer/program_facts.h"
#include "tracer/reports.h"
#include "tracer/tracer.h"

struct tracer {
	const struct tracer_observer *observer;
	struct task_table table;
	struct newborns newborns;
	unsigned spawning; /* tasks within a spawn whose fork event is still to come */
	pid_t command;
	int command_status;
	bool command_ran;
	bool killing;           /* whatever appears is killed */
	int blind;              /* errno: calls cannot be seen, so the run was ended */
	atomic_bool kill_asked; /* by another thread */
	atomic_bool woken;      /* the same */
	pthread_t thread;       /* the tracing one */
	struct reports reports; /* what is waited for */
	bool tell_stop;         /* the command's group-stop is to be told once all is handled */
	bool continuing;        /* the command is asked whether it is still in a group-stop */
	struct program_lookup programs;
	struct program_facts facts; /* scratch of the exec being handled */
	struct exec_stack stack;    /* the same */
};

/* Takes on what a task reported; status as from waitpid(2). */
void tracer_handle(struct tracer *tracer, pid_t tid, int status);

/* Calls. */

/*
 * Every resume goes through here. ESRCH means that the task was killed while
 * it was stopped; its end will be reported.
 */
void task_resume(const struct task *task, int signal);

/* Whether the task is within a spawn whose fork event is still to come. */
void task_set_spawning(struct tracer *tracer, struct task *task, bool spawning);

/* The call that the task was let make is over, or never will be. */
void task_call_returned(struct tracer *tracer, struct task *task, const struct call_result *result);

/*
 * The same for one that has succeeded: the task goes on at once, while its result is told. True
 * when that is still to be done: observer->returned(), before any other report is taken on.
 */
bool task_go_on_after_call(struct tracer *tracer, struct task *task);

/* PTRACE_EVENT_SECCOMP: a call that the filter stopped. */
void tracer_on_seccomp(struct tracer *tracer, struct task *task, int event, int signal);

/* The stop of PTRACE_SYSCALL: a call that was let go returns. */
void tracer_on_syscall_stop(struct tracer *tracer, struct task *task);

/* False when by its registers the call is none that waits without blocking. */
bool tracer_may_be_wait(const struct trap *trap);

/*
 * The task is about to make this call. If it waits without blocking, what has ended by now is
 * taken note of.
 */
void tracer_before_wait(
	struct tracer *tracer, const struct task *task, const char *call, const struct trap *trap);

/* Births. */

/* Puts a task in the table. maker is the task that made it, NULL when that is dead. */
bool task_born(struct tracer *tracer, pid_t tid, pid_t pid, const struct process *parent,
	struct task *maker, const char *how);

/* PTRACE_EVENT_FORK, _VFORK, _CLONE. */
void tracer_on_fork(struct tracer *tracer, struct task *task, int event, int signal);

/* A report of a task that is not in the table: it waits for its maker's. */
void tracer_on_unknown(struct tracer *tracer, pid_t tid, int status);

/* Once no task is within a spawn: what becomes of those whose maker died in one. */
void tracer_settle_orphans(struct tracer *tracer);

#endif
