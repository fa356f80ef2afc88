/*
 * Numbers events, stamps them, and has a thread of its own give them to every
 * sink and to the summary, in their order: what is written costs the traced
 * program nothing. The queue is bounded; who comes when it is full waits, and
 * nothing is dropped.
 *
 * All functions are for one thread, the tracing one.
 */
#ifndef CALLGATE_SUPERVISOR_EMITTER_H
#define CALLGATE_SUPERVISOR_EMITTER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "policy/verdict.h"
#include "report/event.h"
#include "report/sink.h"
#include "supervisor/clock.h"
#include "tracer/proc_path.h"

struct summary;

/* An event on its way. */
struct emission {
	struct event event;
	char comm[COMM_SIZE];
	void *owner;     /* of what the event points to, or NULL */
	uint64_t number; /* in the order of emit() and emit_later() */
	struct emission *next;
};

struct emission_line {
	struct emission *first, **last;
	size_t len;
};

struct emitter {
	struct sink **sinks; /* borrowed */
	size_t nsinks;
	struct summary *summary; /* borrowed */
	enum mode mode;
	uint64_t begin_ns; /* CLOCK_MONOTONIC of the session's beginning */
	/* Tells that an event was written: its owner may go. Called from emit() and the like. */
	void (*released)(void *ctx, const struct event *event, void *owner);
	void *ctx;
	/* A sink has failed. In the writing thread, once. */
	void (*failed)(void *failed_ctx);
	void *failed_ctx;
	atomic_bool failing; /* that has happened */

	uint64_t seq; /* of the last event; the writer's */
	pthread_t writer;
	bool runs, over;
	pthread_mutex_t lock;
	pthread_cond_t wanted;  /* the writer sleeps, and is wanted */
	pthread_cond_t written; /* a line of events was written */
	bool asleep, hurry;
	struct emission_line queue, spent;
	struct emission *free; /* at least one exists at any time */
	uint64_t submitted,
		done; /* numbers of the last that came, and of the last that was written */
};

/* The fields up to failed_ctx are the caller's to set before. Starts the thread. */
int emitter_start(struct emitter *emitter, struct err **err);

/* Writes what is left, ends the thread and frees everything. */
void emitter_stop(struct emitter *emitter);

/* Fills mode and time. */
void emitter_stamp(const struct emitter *emitter, struct event *event, const struct moment *at);

/* Stamps the event, and returns once it is written. `at` is when what it tells began. */
void emit(struct emitter *emitter, struct event *event, const struct moment *at);

/*
 * The same, but returns at once. The task's comm is copied; everything else that
 * the event points to stays as it is until released() was called with `owner`.
 */
void emit_later(struct emitter *emitter, struct event *event, const struct moment *at, void *owner);

/* Returns when every event so far is written and released. */
void emitter_flush(struct emitter *emitter);

/* A warning about the run as a whole. `code` is a stable dotted word. Written at once. */
void emit_warning(struct emitter *emitter, const char *code, const char *text);

#endif
