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
	off_t size;       /* of the file, as we have written it */
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
	if (st.st_size < self->size)
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
	if (rc < 0)
		return err_set(err, -rc, "cannot write to the log");
	self->size += (off_t)self->line.len;
	return 0;
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
	struct stat st;

	if (!self)
		return err_set(err, ENOMEM, "cannot open the log");
	self->named = fstat(fd, &st) == 0 && st.st_nlink > 0;
	self->sink = (struct sink){ .event = jsonl_line, .close = jsonl_close };
	output_init(&self->output, fd);
	*out = &self->sink;
	return 0;
}
