#include "supervisor/socket_dup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Linux 6.9, include/uapi/linux/pidfd.h: a pidfd of one thread. */
#define PIDFD_THREAD O_EXCL

/* The descriptors of a thread are its process's only if it was made with CLONE_FILES. */
static bool shares_files(pid_t pid, pid_t tid)
{
	return pid == tid || syscall(SYS_kcmp, pid, tid, KCMP_FILES, 0, 0) == 0;
}

static int open_pidfd(pid_t pid, pid_t tid)
{
	int fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_THREAD);

	if (fd >= 0 || errno != EINVAL)
		return fd;
	if (!shares_files(pid, tid)) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

int socket_dup(pid_t pid, pid_t tid, int fd)
{
	cleanup_close int pidfd = open_pidfd(pid, tid);
	int dup;

	if (pidfd < 0)
		return -errno;
	dup = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	return dup < 0 ? -errno : dup;
}

/* More tasks than that would leave too few descriptors for sockets; they are served as before. */
enum { PIDFDS_BELOW = 512 };

/*
 * A pidfd stands for one task for ever: where its number goes to another task,
 * it is of no use any more, and of no harm (pidfd_getfd(2), ESRCH).
 */
int socket_dup_task(struct task *task, int fd)
{
	int dup;

	if (task->pidfd < 0)
		task->pidfd = open_pidfd(task->process->pid, task->tid);
	if (task->pidfd < 0)
		return -errno;
	dup = (int)syscall(SYS_pidfd_getfd, task->pidfd, fd, 0);
	if (dup < 0)
		dup = -errno;
	if (dup != -ESRCH && task->pidfd < PIDFDS_BELOW)
		return dup;
	close(task->pidfd);
	task->pidfd = -1;
	return dup == -ESRCH ? socket_dup(task->process->pid, task->tid, fd) : dup;
}

int socket_dup_probe(void)
{
	/* One's own are always to be had: ptrace(2), "Ptrace access mode checking". */
	cleanup_close int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	cleanup_close int dup = -1;

	if (pidfd >= 0)
		dup = (int)syscall(SYS_pidfd_getfd, pidfd, pidfd, 0);
	return dup < 0 ? -errno : 0;
}

static bool listens(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

bool socket_is_unbound(int fd, bool was_bound)
{
	union {
		struct sockaddr any;
		struct sockaddr_in inet; /* the port is in the same place of both */
		struct sockaddr_in6 inet6;
	} address = { 0 };
	socklen_t len = sizeof(address);

	if (getsockname(fd, &address.any, &len) < 0 ||
		(address.any.sa_family != AF_INET && address.any.sa_family != AF_INET6))
		return false;
	return address.inet.sin_port == 0 || !(was_bound || listens(fd));
}
