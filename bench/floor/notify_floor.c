/*
 * notify_floor continue|behalf CMD: runs CMD with a notification for every call
 * that callgate judges. With `continue` it is received and let go. With `behalf`
 * a connect or a send to an address is made here, on what was read from the
 * caller's memory and on a descriptor taken from it, as enforce must; the rest
 * is let go. Nothing is decoded, decided or recorded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/floor/floor.h"

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS /* Linux 6.6 */
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS      SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1
#endif
#define FLOOR_PIDFD_THREAD O_EXCL /* linux/pidfd.h, Linux 6.9 */

enum { CACHED_TASKS = 4096, DATA_MAX = 4096 };

struct loop {
	int listener;
	bool behalf;
	pid_t tids[CACHED_TASKS]; /* whose pidfds are at the same places */
	int pidfds[CACHED_TASKS];
};

/* One pidfd a task, as long as no other task comes to its place. */
static int task_pidfd(struct loop *loop, pid_t tid)
{
	int place = tid % CACHED_TASKS;

	if (loop->tids[place] == tid)
		return loop->pidfds[place];
	if (loop->tids[place])
		close(loop->pidfds[place]);
	loop->tids[place] = tid;
	loop->pidfds[place] = (int)syscall(SYS_pidfd_open, tid, FLOOR_PIDFD_THREAD);
	return loop->pidfds[place];
}

static long copy(pid_t tid, uint64_t address, void *to, size_t len)
{
	struct iovec local = { to, len };
	struct iovec remote = { (void *)(uintptr_t)address, len }; // NOLINT: another's address

	return process_vm_readv(tid, &local, 1, &remote, 1, 0);
}

static int64_t make_call(int fd, const struct seccomp_data *data, const struct sockaddr *address,
	socklen_t len, const char *payload)
{
	long rc = data->nr == SYS_connect
			  ? connect(fd, address, len)
			  : sendto(fd, payload, data->args[2], (int)data->args[3], address, len);

	return rc < 0 ? -errno : rc;
}

/* False when the call is not one to be made here. */
static bool on_behalf(struct loop *loop, const struct seccomp_notif *req, int64_t *result)
{
	const struct seccomp_data *data = &req->data;
	bool connects = data->nr == SYS_connect;
	struct sockaddr_storage address;
	char payload[DATA_MAX];
	uint64_t len = connects ? data->args[2] : data->args[5];
	int fd;

	if ((!connects && data->nr != SYS_sendto) || len > sizeof(address) || !len)
		return false;
	if (!connects && (data->args[2] > sizeof(payload) ||
				 copy((pid_t)req->pid, data->args[1], payload, data->args[2]) < 0))
		return false;
	if (copy((pid_t)req->pid, connects ? data->args[1] : data->args[4], &address, len) < 0)
		return false;
	if (ioctl(loop->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &req->id) < 0)
		return false;
	fd = (int)syscall(SYS_pidfd_getfd, task_pidfd(loop, (pid_t)req->pid), data->args[0], 0);
	if (fd < 0)
		return false;
	*result = make_call(fd, data, (struct sockaddr *)&address, (socklen_t)len, payload);
	close(fd);
	return true;
}

static void *receive(void *arg)
{
	struct loop *loop = arg;

	for (;;) {
		struct seccomp_notif req = { 0 };
		struct seccomp_notif_resp resp = { 0 };
		int64_t result = 0;

		if (ioctl(loop->listener, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
			continue;
		resp.id = req.id;
		if (!loop->behalf || !on_behalf(loop, &req, &result)) {
			/* Nothing is decided here, so there is nothing to race. */
			resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		} else if (result < 0) {
			resp.error = (int)result;
		} else {
			resp.val = result;
		}
		ioctl(loop->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	}
	return NULL;
}

static _Noreturn void run_command(int report_fd, char **argv)
{
	int listener = floor_load_filter(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (write(report_fd, &listener, sizeof(listener)) != sizeof(listener))
		_exit(125);
	close(report_fd);
	floor_exec(argv);
}

static int take_listener(pid_t pid, int report_fd)
{
	int number, pidfd, listener;

	if (read(report_fd, &number, sizeof(number)) != sizeof(number))
		floor_die("the listener's number");
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (listener < 0)
		floor_die("pidfd_getfd");
	close(pidfd);
	return listener;
}

int main(int argc, char **argv)
{
	static struct loop loop;
	pthread_t thread;
	int report[2], status;
	pid_t pid;

	if (argc < 3 || pipe2(report, O_CLOEXEC) < 0)
		return 125;
	pid = fork();
	if (pid < 0)
		floor_die("fork");
	if (pid == 0)
		run_command(report[1], argv + 2);
	loop.behalf = strcmp(argv[1], "behalf") == 0;
	loop.listener = take_listener(pid, report[0]);
	ioctl(loop.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	pthread_create(&thread, NULL, receive, &loop);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	floor_exit_like(status);
}
