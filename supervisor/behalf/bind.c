/*
 * bind(2) to a path. The program's own bytes are the socket's name, so they are
 * what the kernel has to be given; and so the kernel resolves them once more,
 * in the task's root, working directory and umask. Landlock holds it to the
 * judged directory, and where it arrived is looked at afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf/impl.h"
#include "tracer/proc_path.h"

/* Linux 4.11, include/uapi/linux/un.h: the O_PATH descriptor of a bound socket's file. */
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE (SIOCPROTOPRIVATE + 0)
#endif

enum { BIND_STACK = 128 * 1024 };

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
	switch (behalf_bound_file(b->fd, &found)) {
	case BOUND_HERE:
		return true;
	case BOUND_ELSEWHERE:
		return false;
	case BOUND_UNKNOWN:
	default:
		return S_ISSOCK(found.st_mode) && !was_there;
	}
}

/* What the thread needs that makes the call. It ends with it, so it takes on everything for good.
 */
struct binding {
	int fd;
	const struct credentials_pair *who;
	struct behalf_address to;
	int root, cwd; /* to be entered; -1: stay */
	int rules;     /* Landlock's; -1: the kernel has none */
	int result;
};

#define cleanup_binding __attribute__((cleanup(binding_free)))

static void binding_free(struct binding *binding)
{
	const int fds[] = { binding->root, binding->cwd, binding->rules };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/*
 * Rules that let a thread make sockets under the judged directory and nowhere
 * else (landlock(7), Linux 5.13): then the kernel itself refuses a path that
 * has changed in between. Returns -1 where Landlock is not to be had, or -errno.
 */
static int make_rules(int dir)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SOCK,
	};
	const struct landlock_path_beneath_attr beneath = {
		.allowed_access = LANDLOCK_ACCESS_FS_MAKE_SOCK,
		.parent_fd = dir,
	};
	cleanup_close int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? -1 : -EACCES;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
		return -EACCES;
	return take_fd(&rules);
}

static bool enter(const struct binding *binding)
{
	if (binding->root >= 0 && (fchdir(binding->root) < 0 || chroot(".") < 0))
		return false;
	return binding->cwd < 0 || fchdir(binding->cwd) == 0;
}

static bool confine(int rules)
{
	return rules < 0 || (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
				    syscall(SYS_landlock_restrict_self, rules, 0) == 0);
}

static void *bind_run(void *arg)
{
	struct binding *binding = arg;

	binding->result = -EPERM;
	if (unshare(CLONE_FS) < 0 || !enter(binding))
		return NULL;
	umask(binding->who->task.umask);
	if (credentials_take_on(binding->who) < 0 || !confine(binding->rules))
		return NULL;
	binding->result =
		bind(binding->fd, (const struct sockaddr *)&binding->to.bytes, binding->to.len);
	if (binding->result < 0)
		binding->result = -errno;
	return NULL;
}

/* In a thread of its own, which is used up by it. */
static int bind_apart(struct binding *binding)
{
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, BIND_STACK);
	rc = pthread_create(&thread, &attr, bind_run, binding);
	pthread_attr_destroy(&attr);
	if (rc)
		return -ENOMEM;
	pthread_join(thread, NULL);
	return binding->result;
}

/* The very bytes the program gave, in its root, and where it is if they are relative. */
static int given_path(
	const struct behalf *b, const struct sockaddr_value *addr, struct binding *binding)
{
	cleanup_close int own = open_dir("/"), root = proc_open_root(b->tid);
	char cwd[PROC_PATH_SIZE];

	if (own < 0 || root < 0)
		return -EACCES;
	if (!same_dir(own, root))
		binding->root = take_fd(&root);
	if (addr->un.name[0] != '/') {
		proc_path(cwd, b->tid, "cwd");
		binding->cwd = open_dir(cwd);
		if (binding->cwd < 0)
			return -EACCES;
	}
	memcpy(&binding->to.bytes, addr->raw, addr->raw_len);
	binding->to.len = (socklen_t)addr->raw_len;
	return 0;
}

/*
 * The path is relative to something of the task's own in /proc, which in our
 * hands would be ours: the name is kept only in spirit.
 */
static int own_proc_path(
	const struct unix_target *target, const char *name, struct binding *binding)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int n = snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d/%s", target->fd, name);

	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	memcpy(&binding->to.bytes, &un, sizeof(un));
	binding->to.len = sizeof(un);
	return 0;
}

/* Whether the path leads elsewhere by now than when it was judged. */
static bool has_moved(const struct behalf *b, const struct sockaddr_value *addr)
{
	struct unix_target now;
	bool same;

	unix_target_find(b->tid, addr, true, &now);
	same = now.fd >= 0 && same_dir(now.fd, b->target->fd);
	unix_target_close(&now);
	return !same;
}

static int bind_path(
	struct behalf *b, const struct credentials_pair *who, const struct sockaddr_value *addr)
{
	cleanup_binding struct binding binding = { .fd = b->fd, .who = who, .root = -1, .cwd = -1 };
	const struct unix_target *target = b->target;
	const char *name = target ? strrchr(target->path, '/') : NULL;
	struct stat st;
	bool was_there;
	int rc;

	binding.rules = -1;
	if (!target || target->errnum || target->fd < 0 || !name)
		return target && target->errnum ? -target->errnum : -EACCES;
	name++;
	rc = target->own_proc ? own_proc_path(target, name, &binding)
			      : given_path(b, addr, &binding);
	if (rc < 0)
		return rc;
	binding.rules = make_rules(target->fd);
	if (binding.rules < -1)
		return binding.rules;
	was_there = fstatat(target->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	rc = bind_apart(&binding);
	if (rc == 0 && has_landed(b, name, was_there))
		return 0;
	/* By our rules the kernel has refused it; or it was made elsewhere, and is known to be. */
	b->raced = rc == 0 || (rc == -EACCES && has_moved(b, addr));
	return rc == 0 ? -EACCES : rc;
}

int64_t behalf_bind(struct behalf *b, const struct credentials_pair *who)
{
	const struct sockaddr_value *addr = call_value(b->call, "sockaddr")->sockaddr;
	struct behalf_address to;
	int rc;

	if (addr->status == VALUE_OK && behalf_is_path(b, addr))
		return bind_path(b, who, addr);
	rc = behalf_address(b, who, addr, 0, &to);
	if (rc < 0)
		return rc;
	if (credentials_take_on(who) < 0)
		return -EPERM;
	rc = bind(b->fd, (const struct sockaddr *)&to.bytes, to.len) < 0 ? -errno : 0;
	credentials_give_back(who);
	return rc;
}
