#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root/walk.h"

static void self_path(char out[static 64], int fd)
{
	snprintf(out, 64, "/proc/self/fd/%d", fd);
}

/* An O_PATH descriptor. Of our own root without more ado, but no link of /proc is followed. */
static int open_in(const struct root_view *view, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_NO_MAGICLINKS };

	if (view)
		return root_open_in(view->fd, path, 0);
	return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Whether the kernel finds the same file by this path, and no link on the way. */
static bool leads_back(const struct root_view *view, const char *path, const struct identity *id)
{
	cleanup_close int again = root_open_in(view->fd, path, RESOLVE_NO_SYMLINKS);
	struct identity found;

	return again >= 0 && identity_of_fd(again, &found) == 0 && identity_same_file(&found, id);
}

bool root_path_looks_deleted(const char *path)
{
	static const char mark[] = " (deleted)";
	size_t len = strlen(path), mark_len = sizeof(mark) - 1;

	return len >= mark_len && strcmp(path + len - mark_len, mark) == 0;
}

/*
 * The canonical path as the kernel knows it. It is that of our own root and
 * mounts, and in another one the kernel has to find the same file by it; it may be gone,
 * or not a path at all.
 */
static char *canonical_path(const struct root_view *view, int fd, const struct identity *id)
{
	char self[64], path[PATH_MAX];
	ssize_t len;

	self_path(self, fd);
	len = readlink(self, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/')
		return NULL;
	path[len] = '\0';
	if (view ? !leads_back(view, path, id) : root_path_looks_deleted(path))
		return NULL;
	return strdup(path);
}

/* Without a walk. False when it has to be walked, if only to learn what is wrong. */
static bool find_program(
	const struct root_view *view, const char *path, struct resolution *out, int *program)
{
	cleanup_close int fd = open_in(view, path);
	struct stat st;

	*out = (struct resolution){ 0 };
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	identity_of_stat(&st, &out->id);
	out->mode = st.st_mode;
	out->uid = st.st_uid;
	out->gid = st.st_gid;
	out->path = canonical_path(view, fd, &out->id);
	out->asked = strdup(path);
	if (!out->path || !out->asked) {
		resolution_free(out);
		return false;
	}
	*program = take_fd(&fd);
	return true;
}

int root_view_open_program(
	const struct root_view *view, const char *path, struct resolution *out, int *program)
{
	int rc;

	*program = -1;
	if (path[0] == '/' && strlen(path) < PATH_MAX && !(view && view->by_hand) &&
		find_program(view, path, out, program))
		return 0;
	rc = root_view_resolve_program(view, path, out);
	if (rc == 0) {
		rc = root_view_open_file(view, out, NULL);
		*program = rc < 0 ? -1 : rc;
	}
	return out->errnum ? -out->errnum : 0;
}

int root_view_read_program(int program)
{
	char self[64];

	/* Through /proc it is this very file that is opened, not what has its name by now. */
	self_path(self, program);
	return open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}
