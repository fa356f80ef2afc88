#include "report/output.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void output_init(struct output *output, int fd)
{
	struct stat st = { 0 };

	*output = (struct output){ .fd = fd };
	if (fstat(fd, &st) < 0)
		return;
	output->is_file = S_ISREG(st.st_mode);
	output->can_break = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode);
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

/* A line cut by a full disk would spoil the line after it. */
static void take_back(int fd, size_t done)
{
	off_t end = lseek(fd, 0, SEEK_CUR);

	if (end < (off_t)done || ftruncate(fd, end - (off_t)done) < 0)
		return;
	lseek(fd, end - (off_t)done, SEEK_SET);
}

int output_line(struct output *output, const char *line, size_t len)
{
	size_t done;
	int rc;

	if (output->can_break)
		rc = write_unbroken(output->fd, line, len, &done);
	else
		rc = write_all(output->fd, line, len, &done);
	if (rc < 0 && done && output->is_file)
		take_back(output->fd, done);
	return rc;
}

int output_write(int fd, const char *text, size_t len)
{
	struct output output;

	output_init(&output, fd);
	return output_line(&output, text, len);
}
