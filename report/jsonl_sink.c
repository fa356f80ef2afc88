#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/jsonl_event.h"
#include "report/output.h"
#include "report/sink.h"

/*
 * Not ASCII is written as \u escapes: a log shown on a terminal must not
 * reorder or hide text either.
 */
static const size_t dump_flags = JSON_COMPACT | JSON_ENSURE_ASCII;

struct jsonl_sink {
	struct sink sink; /* first: a struct sink * is cast to this */
	struct output output;
	struct sbuf line;
};

static int add_piece(const char *piece, size_t len, void *line)
{
	sbuf_add(line, piece, len);
	return 0;
}

static int jsonl_line(struct sink *sink, const struct event *event, struct err **err)
{
	struct jsonl_sink *self = (struct jsonl_sink *)sink;
	json_t *json = jsonl_event(event);
	int rc = -1;

	sbuf_reset(&self->line);
	if (json)
		rc = json_dump_callback(json, add_piece, &self->line, dump_flags);
	json_decref(json);
	sbuf_char(&self->line, '\n');
	if (rc < 0 || self->line.failed)
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
