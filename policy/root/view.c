#include "policy/root/view.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/identity.h"
#include "policy/root/walk.h"

enum {
	TRIES = 8,           /* for a path that changed while it was being resolved */
	RENAME_TRIES = 1000, /* for the kernel to get past renames elsewhere */
};

int root_open_in(int root, const char *path, uint64_t resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | resolve,
	};
	long fd = -1;

	for (int i = 0; i < RENAME_TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

/*
 * ENOSYS before Linux 5.6; EPERM from container runtimes whose filter does not
 * know the call. Opening with O_PATH never fails with EPERM by itself.
 */
static bool kernel_has_openat2(int root)
{
	cleanup_close int fd = root_open_in(root, ".", 0);

	return fd != -ENOSYS && fd != -EPERM;
}

/* Drops empty, "." and ".." components by their text: right where no link is on the path. */
static char *path_normalise(const char *path)
{
	char *out = malloc(strlen(path) + 2);
	size_t len = 0;

	if (!out)
		return NULL;
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (len > 0 && out[--len] != '/')
				;
		} else if (n > 0 && !(n == 1 && path[0] == '.')) {
			out[len++] = '/';
			memcpy(out + len, path, n);
			len += n;
		}
		path += n + (path[n] == '/');
	}
	if (len == 0)
		out[len++] = '/';
	out[len] = '\0';
	return out;
}

static int resolution_fail(struct resolution *out, int errnum)
{
	if (!out->path)
		out->path = strdup(out->asked);
	out->mode = 0;
	out->id = (struct identity){ 0 };
	out->errnum = errnum;
	return -errnum;
}

/* Takes the facts of the file that `fd` is. */
static int resolution_fill(struct resolution *out, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return resolution_fail(out, errno);
	identity_of_stat(&st, &out->id);
	out->mode = st.st_mode;
	out->uid = st.st_uid;
	out->gid = st.st_gid;
	return 0;
}

static void resolution_clear(struct resolution *r)
{
	for (size_t i = 0; i < r->nlinks; i++) {
		free(r->links[i].path);
		free(r->links[i].target);
	}
	free(r->links);
	free(r->path);
	*r = (struct resolution){ .asked = r->asked };
}

void resolution_free(struct resolution *r)
{
	resolution_clear(r);
	free(r->asked);
	*r = (struct resolution){ 0 };
}

/*
 * Where there is no link the kernel answers at once, and the path's own text
 * is canonical but for dots and slashes. Returns 1 when that is the case.
 */
static int resolve_plain(int root, struct resolution *out)
{
	cleanup_close int fd = root_open_in(root, out->asked, RESOLVE_NO_SYMLINKS);
	int rc;

	if (fd < 0)
		return 0;
	rc = resolution_fill(out, fd);
	if (rc < 0)
		return rc;
	out->path = path_normalise(out->asked);
	return out->path ? 1 : resolution_fail(out, ENOMEM);
}

/* Whether the canonical path that was walked names, for the kernel too, the file `id`. */
static bool walk_confirmed(int root, const struct resolution *walked, const struct identity *id)
{
	cleanup_close int fd = root_open_in(root, walked->path, RESOLVE_NO_SYMLINKS);
	struct identity found;

	return fd >= 0 && identity_of_fd(fd, &found) == 0 && identity_same_file(&found, id) &&
	       identity_same_file(&walked->id, id);
}

/*
 * Walks for the links and the canonical path, and has the kernel confirm both:
 * the path as asked and the canonical one must be the same file. Returns false
 * when they disagree, as they do when something moved in between.
 */
static bool resolve_checked(int root, struct resolution *out, int *kernel_errnum)
{
	cleanup_close int fd = root_open_in(root, out->asked, 0);
	struct identity id;
	int rc = root_walk(root, out);

	*kernel_errnum = fd < 0 ? -fd : 0;
	if (fd < 0 || rc < 0)
		return fd == rc || rc == -ENOMEM;
	return identity_of_fd(fd, &id) == 0 && walk_confirmed(root, out, &id);
}

/*
 * The walk arrived and the kernel will not go there: it refuses links in
 * sticky directories that belong to others (fs.protected_symlinks, proc(5)).
 * The step that failed is then the last link that is refused.
 */
static int fail_at_link(int root, struct resolution *out, int errnum)
{
	for (size_t i = out->nlinks; i-- > 0;) {
		cleanup_close int fd = root_open_in(root, out->links[i].path, 0);

		if (fd >= 0)
			continue;
		free(out->path);
		out->path = strdup(out->links[i].path);
		break;
	}
	return resolution_fail(out, errnum);
}

static int resolve_by_kernel(int root, struct resolution *out)
{
	int kernel_errnum = 0, rc = resolve_plain(root, out);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	for (int i = 0; i < TRIES; i++) {
		resolution_clear(out);
		if (resolve_checked(root, out, &kernel_errnum))
			return -out->errnum;
	}
	if (kernel_errnum == EACCES && out->errnum == 0)
		return fail_at_link(root, out, kernel_errnum);
	return resolution_fail(out, EAGAIN);
}

int root_view_resolve(const struct root_view *view, const char *path, struct resolution *out)
{
	cleanup_close int own = -1;
	int root = view ? view->fd : -1;

	*out = (struct resolution){ .asked = strdup(path) };
	if (!out->asked)
		return -(out->errnum = ENOMEM);
	if (path[0] != '/')
		return resolution_fail(out, EINVAL);
	if (strlen(path) >= PATH_MAX)
		return resolution_fail(out, ENAMETOOLONG);
	if (!view)
		root = own = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return resolution_fail(out, view ? EBADF : errno);
	if ((view && view->by_hand) || !kernel_has_openat2(root))
		return root_walk(root, out);
	return resolve_by_kernel(root, out);
}

int root_view_resolve_program(
	const struct root_view *view, const char *path, struct resolution *out)
{
	int rc = root_view_resolve(view, path, out);

	if (rc < 0 || S_ISREG(out->mode))
		return rc;
	return -(out->errnum = EACCES);
}

int root_view_open_file(
	const struct root_view *view, const struct resolution *resolved, struct err **err)
{
	cleanup_close int own = view ? -1 : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int found = root_walk_open(view ? view->fd : own, resolved->path);
	cleanup_sbuf struct sbuf name = SBUF_INIT;
	cleanup_close int fd = -1;
	struct identity id;

	escape_text(&name, resolved->path, strlen(resolved->path));
	if (!S_ISREG(resolved->mode))
		return err_set(err, EINVAL, "%s is not a regular file", sbuf_text(&name));
	if (found < 0)
		return err_set(err, -found, "cannot open %s", sbuf_text(&name));
	if (identity_of_fd(found, &id) < 0 || !identity_equal(&id, &resolved->id))
		return err_set(
			err, ESTALE, "%s was replaced while it was looked at", sbuf_text(&name));
	fd = root_view_read_program(found);
	if (fd < 0)
		return err_set(err, errno, "cannot read %s", sbuf_text(&name));
	return take_fd(&fd);
}
