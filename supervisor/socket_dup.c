#include "supervisor/socket_dup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

/*
 * What is being connected, or was, and is not yet closed. It cannot listen as it is, but may lose
 * its connection at any moment, by its other end or by another process, and its port with it.
 */
static bool may_lose_its_port(int fd)
{
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
		return info.tcpi_state != TCP_CLOSE && info.tcpi_state != TCP_LISTEN;
	return getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0;
}

union inet_address {
	struct sockaddr any;
	struct sockaddr_in inet; /* the port is in the same place of both */
	struct sockaddr_in6 inet6;
};

static bool is_tcp(int fd)
{
	int protocol = 0;
	socklen_t len = sizeof(protocol);

	return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == 0 &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

/*
 * The port of a connection that has ended is still shown (inet_sport), though it is not the
 * socket's any more (inet_num): tcp_disconnect(). bind(2) knows: a socket that has a port it
 * refuses (EINVAL, __inet_bind()), and with IP_BIND_ADDRESS_NO_PORT it gives none to another.
 */
static bool shows_a_lost_port(int fd, int family)
{
	const union inet_address any = { .any.sa_family = (sa_family_t)family };
	const int yes = 1;
	int before = 0;
	socklen_t len = sizeof(before);
	bool has;

	if (getsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &before, &len) < 0 ||
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes)) < 0)
		return true;
	has = bind(fd, &any.any, family == AF_INET6 ? sizeof(any.inet6) : sizeof(any.inet)) < 0 &&
	      errno == EINVAL;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &before, sizeof(before));
	return !has;
}

bool socket_is_unbound(int fd)
{
	union inet_address address = { 0 };
	socklen_t len = sizeof(address);
	/* Asked before the port is: one that is lost in between is seen to be gone. */
	bool loses = may_lose_its_port(fd);

	if (getsockname(fd, &address.any, &len) < 0 ||
		(address.any.sa_family != AF_INET && address.any.sa_family != AF_INET6))
		return false;
	return address.inet.sin_port == 0 || loses ||
	       (is_tcp(fd) && shows_a_lost_port(fd, address.any.sa_family));
}
