#include "tracer/protect.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

int protect_prepare_abi(
	struct protect *protect, long abi, const struct landlock_wish *wish, struct sbuf *lacks)
{
	int fd = landlock_ruleset(wish, abi, lacks);

	*protect = (struct protect){ .reach = PROTECT_NOTHING, .ruleset_fd = -1 };
	if (fd == -ENOTSUP)
		return 0;
	if (fd < 0)
		return fd;
	protect->ruleset_fd = fd;
	protect->reach = abi >= LANDLOCK_ABI_SCOPED ? PROTECT_SIGNALS : PROTECT_MEMORY;
	return 0;
}

int protect_prepare(struct protect *protect, const struct landlock_wish *wish, struct sbuf *lacks)
{
	return protect_prepare_abi(protect, landlock_abi(), wish, lacks);
}

int protect_command(const struct protect *protect)
{
	int rc;

	if (protect->reach == PROTECT_NOTHING)
		return 0;
	rc = landlock_enter(protect->ruleset_fd);
	if (rc != -EPERM)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return landlock_enter(protect->ruleset_fd);
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
