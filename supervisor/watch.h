/*
 * Trace mode: every call of the selection is let through, and shown with its
 * result. Observes the tracer, decodes its traps, makes events of them.
 */
#ifndef CALLGATE_SUPERVISOR_WATCH_H
#define CALLGATE_SUPERVISOR_WATCH_H

#include <stdbool.h>

#include "decoders/call.h"
#include "decoders/select.h"
#include "supervisor/emitter.h"
#include "supervisor/pending.h"
#include "tracer/tracer.h"

struct watch {
	struct emitter *emitter;
	struct tracer *tracer;
	struct pending_pool pool;
	struct decode_options decode;
	const struct call_set *select; /* borrowed: what is shown */
	bool kill_on_exit;             /* when the command ends, so does the rest */
	pid_t command;
	void (*stopped)(void *ctx); /* the command was stopped; what callgate does about it */
	void *stopped_ctx;
};

/* The observer of a tracer whose ctx is a struct watch. */
struct tracer_observer watch_observer(struct watch *watch);

void watch_free(struct watch *watch);

#endif
