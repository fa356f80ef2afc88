/* The log, as docs/log.md describes it. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/jsonl_event.h"
#include "report/output.h"
#include "report/sink.h"

struct jsonl_sink {
	struct sink sink; /* first: a struct sink * is cast to this */
	struct output output;
	struct sbuf line;
};

static int jsonl_line(struct sink *sink, const struct event *event, struct err **err)
{
	struct jsonl_sink *self = (struct jsonl_sink *)sink;
	bool made;
	int rc;

	sbuf_reset(&self->line);
	made = jsonl_event(event, &self->line);
	sbuf_char(&self->line, '\n');
	if (!made || self->line.failed)
		return err_set(err, ENOMEM, "cannot write to the log");
	rc = output_line(&self->output, self->line.data, self->line.len);
	return rc < 0 ? err_set(err, -rc, "cannot write to the log") : 0;
}

static int jsonl_close(struct sink *sink, struct err **err)
{
	struct jsonl_sink *self = (struct jsonl_sink *)sink;
	int rc = 0;

	if (self->output.fd != STDOUT_FILENO && close(self->output.fd) < 0)
		rc = err_set(err, errno, "cannot finish the log");
	sbuf_free(&self->line);
	free(self);
	return rc;
}

int sink_jsonl_open(int fd, struct sink **out, struct err **err)
{
	struct jsonl_sink *self = calloc(1, sizeof(*self));

	if (!self)
		return err_set(err, ENOMEM, "cannot open the log");
	self->sink = (struct sink){ .event = jsonl_line, .close = jsonl_close };
	output_init(&self->output, fd);
	*out = &self->sink;
	return 0;
}
