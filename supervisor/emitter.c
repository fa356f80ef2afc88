#include "supervisor/emitter.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "report/outcome.h"
#include "report/summary.h"

enum {
	QUEUE_MAX = 8192, /* events; then the tracing thread waits for the sinks */
	/* Events gather for so long, or until they are so many: a wake for each would cost more. */
	NAP_MS = 5,
	NAP_EVENTS = 512,
};

static void line_init(struct emission_line *line)
{
	*line = (struct emission_line){ .last = &line->first };
}

static void line_put(struct emission_line *line, struct emission *emission)
{
	emission->next = NULL;
	*line->last = emission;
	line->last = &emission->next;
	line->len++;
}

static struct emission *line_take_all(struct emission_line *line)
{
	struct emission *first = line->first;

	line_init(line);
	return first;
}

/* The writer. */

/* Numbers it. Returns false when a sink could not take the event. */
static bool send_to_sinks(struct emitter *emitter, struct event *event, struct err **err)
{
	bool taken = true;

	event->seq = ++emitter->seq;
	summary_add(emitter->summary, event);
	for (size_t i = 0; i < emitter->nsinks; i++) {
		struct sink *sink = emitter->sinks[i];

		if (sink->event(sink, event, taken ? err : NULL) < 0)
			taken = false;
	}
	return taken;
}

/* Returns how many lines were lost. */
static size_t flush_sinks(const struct emitter *emitter, struct err **err)
{
	size_t most = 0;

	for (size_t i = 0; i < emitter->nsinks; i++) {
		struct sink *sink = emitter->sinks[i];
		size_t lost;

		if (sink->flush(sink, &lost, err && *err ? NULL : err) < 0 && lost > most)
			most = lost;
	}
	return most;
}

/* Said once, loudly, by whichever sinks still work; the summary has the count. */
static void say_failure(struct emitter *emitter, const struct event *lost, const struct err *err)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	struct event event = {
		.type = EVENT_WARNING,
		.mode = lost->mode,
		.time = lost->time,
		.mono_ns = lost->mono_ns,
		.warning = { .code = "log.failed" },
	};

	if (atomic_exchange(&emitter->failing, true))
		return;
	sbuf_fmt(&text, "the record of this run is incomplete from here on: %s", err_text(err));
	event.warning.text = sbuf_text(&text);
	if (!send_to_sinks(emitter, &event, NULL))
		summary_lost(emitter->summary, 1);
	summary_lost(emitter->summary, flush_sinks(emitter, NULL));
	if (emitter->failed)
		emitter->failed(emitter->failed_ctx);
}

static void write_event(struct emitter *emitter, struct event *event)
{
	cleanup_err struct err *err = NULL;

	if (send_to_sinks(emitter, event, &err))
		return;
	summary_lost(emitter->summary, 1);
	say_failure(emitter, event, err);
}

/* What was held back. `last` is one of the events that it may have lost. */
static void flush_events(struct emitter *emitter, const struct event *last)
{
	cleanup_err struct err *err = NULL;
	size_t lost = flush_sinks(emitter, &err);

	summary_lost(emitter->summary, lost);
	if (lost)
		say_failure(emitter, last, err);
}

/* Without the lock. */
static void write_line(struct emitter *emitter, struct emission *first)
{
	struct emission *last = first;

	for (struct emission *e = first; e; last = e, e = e->next)
		write_event(emitter, &e->event);
	flush_events(emitter, &last->event);
}

/* With the lock: the line is the tracing thread's again. */
static void give_back(struct emitter *emitter, struct emission *first)
{
	while (first) {
		struct emission *next = first->next;

		emitter->done = first->number;
		line_put(&emitter->spent, first);
		first = next;
	}
	pthread_cond_signal(&emitter->written);
}

/* With the lock, which is let go meanwhile. Ends early when somebody waits for what is written. */
static void nap(struct emitter *emitter)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += NAP_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (!emitter->hurry && !emitter->over && emitter->queue.len < NAP_EVENTS) {
		if (pthread_cond_timedwait(&emitter->wanted, &emitter->lock, &until) != 0)
			break;
	}
}

/* With the lock, which is let go meanwhile. */
static void wait_for_events(struct emitter *emitter)
{
	while (!emitter->queue.len && !emitter->over) {
		emitter->asleep = true;
		pthread_cond_wait(&emitter->wanted, &emitter->lock);
		emitter->asleep = false;
		nap(emitter);
	}
	emitter->hurry = false;
}

static void *writer_run(void *arg)
{
	struct emitter *emitter = arg;
	struct emission *line;

	pthread_mutex_lock(&emitter->lock);
	for (;;) {
		wait_for_events(emitter);
		line = line_take_all(&emitter->queue);
		if (!line)
			break;
		pthread_mutex_unlock(&emitter->lock);
		write_line(emitter, line);
		pthread_mutex_lock(&emitter->lock);
		give_back(emitter, line);
	}
	pthread_mutex_unlock(&emitter->lock);
	return NULL;
}

