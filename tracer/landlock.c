#include "tracer/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"

/* include/uapi/linux/landlock.h of Linux 6.12; Debian 12 has the header of 6.1. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;             /* ABI 6 */
};

#define ACCESS_TRUNCATE  (1ULL << 14)            /* LANDLOCK_ACCESS_FS_TRUNCATE, ABI 3 */
#define ACCESS_IOCTL_DEV (1ULL << 15)            /* LANDLOCK_ACCESS_FS_IOCTL_DEV, ABI 5 */
#define ACCESS_NET_TCP   (1ULL << 0 | 1ULL << 1) /* BIND_TCP, CONNECT_TCP, ABI 4 */
#define SCOPE_SIGNAL     (1ULL << 1)             /* LANDLOCK_SCOPE_SIGNAL, ABI 6 */

#define ACCESS_READ                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE                                                                               \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                           \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                    \
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |                        \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                      \
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* What a rule on something that is no directory may hold: landlock(7), or EINVAL. */
#define ACCESS_FILE                                                                                \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |                               \
		LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE | ACCESS_IOCTL_DEV)

long landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi < 0 ? LANDLOCK_ABI_NONE : abi;
}

static bool bounds_files(const struct landlock_wish *wish)
{
	return wish->files && wish->files->place.file;
}

static uint64_t handled_files(const struct landlock_wish *wish, long abi)
{
	uint64_t access = ACCESS_WRITE;

	/*
	 * A ruleset must handle something, and before ABI 4 that is files. What
	 * costs nothing is "refer", which a domain that handles any other access
	 * denies unasked; it is allowed everywhere. Such a domain also forbids
	 * mount(2), as callgate does by default.
	 */
	if (!bounds_files(wish))
		return abi < LANDLOCK_ABI_SCOPED ? LANDLOCK_ACCESS_FS_REFER : 0;
	if (wish->files->read.len)
		access |= ACCESS_READ;
	if (abi >= LANDLOCK_ABI_REFER)
		access |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= LANDLOCK_ABI_TRUNCATE)
		access |= ACCESS_TRUNCATE;
	if (abi >= LANDLOCK_ABI_IOCTL)
		access |= ACCESS_IOCTL_DEV;
	return access;
}

static int create_ruleset(const struct ruleset_attr *attr, long abi)
{
	/* A kernel refuses what is longer than it knows, unless the rest is zero. */
	size_t size = abi >= LANDLOCK_ABI_SCOPED ? sizeof(*attr)
		      : abi >= LANDLOCK_ABI_NET  ? offsetof(struct ruleset_attr, scoped)
						 : sizeof(attr->handled_access_fs);
	int fd = (int)syscall(SYS_landlock_create_ruleset, attr, size, 0);

	return fd < 0 ? -errno : fd;
}

static int allow_beneath(int ruleset, const char *path, uint64_t access)
{
	cleanup_close int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= ACCESS_FILE;
	if (!rule.allowed_access)
		return 0;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return -errno;
	return 0;
}

static void add_lack(struct sbuf *lacks, const char *words)
{
	sbuf_fmt(lacks, "%s%s", lacks->len ? "; " : "", words);
}

static void allow_roots(
	int ruleset, const struct file_roots *roots, uint64_t access, struct sbuf *lacks)
{
	for (size_t i = 0; i < roots->len; i++) {
		int rc = allow_beneath(ruleset, roots->items[i].path, access);

		if (rc == 0)
			continue;
		add_lack(lacks, "");
		escape_word(lacks, roots->items[i].path, strlen(roots->items[i].path));
		sbuf_fmt(lacks, " cannot be opened: %s", strerrordesc_np(-rc));
	}
}

static void say_lacks(const struct files *files, long abi, struct sbuf *lacks)
{
	if (abi < LANDLOCK_ABI_REFER)
		add_lack(lacks, "links and renames between directories are all refused "
				"(Linux 5.19 could allow them)");
	if (abi < LANDLOCK_ABI_TRUNCATE)
		add_lack(lacks, "truncate(2) is not held back (that needs Linux 6.2)");
	if (abi < LANDLOCK_ABI_IOCTL && files->read.len)
		add_lack(lacks, "ioctl(2) on devices is not held back (that needs Linux 6.10)");
}

static int allow_files(int ruleset, const struct landlock_wish *wish, uint64_t handled, long abi,
	struct sbuf *lacks)
{
	const struct files *files = wish->files;

	if (!bounds_files(wish))
		return handled ? allow_beneath(ruleset, "/", handled) : 0;
	say_lacks(files, abi, lacks);
	allow_roots(ruleset, &files->read, handled & ACCESS_READ, lacks);
	allow_roots(ruleset, &files->write, handled, lacks);
	/* Programs write there what nobody wants, and take it for granted. */
	return allow_beneath(ruleset, "/dev/null", handled);
}

int landlock_ruleset(const struct landlock_wish *wish, long abi, struct sbuf *lacks)
{
	struct ruleset_attr attr = { 0 };
	cleanup_close int fd = -1;
	int rc;

	if (abi < LANDLOCK_ABI_FILES && bounds_files(wish))
		add_lack(lacks, "this kernel has no Landlock (Linux 5.13, and \"landlock\" in its "
				"lsm= list)");
	/* ABI 1 would forbid renames between directories; only `files` is worth that. */
	if (abi < LANDLOCK_ABI_FILES || (abi < LANDLOCK_ABI_REFER && !bounds_files(wish)))
		return -ENOTSUP;
	attr.handled_access_fs = handled_files(wish, abi);
	if (abi >= LANDLOCK_ABI_NET && wish->no_tcp)
		attr.handled_access_net = ACCESS_NET_TCP;
	if (abi >= LANDLOCK_ABI_SCOPED)
		attr.scoped = SCOPE_SIGNAL;
	fd = create_ruleset(&attr, abi);
	if (fd < 0)
		return fd;
	rc = allow_files(fd, wish, attr.handled_access_fs, abi, lacks);
	return rc < 0 ? rc : take_fd(&fd);
}

int landlock_enter(int ruleset)
{
	return syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? -errno : 0;
}
