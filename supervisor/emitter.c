#include "supervisor/emitter.h"

#include "base/cleanup.h"
#include "report/summary.h"

/* Returns false when a sink could not take the event. */
static bool send_to_sinks(struct emitter *emitter, const struct event *event, struct err **err)
{
	bool taken = true;

	for (size_t i = 0; i < emitter->nsinks; i++) {
		struct sink *sink = emitter->sinks[i];

		if (sink->event(sink, event, taken ? err : NULL) < 0)
			taken = false;
	}
	return taken;
}

/* Said once, loudly, by whichever sinks still work; the summary has the count. */
static void say_failure(struct emitter *emitter, const struct err *err)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	if (emitter->failing)
		return;
	emitter->failing = true;
	sbuf_fmt(&text, "the record of this run is incomplete from here on: %s", err_text(err));
	emit_warning(emitter, "log.failed", sbuf_text(&text));
}

void emitter_stamp(const struct emitter *emitter, struct event *event, const struct moment *at)
{
	event->mode = emitter->mode;
	event->time = at->real;
	event->mono_ns = at->mono_ns > emitter->begin_ns ? at->mono_ns - emitter->begin_ns : 0;
}

void emit(struct emitter *emitter, struct event *event, const struct moment *at)
{
	cleanup_err struct err *err = NULL;

	event->seq = ++emitter->seq;
	emitter_stamp(emitter, event, at);
	summary_add(emitter->summary, event);
	if (send_to_sinks(emitter, event, &err))
		return;
	summary_lost(emitter->summary);
	say_failure(emitter, err);
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
