/*
 * Observes the tracer, decodes its traps, makes events of them. In trace every
 * call of the selection goes on and is shown with its result; in the other modes
 * the gate says what becomes of it.
 */
#ifndef CALLGATE_SUPERVISOR_WATCH_H
#define CALLGATE_SUPERVISOR_WATCH_H

#include <stdbool.h>

#include "decoders/call.h"
#include "decoders/select.h"
#include "supervisor/emitter.h"
#include "supervisor/gate.h"
#include "supervisor/notified.h"
#include "supervisor/pending.h"
#include "supervisor/reload.h"
#include "supervisor/privileges.h"
#include "supervisor/socket_memory.h"
#include "supervisor/stacking.h"
#include "supervisor/watchdog.h"
#include "tracer/tracer.h"

struct watch {
	struct emitter *emitter;
	struct tracer *tracer;
	struct pending_pool pool;
	struct decode_options decode;
	struct socket_memory sockets;
	struct watchdog watchdog;
	struct notified notified;      /* the traps that are no ptrace stops */
	struct gate *gate;             /* borrowed: judges every call; NULL in trace */
	const struct call_set *select; /* borrowed: what is shown */
	struct stacks *stacks;         /* borrowed; NULL: no call has its stack taken */
	enum stack_when stack_when;
	struct privileges privileges;
	struct reload *reload;    /* borrowed; NULL: the policy stays */
	char *const *environment; /* borrowed: what the command starts with; NULL: the environments
				     of programs are told to nobody */
	bool kill_on_exit;        /* when the command ends, so does the rest */
	pid_t command;
	struct sbuf denial;         /* why the command itself was not run; empty when it was */
	void (*stopped)(void *ctx); /* the command was stopped; what callgate does about it */
	void (*job_signal)(void *ctx, const siginfo_t *info); /* one was sent to callgate */
	void *job_ctx;                                        /* of both */
};

/*
 * Decodes and judges a trap. notif_id names it at the listener, 0 for a ptrace
 * stop. With TRAP_WATCH, TRAP_HOLD and TRAP_ANSWER, *out is what watch_finish() has
 * to be given once its end is known; NULL when nobody is to be told.
 */
enum trap_response watch_trap(struct watch *watch, struct task *task, const struct trap *trap,
	uint64_t notif_id, int64_t *answer, struct pending **out);

/* The end of a call: tells of it, and forgets it. */
void watch_finish(struct watch *watch, struct task *task, struct pending *pending,
	const struct call_result *result);

/*
 * What is a process's has been read, since watchdog_begin(). True when the process had to
 * be killed for it, which is told of.
 */
bool watch_end_reading(struct watch *watch);

/* Forgets a call of which nothing is told. */
void watch_forget(struct watch *watch, struct pending *pending);

/* Calls that threads of the gate are through with go on. ctx is a struct watch. */
void watch_woken(void *ctx);

/*
 * The task makes another call, or has ended. A worker answers at the listener before the tracing
 * thread hears of it: if that is how its last call ended, that one is told of first.
 */
void watch_last_call(struct watch *watch, struct task *task);

/* For the emitter: what an event of ours pointed to may go. ctx is a struct watch. */
void watch_released(void *ctx, const struct event *event, void *owner);

/* The observer of a tracer whose ctx is a struct watch. */
struct tracer_observer watch_observer(struct watch *watch);

/*
 * Adds a call that waits as the event that its line in the log will be, but for
 * what is not known yet: its `seq` is 0, its result null.
 */
void watch_describe(const struct watch *watch, const struct task *task,
	const struct pending *pending, struct sbuf *out);

void watch_free(struct watch *watch);

#endif
