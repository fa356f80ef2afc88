#include "tracer/drop.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The raw calls: glibc's are about all threads of a process, and this one is a fork's child. */
static int result(long rc)
{
	return rc < 0 ? -errno : 0;
}

/* EINVAL ends the list of those that this kernel knows. */
static int drop_bounding_set(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	return 0;
}

/* Without capabilities in any set, and none that could be raised. */
static int clear_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return result(syscall(SYS_capset, &header, none));
}

/*
 * Whoever possesses a keyring may use its keys, whatever his user: session-keyring(7). Where
 * that is forbidden (a container's profile), or there are no keys, the command has no use of
 * them either.
 */
static int leave_keyring(void)
{
	long rc = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

	return rc < 0 && errno != ENOSYS && errno != EPERM ? -errno : 0;
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (syscall(SYS_capget, &header, sets) < 0)
		return true;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (sets[i].effective || sets[i].permitted || sets[i].inheritable)
			return true;
	return false;
}

static bool root_can_come_back(uid_t uid, gid_t gid)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (syscall(SYS_getresuid, &r, &e, &s) < 0 || r != uid || e != uid || s != uid ||
		syscall(SYS_getresgid, &rg, &eg, &sg) < 0 || rg != gid || eg != gid || sg != gid)
		return true;
	return syscall(SYS_setresuid, 0, 0, 0) == 0 || syscall(SYS_getgroups, 0, NULL) != 0 ||
	       has_capabilities();
}

int drop_root(uid_t uid, gid_t gid)
{
	int rc = drop_bounding_set();

	if (rc == 0)
		rc = result(syscall(SYS_setgroups, 0, NULL));
	if (rc == 0)
		rc = result(syscall(SYS_setresgid, gid, gid, gid));
	if (rc == 0)
		rc = result(syscall(SYS_setresuid, uid, uid, uid));
	if (rc == 0)
		rc = leave_keyring();
	if (rc == 0)
		rc = clear_capabilities();
	if (rc < 0)
		return rc;
	return root_can_come_back(uid, gid) ? -EPERM : 0;
}
