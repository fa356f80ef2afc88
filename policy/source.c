#include "policy/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

/* O_NONBLOCK so that opening a fifo or a device nobody should name does not hang. */
static int open_source(const char *path, bool pipes, struct err **err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, EISDIR, "cannot read %s", path);
	if (!S_ISREG(st.st_mode) && !(pipes && S_ISFIFO(st.st_mode)))
		return err_set(err, 0, "cannot read %s: it is not a regular file", path);
	if (fcntl(fd, F_SETFL, O_RDONLY) < 0)
		return err_set(err, errno, "cannot read %s", path);
	return take_fd(&fd);
}

int source_read(
	const char *path, bool pipes, size_t max, char **text, size_t *len, struct err **err)
{
	cleanup_close int fd = open_source(path, pipes, err);
	cleanup_free char *data = NULL;
	size_t cap = 0, used = 0;

	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t n;

		if (used == cap) {
			char *grown = realloc(data, cap ? cap * 2 : 16384);

			if (!grown)
				return err_set(err, ENOMEM, "cannot read %s", path);
			data = grown;
			cap = cap ? cap * 2 : 16384;
		}
		n = read(fd, data + used, cap - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, errno, "cannot read %s", path);
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max)
			return err_set(
				err, 0, "%s is too large: more than %zu MiB", path, max >> 20);
	}
	*text = take_ptr(data);
	*len = used;
	return 0;
}

char *source_relative(const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');
	char *joined = NULL;

	if (path[0] == '/' || !slash)
		return strdup(path);
	if (asprintf(&joined, "%.*s/%s", (int)(slash - from), from, path) < 0)
		return NULL;
	return joined;
}
