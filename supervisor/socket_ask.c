#include "supervisor/socket_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Linux 6.9, include/uapi/linux/pidfd.h: a pidfd of one thread. */
#define PIDFD_THREAD O_EXCL

/*
 * A thread may have a descriptor table of its own (CLONE_FILES not given), so
 * the pidfd should be the thread's. Before Linux 6.9 only the process's can be
 * had, and such a thread is shown with the facts of its process.
 */
static int open_pidfd(pid_t pid, pid_t tid)
{
	int fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	if (fd < 0 && errno == EINVAL)
		fd = (int)syscall(SYS_pidfd_open, pid, 0);
	return fd;
}

static bool ask(int fd, int option, int *value)
{
	socklen_t len = sizeof(*value);

	return getsockopt(fd, SOL_SOCKET, option, value, &len) == 0;
}

void socket_ask(pid_t pid, pid_t tid, int fd, struct socket_facts *facts)
{
	cleanup_close int pidfd = open_pidfd(pid, tid);
	cleanup_close int dup = -1;

	*facts = (struct socket_facts){ 0 };
	if (pidfd < 0)
		return;
	dup = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	if (dup < 0)
		return;
	facts->known = ask(dup, SO_DOMAIN, &facts->family) && ask(dup, SO_TYPE, &facts->type) &&
		       ask(dup, SO_PROTOCOL, &facts->protocol);
}
