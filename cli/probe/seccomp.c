#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/probe.h"

/* Of include/uapi/linux/seccomp.h; Debian 12's headers are of 6.1. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64) /* 6.6 */
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

static long action_available(uint32_t action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
}

/* A filter that lets everything pass. */
static long install_filter(unsigned flags)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static long install_listener(unsigned flags)
{
	return install_filter(SECCOMP_FILTER_FLAG_NEW_LISTENER | flags);
}

void probe_seccomp_trace(struct probe_result *result)
{
	long rc = action_available(SECCOMP_RET_TRACE);

	probe_answer_rc(result, rc < 0 ? rc : install_filter(0));
}

void probe_seccomp_user_notif(struct probe_result *result)
{
	probe_answer_rc(result, action_available(SECCOMP_RET_USER_NOTIF));
}

void probe_seccomp_listener(struct probe_result *result)
{
	long fd = install_listener(0);

	probe_answer_rc(result, fd);
	if (fd < 0 && errno == EBUSY)
		probe_detail(result, "another supervisor listens already");
}

void probe_seccomp_wait_killable(struct probe_result *result)
{
	probe_answer_rc(result, install_listener(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

void probe_seccomp_sync_wake_up(struct probe_result *result)
{
	long fd = install_listener(0);

	if (fd < 0)
		probe_answer_rc(result, fd);
	else
		probe_answer_rc(result, ioctl((int)fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
						SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP));
}
