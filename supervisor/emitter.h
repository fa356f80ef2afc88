/* Numbers events, stamps them, and gives them to every sink and to the summary. */
#ifndef CALLGATE_SUPERVISOR_EMITTER_H
#define CALLGATE_SUPERVISOR_EMITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/verdict.h"
#include "report/event.h"
#include "report/sink.h"
#include "supervisor/clock.h"

struct summary;

struct emitter {
	struct sink **sinks; /* borrowed */
	size_t nsinks;
	struct summary *summary; /* borrowed */
	enum mode mode;
	uint64_t seq;
	uint64_t begin_ns; /* CLOCK_MONOTONIC of the session's beginning */
	bool failing;      /* a sink has failed, and it was said */
};

/* Fills mode and time. */
void emitter_stamp(const struct emitter *emitter, struct event *event, const struct moment *at);

/* Fills seq, time and mode and sends the event. `at` is when what it tells began. */
void emit(struct emitter *emitter, struct event *event, const struct moment *at);

/* A warning about the run as a whole. `code` is a stable dotted word. */
void emit_warning(struct emitter *emitter, const char *code, const char *text);

#endif
