#include "policy/root/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "policy/identity.h"

struct walk {
	int root;         /* borrowed */
	int fd;           /* O_PATH of where we are; owned */
	struct stat st;   /* of fd */
	struct sbuf path; /* canonical path of fd; "" is the root */
	char *rest;       /* what is still to be walked; owned */
	size_t rest_at;   /* offset of its next component */
	struct resolution *out;
};

static void walk_free(struct walk *w)
{
	if (w->fd >= 0)
		close(w->fd);
	sbuf_free(&w->path);
	free(w->rest);
}

/* Goes to the file of `fd`, which is owned from here on. */
static int walk_enter(struct walk *w, int fd)
{
	if (fd < 0)
		return -errno;
	if (w->fd >= 0)
		close(w->fd);
	w->fd = fd;
	return fstat(fd, &w->st) < 0 ? -errno : 0;
}

static int walk_to_root(struct walk *w)
{
	sbuf_reset(&w->path);
	return walk_enter(w, fcntl(w->root, F_DUPFD_CLOEXEC, 0));
}

/*
 * Opens a component of what was canonical a moment ago. On a link that came up
 * since, O_PATH|O_NOFOLLOW opens the link itself, under which nothing opens.
 */
static int component_open(int dir, const char *name)
{
	return openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

int root_walk_open(int root, const char *canonical)
{
	cleanup_free char *path = strdup(canonical);
	cleanup_close int fd = fcntl(root, F_DUPFD_CLOEXEC, 0);
	char *state = NULL;
	struct stat st;

	if (!path || fd < 0)
		return path ? -errno : -ENOMEM;
	for (char *name = strtok_r(path, "/", &state); name; name = strtok_r(NULL, "/", &state)) {
		int next = component_open(fd, name);

		if (next < 0)
			return -errno;
		close(fd);
		fd = next;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ENOTDIR;
	return take_fd(&fd);
}

/* Names the step that fails: the file we are at, or `name` in it. */
static int walk_fail(struct walk *w, const char *name, int errnum)
{
	if (name || w->path.len == 0)
		sbuf_char(&w->path, '/');
	if (name)
		sbuf_str(&w->path, name);
	if (!w->path.failed)
		w->out->path = strdup(sbuf_text(&w->path));
	w->out->errnum = w->out->path ? errnum : ENOMEM;
	return -w->out->errnum;
}

/*
 * "..": the parent is found by name from the root, not through the
 * directory's own "..", which leads out of the root when the directory is
 * moved out at this moment.
 */
static int walk_up(struct walk *w)
{
	const char *slash = strrchr(sbuf_text(&w->path), '/');
	int fd;

	if (!slash)
		return 0; /* the root is its own parent */
	w->path.len = (size_t)(slash - w->path.data);
	w->path.data[w->path.len] = '\0';
	fd = root_walk_open(w->root, sbuf_text(&w->path));
	if (fd < 0)
		return walk_fail(w, NULL, fd == -ENOTDIR || fd == -ENOENT ? EAGAIN : -fd);
	if (walk_enter(w, fd) < 0)
		return walk_fail(w, NULL, errno);
	return 0;
}

/*
 * Links in /proc such as /proc/self/exe do not go where their text says. The
 * plain ones there (self, mounts, net) are relative and name no object.
 */
static bool link_is_magic(int fd, const char *target)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	       (target[0] == '/' || strchr(target, ':'));
}

static int link_record(struct walk *w, const char *name, const char *target)
{
	struct resolution *out = w->out;
	struct root_link *grown = reallocarray(out->links, out->nlinks + 1, sizeof(*out->links));
	struct root_link link = { .target = strdup(target) };

	if (grown)
		out->links = grown;
	if (asprintf(&link.path, "%s/%s", sbuf_text(&w->path), name) < 0)
		link.path = NULL;
	if (!grown || !link.path || !link.target) {
		free(link.path);
		free(link.target);
		return -ENOMEM;
	}
	out->links[out->nlinks++] = link;
	return 0;
}

/* Puts the link's target before what is still to be walked. */
static int walk_follow(struct walk *w, int link, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
	char *rest = NULL;

	if (len < 0)
		return walk_fail(w, name, errno);
	target[len] = '\0';
	if (link_record(w, name, target) < 0)
		return walk_fail(w, name, ENOMEM);
	if (w->out->nlinks > ROOT_LINKS_MAX)
		return walk_fail(w, name, ELOOP);
	if (link_is_magic(link, target))
		return walk_fail(w, name, EXDEV);
	if (asprintf(&rest, "%s%s", target, w->rest + w->rest_at) < 0)
		return walk_fail(w, name, ENOMEM);
	free(w->rest);
	w->rest = rest;
	w->rest_at = 0;
	if (target[0] == '/' && walk_to_root(w) < 0)
		return walk_fail(w, NULL, errno);
	return 0;
}

/* One component that is neither "." nor "..". */
static int walk_into(struct walk *w, const char *name)
{
	cleanup_close int fd = component_open(w->fd, name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return walk_fail(w, name, errno);
	if (S_ISLNK(st.st_mode))
		return walk_follow(w, fd, name);
	if (walk_enter(w, take_fd(&fd)) < 0)
		return walk_fail(w, name, errno);
	sbuf_char(&w->path, '/');
	sbuf_str(&w->path, name);
	return 0;
}

/* "." and ".." need the right to search where we are, like any name. */
static int walk_dots(struct walk *w, const char *name)
{
	cleanup_close int fd = openat(w->fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return walk_fail(w, name, errno);
	return name[1] == '.' ? walk_up(w) : 0;
}

static int walk_step(struct walk *w)
{
	const char *start = w->rest + w->rest_at;
	size_t len = strcspn(start, "/");
	cleanup_free char *name = strndup(start, len);

	if (!name)
		return walk_fail(w, NULL, ENOMEM);
	/* The kernel takes a slash, or anything after one, only from a directory. */
	if (!S_ISDIR(w->st.st_mode))
		return walk_fail(w, NULL, ENOTDIR);
	w->rest_at += len;
	if (len == 0)
		return 0;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return walk_dots(w, name);
	return walk_into(w, name);
}

static int walk_finish(struct walk *w)
{
	struct resolution *out = w->out;

	if (w->path.len == 0)
		sbuf_char(&w->path, '/');
	out->path = w->path.failed ? NULL : strdup(sbuf_text(&w->path));
	if (!out->path)
		return -(out->errnum = ENOMEM);
	identity_of_stat(&w->st, &out->id);
	out->mode = w->st.st_mode;
	out->uid = w->st.st_uid;
	out->gid = w->st.st_gid;
	return 0;
}

int root_walk(int root, struct resolution *out)
{
	__attribute__((cleanup(walk_free))) struct walk w = {
		.root = root,
		.fd = -1,
		.path = SBUF_INIT,
		.rest = strdup(out->asked),
		.out = out,
	};

	if (!w.rest)
		return -(out->errnum = ENOMEM);
	if (walk_to_root(&w) < 0)
		return walk_fail(&w, NULL, errno);
	while (w.rest[w.rest_at]) {
		int rc;

		while (w.rest[w.rest_at] == '/')
			w.rest_at++;
		rc = walk_step(&w);
		if (rc < 0)
			return rc;
	}
	return walk_finish(&w);
}
