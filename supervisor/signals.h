/*
 * The signals callgate itself gets, and its time limit, handled by a thread of
 * their own, so that the tracing thread does nothing but wait for tasks. Those of
 * job control are the tracing thread's, which sees the command stop and go on.
 *
 * The terminal sends Ctrl-C and its kin to the whole foreground process group:
 * the command gets its own, and callgate ignores its copy. What somebody sends
 * to callgate alone, with kill(2), is passed on to the command.
 */
#ifndef CALLGATE_SUPERVISOR_SIGNALS_H
#define CALLGATE_SUPERVISOR_SIGNALS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct tracer;

struct signals {
	sigset_t inherited;       /* callgate's mask as it was started: the command's */
	struct sigaction sigchld; /* the same, of SIGCHLD */
	pthread_t thread;
	struct tracer *tracer; /* borrowed */
	pid_t command;
	uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
	atomic_bool timed_out, over;
	/* Instead of passing a SIGHUP on that was sent to callgate. NULL: it is passed on. */
	void (*hangup)(void *ctx);
	void *hangup_ctx;
	/* Of the tracing thread: */
	bool terminal_stop; /* the job was told to stop: SIGTSTP, SIGTTIN, SIGTTOU */
	bool passed_stop;   /* the command was, by us, and is not seen to have stopped yet */
};

/* Blocks what the thread will handle. Before any fork or thread. */
int signals_block(struct signals *signals, struct err **err);

/* Starts the thread; timeout_ns counts from now, 0 is none. */
int signals_start(struct signals *signals, struct tracer *tracer, pid_t command,
	uint64_t timeout_ns, struct err **err);

void signals_stop(struct signals *signals);

/*
 * A signal of job control was sent to callgate. In the tracing thread.
 *
 * SIGCONT goes to the command only when it is still stopped: a shell sends it to
 * the whole job, the command had it before we did, and may have been told to
 * stop again since.
 */
void signals_job(struct signals *signals, const siginfo_t *info);

/*
 * The command is stopped. If that came of a stop of the whole job, stops
 * callgate as well, so that the shell sees the job stopped and takes its terminal
 * back. When somebody stops the command alone, callgate goes on: other tasks of
 * the run may have to continue it.
 */
void signals_stop_like_command(struct signals *signals);

#endif
