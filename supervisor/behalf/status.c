#include "supervisor/behalf/status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/proc_path.h"

/* Enough for a task with a few dozen groups; it grows for more. */
enum { STATUS_FIRST = 4096 };

#define SIGNAL_BIT(n) ((uint64_t)1 << ((n)-1))

/* signal(7): whose default action is to be ignored. SIGCONT's effect does not wait for us. */
#define IGNORED_BY_DEFAULT                                                                         \
	(SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))

static char *read_all(int fd)
{
	size_t size = STATUS_FIRST, len = 0;
	cleanup_free char *text = malloc(size);

	while (text) {
		ssize_t n = read(fd, text + len, size - len - 1);
		char *grown;

		if (n < 0)
			return NULL;
		len += (size_t)n;
		text[len] = '\0';
		if (n == 0)
			return take_ptr(text);
		if (size - len > 1)
			continue;
		size *= 2;
		grown = realloc(text, size);
		if (!grown)
			return NULL;
		text = grown;
	}
	return NULL;
}

char *behalf_status_read(pid_t tid)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;

	proc_path(path, tid, "status");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : read_all(fd);
}

const char *behalf_status_field(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text && *text) {
		if (strncmp(text, name, len) == 0 && text[len] == ':' && text[len + 1] == '\t')
			return text + len + 2;
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return NULL;
}

/* A mask of signals; 0 when the field is missing. */
static uint64_t mask(const char *text, const char *name)
{
	const char *field = behalf_status_field(text, name);

	return field ? strtoull(field, NULL, 16) : 0;
}

bool behalf_signal_waits(pid_t tid)
{
	cleanup_free char *text = behalf_status_read(tid);
	uint64_t pending;

	if (!text)
		return false;
	pending = mask(text, "SigPnd") | mask(text, "ShdPnd");
	pending &= ~mask(text, "SigBlk") & ~mask(text, "SigIgn");
	return (pending & ~(IGNORED_BY_DEFAULT & ~mask(text, "SigCgt"))) != 0;
}
