#include "tracer/protect.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* include/uapi/linux/landlock.h of Linux 6.12; Debian 12 has the header of 6.1. */
struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net; /* ABI 4 */
	uint64_t scoped;             /* ABI 6 */
};

enum {
	ABI_REFER = 2,
	ABI_SCOPED = 6,
	SCOPE_SIGNAL = 1 << 1, /* LANDLOCK_SCOPE_SIGNAL */
};

static long landlock_abi(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static int create_ruleset(const struct ruleset_attr *attr, size_t size)
{
	int fd = (int)syscall(SYS_landlock_create_ruleset, attr, size, 0);

	return fd < 0 ? -errno : fd;
}

static int allow_beneath_root(int ruleset, uint64_t access)
{
	cleanup_close int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = root };

	if (root < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		return -errno;
	return 0;
}

/*
 * Before ABI 6 a ruleset must handle some access to files. The one that costs
 * nothing is "refer", links and renames between directories: a domain that
 * handles any other denies it unasked. It is allowed everywhere. What remains
 * is that such a domain forbids mount(2), as callgate does by default.
 */
static int create_refer_ruleset(void)
{
	const struct ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_REFER };
	cleanup_close int fd = create_ruleset(&attr, sizeof(attr.handled_access_fs));
	int rc = fd < 0 ? fd : allow_beneath_root(fd, LANDLOCK_ACCESS_FS_REFER);

	return rc < 0 ? rc : take_fd(&fd);
}

int protect_prepare_abi(struct protect *protect, long abi)
{
	const struct ruleset_attr scoped = { .scoped = SCOPE_SIGNAL };

	*protect = (struct protect){ .reach = PROTECT_NOTHING, .ruleset_fd = -1 };
	if (abi < ABI_REFER) /* ABI 1 would forbid renames between directories */
		return 0;
	if (abi >= ABI_SCOPED)
		protect->ruleset_fd = create_ruleset(&scoped, sizeof(scoped));
	else
		protect->ruleset_fd = create_refer_ruleset();
	if (protect->ruleset_fd < 0)
		return protect->ruleset_fd;
	protect->reach = abi >= ABI_SCOPED ? PROTECT_SIGNALS : PROTECT_MEMORY;
	return 0;
}

int protect_prepare(struct protect *protect)
{
	return protect_prepare_abi(protect, landlock_abi());
}

static int restrict_self(const struct protect *protect)
{
	return syscall(SYS_landlock_restrict_self, protect->ruleset_fd, 0) < 0 ? -errno : 0;
}

int protect_command(const struct protect *protect)
{
	int rc;

	if (protect->reach == PROTECT_NOTHING)
		return 0;
	rc = restrict_self(protect);
	if (rc != -EPERM)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return restrict_self(protect);
}

void protect_close(struct protect *protect)
{
	if (protect->ruleset_fd >= 0)
		close(protect->ruleset_fd);
	protect->ruleset_fd = -1;
}

int protect_self(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}
