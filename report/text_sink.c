#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/outcome.h"
#include "report/output.h"
#include "report/sink.h"
#include "report/summary.h"
#include "report/text_line.h"

struct text_sink {
	struct sink sink; /* first: a struct sink * is cast to this */
	struct text_options options;
	struct output output;
	struct text_line line;
	struct sbuf text;
};

/* That something is missing from the record is said even with -q. */
static bool warning_is_of_loss(const struct event_warning *warning)
{
	static const char *const prefixes[] = { "log.", "memory." };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(warning->code, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	}
	return false;
}

static bool event_wanted(const struct text_options *options, const struct event *event)
{
	bool lines = !options->summary_only;

	switch (event->type) {
	case EVENT_CALL:
		return lines &&
		       (!options->denied_only || outcome_is_denial(outcome_of_call(&event->call)));
	case EVENT_EXIT:
		return lines && !options->denied_only && options->verbosity >= 0 &&
		       (!event->exit.thread || options->verbosity > 0);
	case EVENT_WARNING:
		return options->verbosity >= 0 || warning_is_of_loss(&event->warning);
	case EVENT_SUMMARY:
		return options->summary_only;
	case EVENT_SESSION:
	case EVENT_START:
	default:
		return false;
	}
}

static int text_event(struct sink *sink, const struct event *event, struct err **err)
{
	struct text_sink *self = (struct text_sink *)sink;
	int rc;

	if (!event_wanted(&self->options, event))
		return 0;
	sbuf_reset(&self->text);
	if (event->type == EVENT_SUMMARY)
		summary_text(event->summary, self->options.color, &self->text);
	else
		text_line_event(&self->line, event, &self->text);
	if (self->text.failed || self->line.part.failed)
		return err_set(err, ENOMEM, "cannot write a line of text");
	rc = output_line(&self->output, self->text.data, self->text.len);
	return rc < 0 ? err_set(err, -rc, "cannot write a line of text") : 0;
}

static int text_flush(struct sink *sink, size_t *lost, struct err **err)
{
	struct text_sink *self = (struct text_sink *)sink;
	int rc = output_flush(&self->output, lost);

	return rc < 0 ? err_set(err, -rc, "cannot write a line of text") : 0;
}

static int text_close(struct sink *sink, struct err **err)
{
	struct text_sink *self = (struct text_sink *)sink;
	size_t lost;
	int rc = text_flush(sink, &lost, err);

	if (self->options.fd != STDERR_FILENO && close(self->options.fd) < 0 && rc == 0)
		rc = err_set(err, errno, "cannot finish the text output");
	output_free(&self->output);
	text_line_free(&self->line);
	sbuf_free(&self->text);
	free(self);
	return rc;
}

int sink_text_open(const struct text_options *options, struct sink **out, struct err **err)
{
	struct text_sink *self = calloc(1, sizeof(*self));

	if (!self)
		return err_set(err, ENOMEM, "cannot open the text output");
	self->sink = (struct sink){ .event = text_event, .flush = text_flush, .close = text_close };
	self->options = *options;
	output_init(&self->output, options->fd);
	text_line_init(&self->line, options);
	*out = &self->sink;
	return 0;
}
