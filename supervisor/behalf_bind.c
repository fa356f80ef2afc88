/*
 * bind(2) to a path. The program's own bytes are the socket's name, so they are
 * what the kernel has to be given; and so the kernel resolves them once more,
 * in the task's root, working directory and umask. Where it arrived is looked
 * at afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf_impl.h"
#include "tracer/proc_path.h"

/* Linux 4.11, include/uapi/linux/un.h: the O_PATH descriptor of a bound socket's file. */
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE (SIOCPROTOPRIVATE + 0)
#endif

static int open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* The same mount of it, too: the same directory may be mounted twice with other things below. */
static bool same_dir(int a, int b)
{
	struct statx sa, sb;
	const unsigned want = STATX_INO | STATX_MNT_ID; /* Linux 5.8; else both are 0 */

	return statx(a, "", AT_EMPTY_PATH, want, &sa) == 0 &&
	       statx(b, "", AT_EMPTY_PATH, want, &sb) == 0 && sa.stx_ino == sb.stx_ino &&
	       sa.stx_dev_major == sb.stx_dev_major && sa.stx_dev_minor == sb.stx_dev_minor &&
	       sa.stx_mnt_id == sb.stx_mnt_id;
}

/* Changes the calling thread's root, which must be its own (CLONE_FS). */
static int enter_root(int root)
{
	return fchdir(root) < 0 || chroot(".") < 0 ? -errno : 0;
}

/* A relative path begins where the task is; an absolute one does not ask for it. */
static int enter_cwd(int cwd, const struct sockaddr_value *addr)
{
	if (addr->un.name[0] == '/')
		return 0;
	return cwd < 0 ? -EACCES : fchdir(cwd) < 0 ? -errno : 0;
}

/* Whether `name` in the directory is the file that the socket was bound to. */
static bool has_landed(const struct behalf *b, const char *name, bool was_there)
{
	/* Only who has CAP_NET_ADMIN is told the file itself. */
	cleanup_close int file = ioctl(b->fd, SIOCUNIXFILE);
	struct stat found, bound;

	if (fstatat(b->target->fd, name, &found, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	if (file >= 0)
		return fstat(file, &bound) == 0 && found.st_dev == bound.st_dev &&
		       found.st_ino == bound.st_ino;
	return S_ISSOCK(found.st_mode) && !was_there;
}

static int bind_as(const struct behalf *b, const struct credentials_pair *who,
	const struct sockaddr *addr, socklen_t len)
{
	int rc;

	if (credentials_take_on(who) < 0)
		return -EPERM;
	rc = bind(b->fd, addr, len) < 0 ? -errno : 0;
	credentials_give_back(who);
	return rc;
}

/* The thread's working directory is the task's already, where it matters. */
static int bind_raw(const struct behalf *b, const struct credentials_pair *who,
	const struct sockaddr_value *addr)
{
	struct sockaddr_storage bytes;
	mode_t old = umask(who->task.umask);
	int rc;

	memcpy(&bytes, addr->raw, addr->raw_len);
	rc = bind_as(b, who, (const struct sockaddr *)&bytes, (socklen_t)addr->raw_len);
	umask(old);
	return rc;
}

static int bind_in_place(const struct behalf *b, const struct credentials_pair *who,
	const struct sockaddr_value *addr)
{
	char path[PROC_PATH_SIZE];
	cleanup_close int own = open_dir("/"), root = proc_open_root(b->tid), cwd = -1;
	bool moves = !same_dir(own, root);
	int rc;

	proc_path(path, b->tid, "cwd");
	cwd = open_dir(path);
	if (own < 0 || root < 0)
		return -EACCES;
	/* Of a thread that has done it before, nothing is copied (ksys_unshare()). */
	if (unshare(CLONE_FS) < 0)
		return -EPERM;
	rc = moves ? enter_root(root) : 0;
	moves = moves && rc == 0;
	if (rc == 0)
		rc = enter_cwd(cwd, addr);
	if (rc == 0)
		rc = bind_raw(b, who, addr);
	if (moves && enter_root(own) < 0)
		abort(); /* a thread lost in the task's root is of no use to anybody */
	/* Where the thread is otherwise matters to nobody, but must not pin the task's directory.
	 */
	if (chdir("/") < 0)
		abort();
	return rc;
}

/*
 * The path is relative to something of the task's own in /proc, which in our
 * hands would be ours: the name is kept only in spirit.
 */
static int bind_own_proc(
	const struct behalf *b, const struct credentials_pair *who, const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int n = snprintf(
		un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d/%s", b->target->fd, name);
	mode_t old;
	int rc;

	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	if (unshare(CLONE_FS) < 0)
		return -EPERM;
	old = umask(who->task.umask);
	rc = bind_as(b, who, (const struct sockaddr *)&un, sizeof(un));
	umask(old);
	return rc;
}

static int bind_path(
	struct behalf *b, const struct credentials_pair *who, const struct sockaddr_value *addr)
{
	const struct unix_target *target = b->target;
	const char *name = target ? strrchr(target->path, '/') : NULL;
	struct stat st;
	bool was_there;
	int rc;

	if (!target || target->errnum || target->fd < 0 || !name)
		return target && target->errnum ? -target->errnum : -EACCES;
	name++;
	was_there = fstatat(target->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	rc = target->own_proc ? bind_own_proc(b, who, name) : bind_in_place(b, who, addr);
	if (rc < 0 || has_landed(b, name, was_there))
		return rc;
	b->raced = true;
	return -EACCES;
}

int64_t behalf_bind(struct behalf *b, const struct credentials_pair *who)
{
	const struct sockaddr_value *addr = call_value(b->call, "sockaddr")->sockaddr;
	struct behalf_address to;
	int rc;

	if (addr->status == VALUE_OK && behalf_is_path(b, addr))
		return bind_path(b, who, addr);
	rc = behalf_address(b, who, addr, 0, &to);
	return rc < 0 ? rc : bind_as(b, who, (const struct sockaddr *)&to.bytes, to.len);
}
