#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root/walk.h"

static void self_path(char out[static 64], int fd)
{
	snprintf(out, 64, "/proc/self/fd/%d", fd);
}

/*
 * The canonical path as the kernel knows it. It is that of our own root and
 * mounts, and may be gone or not a path at all; so the kernel has to find the
 * same file by it in the root we look at, and no link on the way.
 */
static char *canonical_path(int root, int fd, const struct identity *id)
{
	char self[64], path[PATH_MAX];
	cleanup_close int again = -1;
	struct identity found;
	ssize_t len;

	self_path(self, fd);
	len = readlink(self, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/')
		return NULL;
	path[len] = '\0';
	again = root_open_in(root, path, RESOLVE_NO_SYMLINKS);
	if (again < 0 || identity_of_fd(again, &found) < 0 || !identity_same_file(&found, id))
		return NULL;
	return strdup(path);
}

/* Without a walk. False when it has to be walked, if only to learn what is wrong. */
static bool find_program(int root, const char *path, struct resolution *out, int *program)
{
	cleanup_close int fd = root_open_in(root, path, 0);
	struct stat st;
	char self[64];

	*out = (struct resolution){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	identity_of_stat(&st, &out->id);
	out->mode = st.st_mode;
	out->uid = st.st_uid;
	out->gid = st.st_gid;
	out->path = canonical_path(root, fd, &out->id);
	out->asked = strdup(path);
	if (!out->path || !out->asked) {
		resolution_free(out);
		return false;
	}
	/* Through /proc it is this very file that is opened, not what has its name by now. */
	self_path(self, fd);
	*program = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return true;
}

int root_view_open_program(
	const struct root_view *view, const char *path, struct resolution *out, int *program)
{
	int rc;

	*program = -1;
	if (path[0] == '/' && strlen(path) < PATH_MAX && !view->by_hand &&
		find_program(view->fd, path, out, program))
		return 0;
	rc = root_view_resolve_program(view, path, out);
	if (rc == 0) {
		rc = root_view_open_file(view, out, NULL);
		*program = rc < 0 ? -1 : rc;
	}
	return out->errnum ? -out->errnum : 0;
}
