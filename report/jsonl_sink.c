/* The log, as docs/log.md describes it. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/jsonl_event.h"
#include "report/output.h"
#include "report/sink.h"

struct jsonl_sink {
	struct sink sink; /* first: a struct sink * is cast to this */
	struct output output;
	struct sbuf line;
	bool named;       /* the file had a name when it was given */
	uint64_t checked; /* mono_ns of the last event before which it was looked at */
};

enum { CHECK_NS = 10000000 };

/*
 * The command may have the user's right to write to the log, too. What it writes
 * over in place nobody can tell; but a log that is cut or gone is not taken for one.
 */
static int check_file(struct jsonl_sink *self, const struct event *event, struct err **err)
{
	struct stat st;

	/* Now and then, and at the end. */
	if (event->type != EVENT_SUMMARY && event->mono_ns < self->checked + CHECK_NS)
		return 0;
	self->checked = event->mono_ns;
	if (!self->output.is_file || fstat(self->output.fd, &st) < 0)
		return 0;
	if (self->named && st.st_nlink == 0)
		return err_set(err, 0, "somebody has removed the log");
	if ((uint64_t)st.st_size < self->output.written)
		return err_set(err, 0, "somebody has cut the log");
	return 0;
}

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
	rc = check_file(self, event, err);
	if (rc < 0)
		return rc;
	rc = output_line(&self->output, self->line.data, self->line.len);
	return rc < 0 ? err_set(err, -rc, "cannot write to the log") : 0;
}

static int jsonl_flush(struct sink *sink, size_t *lost, struct err **err)
{
	struct jsonl_sink *self = (struct jsonl_sink *)sink;
	int rc = output_flush(&self->output, lost);

	return rc < 0 ? err_set(err, -rc, "cannot write to the log") : 0;
}

static int jsonl_close(struct sink *sink, struct err **err)
{
	struct jsonl_sink *self = (struct jsonl_sink *)sink;
	size_t lost;
	int rc = jsonl_flush(sink, &lost, err);

	if (self->output.fd != STDOUT_FILENO && close(self->output.fd) < 0 && rc == 0)
		rc = err_set(err, errno, "cannot finish the log");
	output_free(&self->output);
	sbuf_free(&self->line);
	free(self);
	return rc;
}

int sink_jsonl_open(int fd, struct sink **out, struct err **err)
{
	struct jsonl_sink *self = calloc(1, sizeof(*self));
	struct stat st;

	if (!self)
		return err_set(err, ENOMEM, "cannot open the log");
	self->named = fstat(fd, &st) == 0 && st.st_nlink > 0;
	self->sink =
		(struct sink){ .event = jsonl_line, .flush = jsonl_flush, .close = jsonl_close };
	output_init(&self->output, fd);
	*out = &self->sink;
	return 0;
}
