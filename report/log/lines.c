#include "report/log/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024 };

/* Makes room after the end: moves what is left to the front, or grows. */
static int make_room(struct log_lines *lines)
{
	size_t len = lines->end - lines->begin, cap;
	char *data;

	if (lines->begin) {
		memmove(lines->data, lines->data + lines->begin, len);
		lines->begin = 0;
		lines->end = len;
	}
	if (lines->cap - lines->end >= CHUNK)
		return 0;
	cap = lines->cap ? 2 * lines->cap : 2 * (size_t)CHUNK;
	data = realloc(lines->data, cap);
	if (!data)
		return -ENOMEM;
	lines->data = data;
	lines->cap = cap;
	return 0;
}

static int read_more(struct log_lines *lines)
{
	ssize_t n;
	int rc = make_room(lines);

	if (rc < 0)
		return rc;
	do
		n = read(lines->fd, lines->data + lines->end, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	lines->at_end = n == 0;
	lines->end += (size_t)n;
	return 0;
}

/* Hands out `len` bytes, and the newline after them where there is one. */
static int give(struct log_lines *lines, size_t len, bool whole, struct log_line *out)
{
	out->text = lines->data + lines->begin;
	out->len = len;
	out->whole = whole;
	lines->begin += len + whole;
	lines->offset += len + whole;
	return 1;
}

/* Leaves out what has been read of a line without end, and notes it. */
static void skip(struct log_lines *lines, struct log_line *out)
{
	lines->offset += lines->end - lines->begin;
	lines->begin = lines->end = 0;
	out->too_long = true;
}

int log_lines_next(struct log_lines *lines, struct log_line *out)
{
	size_t looked = 0;
	int rc;

	*out = (struct log_line){ .text = "" };
	for (;;) {
		size_t len = lines->end - lines->begin;
		const char *from = lines->data ? lines->data + lines->begin : "";
		const char *newline =
			len > looked ? memchr(from + looked, '\n', len - looked) : NULL;

		if (newline)
			give(lines, (size_t)(newline - from), true, out);
		else if (lines->at_end && len)
			give(lines, len, false, out);
		if (newline || lines->at_end) {
			if (out->too_long) {
				out->text = "";
				out->len = 0;
			}
			return newline || len || out->too_long;
		}
		looked = len;
		if (len > LOG_LINE_MAX) {
			skip(lines, out);
			looked = 0;
		}
		rc = read_more(lines);
		if (rc < 0)
			return rc;
	}
}

void log_lines_free(struct log_lines *lines)
{
	free(lines->data);
	lines->data = NULL;
}