int emitter_start(struct emitter *emitter, struct err **err)
{
	pthread_condattr_t by_monotonic;
	sigset_t all, old;
	int rc;

	line_init(&emitter->queue);
	line_init(&emitter->spent);
	emitter->free = calloc(1, sizeof(*emitter->free));
	if (!emitter->free)
		return err_set(err, ENOMEM, "cannot start the thread that writes the log");
	pthread_mutex_init(&emitter->lock, NULL);
	pthread_condattr_init(&by_monotonic);
	pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&emitter->wanted, &by_monotonic);
	pthread_condattr_destroy(&by_monotonic);
	pthread_cond_init(&emitter->written, NULL);
	/* Signals are for the threads that wait for them. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = pthread_create(&emitter->writer, NULL, writer_run, emitter);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	emitter->runs = rc == 0;
	return rc ? err_set(err, rc, "cannot start the thread that writes the log") : 0;
}

/* The tracing thread. */

static void release(struct emitter *emitter, struct emission *first)
{
	while (first) {
		struct emission *next = first->next;

		if (emitter->released)
			emitter->released(emitter->ctx, &first->event, first->owner);
		first->next = emitter->free;
		emitter->free = first;
		first = next;
	}
}

/* Waits until an event was written, and takes the spent ones. */
static struct emission *wait_written(struct emitter *emitter, uint64_t number)
{
	while (emitter->done < number) {
		emitter->hurry = true;
		pthread_cond_signal(&emitter->wanted);
		pthread_cond_wait(&emitter->written, &emitter->lock);
	}
	return line_take_all(&emitter->spent);
}

/* Where there is no memory for one more, those on their way are waited for. */
static struct emission *emission_get(struct emitter *emitter)
{
	struct emission *emission = emitter->free;

	if (!emission)
		emission = malloc(sizeof(*emission));
	else
		emitter->free = emission->next;
	if (emission)
		return emission;
	emitter_flush(emitter);
	emission = emitter->free;
	emitter->free = emission->next;
	return emission;
}

/* What somebody waits to see: its line is to stand before what the program says of it. */
static bool is_urgent(const struct event *event)
{
	return event->type == EVENT_CALL && outcome_is_denial(outcome_of_call(&event->call));
}

/* Puts it in line, and takes what was written meanwhile. */
static struct emission *submit(struct emitter *emitter, struct emission *emission)
{
	bool urgent = is_urgent(&emission->event), wake;
	struct emission *spent;

	pthread_mutex_lock(&emitter->lock);
	emitter->hurry |= urgent;
	emission->number = ++emitter->submitted;
	line_put(&emitter->queue, emission);
	wake = urgent || emitter->asleep || emitter->queue.len == NAP_EVENTS;
	emitter->asleep = false; /* one wake is enough */
	if (emitter->queue.len > QUEUE_MAX)
		spent = wait_written(emitter, emitter->done + 1);
	else
		spent = line_take_all(&emitter->spent);
	pthread_mutex_unlock(&emitter->lock);
	/* Without the lock, on which it would have to wait again. */
	if (wake)
		pthread_cond_signal(&emitter->wanted);
	return spent;
}

void emitter_stamp(const struct emitter *emitter, struct event *event, const struct moment *at)
{
	event->mode = emitter->mode;
	event->time = at->real;
	event->mono_ns = at->mono_ns > emitter->begin_ns ? at->mono_ns - emitter->begin_ns : 0;
}

void emit_later(struct emitter *emitter, struct event *event, const struct moment *at, void *owner)
{
	struct emission *emission = emission_get(emitter);

	emitter_stamp(emitter, event, at);
	emission->event = *event;
	emission->owner = owner;
	if (event->task.comm) {
		memcpy(emission->comm, event->task.comm, sizeof(emission->comm));
		emission->event.task.comm = emission->comm;
	}
	release(emitter, submit(emitter, emission));
}

void emitter_flush(struct emitter *emitter)
{
	struct emission *spent;

	pthread_mutex_lock(&emitter->lock);
	spent = wait_written(emitter, emitter->submitted);
	pthread_mutex_unlock(&emitter->lock);
	release(emitter, spent);
}

void emit(struct emitter *emitter, struct event *event, const struct moment *at)
{
	pthread_mutex_lock(&emitter->lock);
	emitter->hurry = true; /* no nap before this one */
	pthread_mutex_unlock(&emitter->lock);
	emit_later(emitter, event, at, NULL);
	emitter_flush(emitter);
}

void emit_warning(struct emitter *emitter, const char *code, const char *text)
{
	struct moment now = moment_now();
	struct event event = {
		.type = EVENT_WARNING,
		.warning = { .code = code, .text = text },
	};

	emit(emitter, &event, &now);
}

void emitter_stop(struct emitter *emitter)
{
	struct emission *next;

	if (!emitter->runs)
		return;
	pthread_mutex_lock(&emitter->lock);
	emitter->over = true;
	pthread_cond_signal(&emitter->wanted);
	pthread_mutex_unlock(&emitter->lock);
	pthread_join(emitter->writer, NULL);
	release(emitter, line_take_all(&emitter->spent));
	for (; emitter->free; emitter->free = next) {
		next = emitter->free->next;
		free(emitter->free);
	}
	pthread_cond_destroy(&emitter->written);
	pthread_cond_destroy(&emitter->wanted);
	pthread_mutex_destroy(&emitter->lock);
	emitter->runs = false;
}
