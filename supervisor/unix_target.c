#include "supervisor/unix_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root/view.h"
#include "policy/root/walk.h"
#include "tracer/own_proc.h"
#include "tracer/proc_path.h"

enum { TRIES = 8 }; /* for a path that changes between its resolution and its opening */

/* The address's path, absolute in the task's root, in `buf`. Returns 0 or an errno. */
static int absolute(
	pid_t tid, const struct sockaddr_value *addr, char *buf, size_t size, bool *is_own_proc)
{
	char given[sizeof(addr->raw) + 1], root[PATH_MAX];
	struct own_proc own;

	if (!addr->decoded || addr->un.kind != UNIX_PATH || addr->un.name_len >= sizeof(given))
		return EINVAL;
	memcpy(given, addr->un.name, addr->un.name_len);
	given[addr->un.name_len] = '\0';
	snprintf(buf, size, "%s", given);
	if (!proc_readlink(tid, "root", root, sizeof(root)))
		return ESRCH;
	*is_own_proc = own_proc_find(given, &own) && !own.pid;
	if (*is_own_proc)
		return own_proc_replace(tid, root, &own, buf, size);
	if (given[0] == '/')
		return 0;
	return proc_absolute_path(tid, root, given, buf, size) ? 0 : ENOENT;
}

/* Opens what was resolved, and only that. Returns a descriptor, -EAGAIN, another -errno. */
static int open_resolved(int root, const struct resolution *resolved)
{
	cleanup_close int fd = root_walk_open(root, resolved->path);
	struct identity id;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? -EAGAIN : fd;
	if (identity_of_fd(fd, &id) < 0 || !identity_same_file(&id, &resolved->id))
		return -EAGAIN;
	return take_fd(&fd);
}

static int resolve(int root, const char *path, struct unix_target *out)
{
	const struct root_view view = { .fd = root };
	int fd = -EAGAIN;

	for (int i = 0; i < TRIES && fd == -EAGAIN; i++) {
		cleanup_resolution struct resolution resolved;

		fd = root_view_resolve(&view, path, &resolved);
		if (resolved.path)
			snprintf(out->path, sizeof(out->path), "%s", resolved.path);
		if (fd == 0)
			fd = open_resolved(root, &resolved);
	}
	return fd;
}

/* A directory, as the slash says, would be there already. */
static int resolve_with_slash(int root, char *path, struct unix_target *out)
{
	size_t len = strlen(path);
	int fd;

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
	fd = resolve(root, path, out);
	if (fd < 0)
		return fd;
	close(fd);
	return -EADDRINUSE;
}

/* bind(2): the directory is resolved, the name in it is to be made. */
static int resolve_new(int root, char *path, struct unix_target *out)
{
	char name[sizeof(((struct sockaddr_value *)NULL)->raw) + 1];
	char *slash = strrchr(path, '/');
	struct stat st;
	size_t len;
	int fd;

	/* filename_create() in fs/namei.c; EEXIST becomes EADDRINUSE in unix_bind_bsd(). */
	if (strcmp(slash, "/.") == 0 || strcmp(slash, "/..") == 0 || strcmp(path, "/") == 0)
		return -EADDRINUSE;
	if (slash[1] == '\0')
		return resolve_with_slash(root, path, out);
	if (strlen(slash + 1) >= sizeof(name))
		return -ENAMETOOLONG;
	snprintf(name, sizeof(name), "%s", slash + 1);
	*slash = '\0';
	fd = resolve(root, path[0] ? path : "/", out);
	if (fd < 0)
		return fd;
	len = strlen(out->path);
	if (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode) ||
		len + 1 + strlen(name) >= sizeof(out->path)) {
		close(fd);
		return S_ISDIR(st.st_mode) ? -ENAMETOOLONG : -ENOTDIR;
	}
	snprintf(out->path + len, sizeof(out->path) - len, "%s%s", len > 1 ? "/" : "", name);
	return fd;
}

void unix_target_find(
	pid_t tid, const struct sockaddr_value *addr, bool for_bind, struct unix_target *out)
{
	char path[PATH_MAX];
	cleanup_close int root = proc_open_root(tid);
	int fd;

	out->fd = -1;
	out->own_proc = out->other_root = false;
	out->path[0] = '\0';
	out->errnum = root < 0 ? errno : absolute(tid, addr, path, sizeof(path), &out->own_proc);
	if (root < 0)
		return;
	out->other_root = for_bind && !proc_root_is_ours(root);
	snprintf(out->path, sizeof(out->path), "%s", path);
	if (out->errnum)
		return;
	fd = for_bind ? resolve_new(root, path, out) : resolve(root, path, out);
	out->fd = fd < 0 ? -1 : fd;
	out->errnum = fd < 0 ? -fd : 0;
}

void unix_target_close(struct unix_target *target)
{
	if (target->fd >= 0)
		close(target->fd);
	target->fd = -1;
}
