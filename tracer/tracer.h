/*
 * The ptrace loop: waits for stops of every task of the run, keeps the task
 * table, and tells an observer what happened. ptrace(2) has the facts; kernel
 * 5.3 or later for PTRACE_GET_SYSCALL_INFO.
 *
 * All functions must be called from the thread that started the command: only
 * it may make ptrace requests.
 */
#ifndef CALLGATE_TRACER_TRACER_H
#define CALLGATE_TRACER_TRACER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "decoders/call.h"
#include "decoders/trap.h"
#include "tracer/task.h"

struct tracer_observer {
	void *ctx;
	/*
	 * A task is in the table and has not run yet. maker made it; NULL for the
	 * command, and for one whose maker was killed. `how` is the ptrace event: "fork", "vfork",
	 * "clone"; or "spawn".
	 */
	void (*started)(void *ctx, struct task *task, struct task *maker, const char *how);
	/* The task waits at a call. True: its result is wanted. */
	bool (*trapped)(void *ctx, struct task *task, const struct trap *trap);
	/* The call whose result was wanted has returned, or never will (!known). */
	void (*returned)(void *ctx, struct task *task, const struct call_result *result);
	/*
	 * The process runs another program now. When a thread other than the leader
	 * made the exec, its task has exited just before, with status 0, and its
	 * call goes on as the leader's.
	 */
	void (*execed)(void *ctx, struct task *task);
	/*
	 * The task is gone; it is still in the table. status as from waitpid(2).
	 * The process ends with it when it has no other task left.
	 */
	void (*exited)(void *ctx, struct task *task, int status);
	/* The command's first process is stopped, and everything known has been handled. */
	void (*command_stopped)(void *ctx);
};

struct tracer;

int tracer_new(const struct tracer_observer *observer, struct tracer **out, struct err **err);
void tracer_free(struct tracer *tracer);

/*
 * Takes on the seized child of spawn_start() and runs until no task is left.
 * Returns 0 then, and the command's end in *status.
 */
int tracer_run(struct tracer *tracer, pid_t command, int *status, struct err **err);

/* True once the command got through its first exec. */
bool tracer_command_ran(const struct tracer *tracer);

const struct task_table *tracer_tasks(const struct tracer *tracer);

/* Kills every task, now and to come. For the tracing thread. */
void tracer_kill_all(struct tracer *tracer);

/*
 * The same, asked for by any thread or a signal handler. The asking thread must
 * then interrupt wait4(2) in the tracing thread with a signal.
 */
void tracer_ask_kill(struct tracer *tracer);

/* True when the command's first process is in a group-stop. */
bool tracer_command_is_stopped(const struct tracer *tracer);

#endif
