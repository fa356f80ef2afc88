#include "supervisor/unix_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root_view.h"
#include "policy/root_walk.h"
#include "tracer/proc_path.h"

enum { TRIES = 8 }; /* for a path that changes between its resolution and its opening */

/* Paths into proc(5) that are about whoever follows them, and the entry they stand for. */
static const struct {
	const char *prefix, *entry;
} own_proc[] = {
	{ "/proc/self/root", "root" },
	{ "/proc/thread-self/root", "root" },
	{ "/proc/self/cwd", "cwd" },
	{ "/proc/thread-self/cwd", "cwd" },
	{ "/proc/self/fd/", "fd/" },
	{ "/proc/thread-self/fd/", "fd/" },
	{ FD_DIR, "fd/" },
};

/* The entry with the descriptor's number, where it has one; *rest moves on behind it. */
static bool proc_entry(const char *entry, const char **rest, char *buf, size_t size)
{
	size_t digits = 0;
	int n;

	if (entry[strlen(entry) - 1] == '/') {
		digits = strspn(*rest, "0123456789");
		if (digits == 0)
			return false;
	}
	n = snprintf(buf, size, "%s%.*s", entry, (int)digits, *rest);
	*rest += digits;
	return n < (int)size && (**rest == '/' || **rest == '\0');
}

/*
 * Puts the task's own link in the place of a path's head that would be ours.
 * Returns false when the path does not begin with such a link.
 */
static bool replace_own_proc(
	pid_t tid, const char *root, const char *given, char *buf, size_t size, int *errnum)
{
	char link[PATH_MAX], entry[32];

	for (size_t i = 0; i < sizeof(own_proc) / sizeof(own_proc[0]); i++) {
		const char *rest = given + strlen(own_proc[i].prefix);
		int n;

		if (strncmp(given, own_proc[i].prefix, strlen(own_proc[i].prefix)) != 0 ||
			!proc_entry(own_proc[i].entry, &rest, entry, sizeof(entry)))
			continue;
		/* A socket or a pipe has a name of another kind there, "socket:[1]". */
		if (!proc_readlink(tid, entry, link, sizeof(link)) || link[0] != '/') {
			*errnum = ENOENT;
			return true;
		}
		if (strcmp(entry, "root") == 0)
			link[0] = '\0';
		else
			proc_strip_root(link, root);
		n = snprintf(buf, size, "%s%s", link, *rest || *link ? rest : "/");
		*errnum = n < 0 || (size_t)n >= size ? ENAMETOOLONG : 0;
		return true;
	}
	return false;
}

/* The address's path, absolute in the task's root, in `buf`. Returns 0 or an errno. */
static int absolute(
	pid_t tid, const struct sockaddr_value *addr, char *buf, size_t size, bool *is_own_proc)
{
	char given[sizeof(addr->raw) + 1], root[PATH_MAX];
	int errnum = 0;

	if (!addr->decoded || addr->un.kind != UNIX_PATH || addr->un.name_len >= sizeof(given))
		return EINVAL;
	memcpy(given, addr->un.name, addr->un.name_len);
	given[addr->un.name_len] = '\0';
	snprintf(buf, size, "%s", given);
	if (!proc_readlink(tid, "root", root, sizeof(root)))
		return ESRCH;
	*is_own_proc = replace_own_proc(tid, root, given, buf, size, &errnum);
	if (*is_own_proc || given[0] == '/')
		return errnum;
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
		return -ENOENT;
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
	out->own_proc = false;
	out->path[0] = '\0';
	out->errnum = root < 0 ? errno : absolute(tid, addr, path, sizeof(path), &out->own_proc);
	if (root < 0)
		return;
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
