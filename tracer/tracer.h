/*
 * The ptrace loop: waits for stops of every task of the run, keeps the task
 * table, and tells an observer what happened. ptrace(2) has the facts; kernel
 * 5.3 or later for PTRACE_GET_SYSCALL_INFO.
 *
 * Unless it says otherwise, a function must be called from the thread that
 * started the command: only that one may make ptrace requests. SIGCHLD,
 * TRACER_WAKE_SIGNAL and tracer_job_signals() must be blocked in every thread of
 * the process, and no other thread may take them.
 */
#ifndef CALLGATE_TRACER_TRACER_H
#define CALLGATE_TRACER_TRACER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "decoders/call.h"
#include "decoders/trap.h"
#include "tracer/program_facts.h"
#include "tracer/task.h"

/* What an observer wants done with a trap. */
enum trap_response {
	TRAP_PASS,   /* let the call go; its result matters to nobody */
	TRAP_WATCH,  /* let the call go, and tell of its return */
	TRAP_ANSWER, /* the call is not made: it returns what the observer says */
	TRAP_HOLD,   /* the task waits until tracer_answer() or tracer_release() */
};

struct tracer_observer {
	void *ctx;
	/*
	 * A task is in the table and has not run yet. maker made it; NULL for the
	 * command, and for one whose maker was killed. `how` is the ptrace event: "fork", "vfork",
	 * "clone"; or "spawn".
	 */
	void (*started)(void *ctx, struct task *task, struct task *maker, const char *how);
	/* The task waits at a call. *answer is its result for TRAP_ANSWER: a value or -errno. */
	enum trap_response (*trapped)(
		void *ctx, struct task *task, const struct trap *trap, int64_t *answer);
	/*
	 * A call that was let go and watched has returned; or it never will, because
	 * its task died (!known), which is told of a held one too.
	 */
	void (*returned)(void *ctx, struct task *task, const struct call_result *result);
	/*
	 * The process runs another program now, whose file and memory are about to be read;
	 * execed() comes next.
	 */
	void (*execing)(void *ctx, struct task *task);
	/*
	 * What it runs is known. When a thread other than the leader
	 * made the exec, its task has exited just before, with status 0, and its
	 * call goes on as the leader's. `stack` is what the program begins with.
	 */
	void (*execed)(void *ctx, struct task *task, const struct exec_stack *stack);
	/*
	 * The task is gone; it is still in the table. status as from waitpid(2).
	 * The process ends with it when it has no other task left.
	 */
	void (*exited)(void *ctx, struct task *task, int status);
	/* The command's first process is stopped, and everything known has been handled. */
	void (*command_stopped)(void *ctx);
	/*
	 * One of tracer_job_signals() was sent to this process. Told in the order
	 * they were sent in (a stop signal takes back a SIGCONT that waits, and the
	 * other way round: signal(7)), and in the thread that sees the command stop
	 * and go on, so that what came first is known.
	 */
	void (*job_signal)(void *ctx, const siginfo_t *info);
	/* tracer_wake() was called. May answer held tasks. NULL is allowed. */
	void (*woken)(void *ctx);
	/*
	 * The process of this held task is being stopped (SIGSTOP and its kin), which
	 * interrupts a call: the task must be answered soon. NULL is allowed.
	 */
	void (*must_leave)(void *ctx, struct task *task);
	/* A task whose `parked` is set is in a stop, within the call it was to stop in. */
	void (*parked)(void *ctx, struct task *task);
	/* The descriptor of tracer_listen() is readable. */
	void (*readable)(void *ctx);
	/*
	 * A signal interrupted this call with -ERESTARTSYS. True when that was before
	 * anybody had seen it: it never began, and is restarted whatever the signal's
	 * handler says. Asked only with tracer_listen().
	 */
	bool (*never_began)(void *ctx, struct task *task, const struct trap *trap);
};

/* Ends the tracing thread's wait. */
#define TRACER_WAKE_SIGNAL SIGURG

/* Signals of job control: SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT. */
void tracer_job_signals(sigset_t *set);

struct tracer;

int tracer_new(const struct tracer_observer *observer, struct tracer **out, struct err **err);
void tracer_free(struct tracer *tracer);

/*
 * Takes on the seized child of spawn_start() and runs until no task is left.
 * Returns 0 then, and the command's end in *status.
 */
int tracer_run(struct tracer *tracer, pid_t command, int *status, struct err **err);

/*
 * From now on the tracing thread also waits for this descriptor, whose traps the
 * observer takes itself. Borrowed; it may hang up before the last task has ended.
 * Returns 0 or -errno.
 */
int tracer_listen(struct tracer *tracer, int fd);

/* The observer holds a task that waits at its descriptor; or has answered it. */
void tracer_held(struct task *task, bool held);

/*
 * Has a task come to a stop before it goes on in its program. For one that gets a
 * restart code at the descriptor: the kernel restarts a call on its way to a
 * signal, and another thread may have taken that; a stop leads along there, too.
 */
void tracer_interrupt(const struct task *task);

/* True once the command got through its first exec. */
bool tracer_command_ran(const struct tracer *tracer);

const struct task_table *tracer_tasks(const struct tracer *tracer);

/* What is known of the run's programs; own_root is for whoever watches the tracer to keep true. */
struct program_lookup *tracer_programs(struct tracer *tracer);

/*
 * Ends the wait of a held task with the result of its call: a value, -errno, or
 * one of the kernel's restart codes (-512 to -516), with which the kernel
 * restarts the call after a signal as if it had been interrupted itself.
 */
void tracer_answer(struct tracer *tracer, struct task *task, int64_t result);

/* Lets a held task make its call after all, and tells of its return. */
void tracer_release(struct tracer *tracer, struct task *task);

/* Has the tracing thread call the observer's woken(). For any thread. */
void tracer_wake(struct tracer *tracer);

/* Kills every task, now and to come. For the tracing thread. */
void tracer_kill_all(struct tracer *tracer);

/* The same, asked for by any thread. */
void tracer_ask_kill(struct tracer *tracer);

/* True when the command's first process is in a group-stop. */
bool tracer_command_is_stopped(const struct tracer *tracer);

/*
 * Continues the command if it is still in the group-stop it is in as far as is
 * known now. Does nothing when it was continued meanwhile, or was told to stop
 * again.
 */
void tracer_continue_command(struct tracer *tracer);

#endif
