#include "report/output.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { HELD_MAX = 32768 /* some eighty lines of a log */ };

static void look_at(struct output *output, int fd)
{
	struct stat st = { 0 };

	*output = (struct output){ .fd = fd };
	if (fstat(fd, &st) < 0)
		return;
	output->is_file = S_ISREG(st.st_mode);
	output->can_break = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
}

void output_init(struct output *output, int fd)
{
	look_at(output, fd);
	if (output->is_file)
		output->held = malloc(HELD_MAX);
}

void output_free(struct output *output)
{
	free(output->held);
	output->held = NULL;
	output->held_len = 0;
}

/* Writes everything; *done is what was written, also on failure. */
static int write_all(int fd, const char *text, size_t len, size_t *done)
{
	*done = 0;
	while (*done < len) {
		ssize_t n = write(fd, text + *done, len - *done);

		if (n >= 0) {
			*done += (size_t)n;
		} else if (errno == EAGAIN) {
			/* Another holder of the pipe or terminal made it non-blocking. */
			struct pollfd ready = { .fd = fd, .events = POLLOUT };

			if (poll(&ready, 1, -1) < 0 && errno != EINTR)
				return -errno;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

/*
 * A write to a pipe nobody reads raises SIGPIPE in the writing thread. It is
 * held back for that write only and taken off the queue: a changed disposition
 * would be inherited by the command.
 */
static int write_unbroken(int fd, const char *text, size_t len, size_t *done)
{
	static const struct timespec at_once;
	sigset_t pipe_set, old, pending;
	int rc;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigemptyset(&pending);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
	rc = write_all(fd, text, len, done);
	if (rc == -EPIPE && !sigismember(&pending, SIGPIPE)) {
		while (sigtimedwait(&pipe_set, NULL, &at_once) < 0 && errno == EINTR)
			;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int write_now(const struct output *output, const char *text, size_t len, size_t *done)
{
	return output->can_break ? write_unbroken(output->fd, text, len, done)
				 : write_all(output->fd, text, len, done);
}

/* A line cut by a full disk would spoil the line after it. */
static void take_back(int fd, size_t done)
{
	off_t end = lseek(fd, 0, SEEK_CUR);

	if (end < (off_t)done || ftruncate(fd, end - (off_t)done) < 0)
		return;
	lseek(fd, end - (off_t)done, SEEK_SET);
}

/* How much of the text is in whole lines. */
static size_t whole_lines(const char *text, size_t len)
{
	const char *end = len ? memrchr(text, '\n', len) : NULL;

	return end ? (size_t)(end + 1 - text) : 0;
}

static size_t lines_in(const char *text, size_t len)
{
	size_t n = 0;

	for (const char *end = text + len;
		text < end && (text = memchr(text, '\n', (size_t)(end - text))); text++)
		n++;
	return n;
}

/* Lines to a regular file. What cannot be written is counted, and no part of it is left. */
static void write_lines(struct output *output, const char *lines, size_t len)
{
	size_t done, whole;
	int rc = write_all(output->fd, lines, len, &done);

	output->written += done;
	if (rc == 0)
		return;
	whole = whole_lines(lines, done);
	if (done > whole)
		take_back(output->fd, done - whole);
	output->written -= done - whole;
	output->lost += lines_in(lines + whole, len - whole);
	if (!output->errnum)
		output->errnum = -rc;
}

static void write_held(struct output *output)
{
	write_lines(output, output->held, output->held_len);
	output->held_len = 0;
}

int output_flush(struct output *output, size_t *lost)
{
	int errnum;

	if (output->held_len)
		write_held(output);
	*lost = output->lost;
	errnum = output->errnum;
	output->lost = 0;
	output->errnum = 0;
	return -errnum;
}

int output_line(struct output *output, const char *line, size_t len)
{
	size_t done;

	if (!output->is_file)
		return write_now(output, line, len, &done);
	if (output->held_len + len > HELD_MAX)
		write_held(output);
	if (!output->held || len > HELD_MAX) {
		write_lines(output, line, len);
		return 0;
	}
	memcpy(output->held + output->held_len, line, len);
	output->held_len += len;
	return 0;
}

int output_write(int fd, const char *text, size_t len)
{
	struct output output;
	size_t done;
	int rc;

	look_at(&output, fd);
	rc = write_now(&output, text, len, &done);
	if (rc < 0 && done && output.is_file)
		take_back(fd, done);
	return rc;
}
