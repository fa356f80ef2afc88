#include "notify/listener.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

/* include/uapi/linux/seccomp.h of Linux 6.6; Debian 12 has the header of 6.1. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

unsigned listener_load_flags(void)
{
	return SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

/* In a child, because a filter cannot be unloaded. */
static int load_trial(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog program = { .len = 1, .filter = &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, listener_load_flags(), &program) < 0
		       ? errno
		       : 0;
}

int listener_probe(void)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		_exit(load_trial());
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	/* A filter above us may kill whoever asks. */
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EPERM;
}

static int make_buffers(struct listener *listener)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	listener->received_size = sizes.seccomp_notif;
	if (listener->received_size < sizeof(*listener->received))
		listener->received_size = sizeof(*listener->received);
	if (sizes.seccomp_notif_resp > sizeof(struct seccomp_notif_resp))
		return -ENOSYS; /* it has never grown; a longer one means what we do not know */
	listener->received = calloc(1, listener->received_size);
	return listener->received ? 0 : -ENOMEM;
}

static int fetch(pid_t pid, int remote)
{
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd;

	if (pidfd < 0)
		return -errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, remote, 0);
	return fd < 0 ? -errno : fd;
}

int listener_open(struct listener *listener, pid_t pid, int remote)
{
	int rc = make_buffers(listener);

	if (rc == 0)
		rc = fetch(pid, remote);
	if (rc < 0) {
		listener_close(listener);
		return rc;
	}
	listener->fd = rc;
	/* Before 6.6 this fails, and every round trip takes longer; no more than that. */
	ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	return 0;
}

int listener_receive(struct listener *listener, struct trap *trap, uint64_t *id)
{
	struct seccomp_notif *received = listener->received;

	/* The kernel refuses a buffer that is not zero (seccomp_unotify(2)). */
	memset(received, 0, listener->received_size);
	if (ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_RECV, received) < 0)
		return -errno;
	*id = received->id;
	*trap = (struct trap){
		.tid = (pid_t)received->pid,
		.audit_arch = received->data.arch,
		.nr = received->data.nr,
		.ip = received->data.instruction_pointer,
	};
	for (size_t i = 0; i < 6; i++)
		trap->args[i] = received->data.args[i];
	return 0;
}

bool listener_valid(const struct listener *listener, uint64_t id)
{
	return ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static int respond(const struct listener *listener, struct seccomp_notif_resp *response)
{
	return ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_SEND, response) < 0 ? -errno : 0;
}

int listener_answer(const struct listener *listener, uint64_t id, int64_t result)
{
	const int errno_max = 4095; /* MAX_ERRNO, include/linux/err.h */
	bool is_error = result < 0 && result >= -errno_max;
	struct seccomp_notif_resp response = {
		.id = id,
		.error = is_error ? (int)result : 0,
		.val = is_error ? 0 : result,
	};

	return respond(listener, &response);
}

int listener_continue(const struct listener *listener, uint64_t id)
{
	struct seccomp_notif_resp response = {
		.id = id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	return respond(listener, &response);
}

void listener_close(struct listener *listener)
{
	if (listener->fd >= 0)
		close(listener->fd);
	free(listener->received);
	*listener = (struct listener)LISTENER_NONE;
}
