/*
 * A call made up and decoded, to be made on behalf. The task is a process that
 * has our memory: ourselves, or a child forked after the arguments were laid
 * out, which is stopped.
 */
#ifndef CALLGATE_TESTS_SUPPORT_MADE_BEHALF_H
#define CALLGATE_TESTS_SUPPORT_MADE_BEHALF_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf.h"
#include "supervisor/socket_memory.h"
#include "tests/support/fake_root.h"
#include "tests/support/native_abi.h"
#include "tracer/memory.h"

struct made {
	struct arena arena;
	struct call call;
	struct behalf behalf;
	struct unix_target target;
};

#define cleanup_made __attribute__((cleanup(made_free)))

static inline void made_free(struct made *m)
{
	unix_target_close(&m->target);
	arena_free(&m->arena);
}

static inline void made_decode(
	struct made *m, pid_t tid, const struct abi *abi, int64_t nr, const uint64_t args[6])
{
	struct trap trap = { .tid = tid, .audit_arch = abi->audit_arch, .nr = nr };
	const struct decode_options options = { 0 };
	struct mem_reader reader = task_memory_reader(&tid);
	struct socket_memory memory = { 0 };

	memset(m, 0, sizeof(*m));
	m->target.fd = -1;
	memcpy(trap.args, args, sizeof(trap.args));
	arena_init(&m->arena, 1024 * 1024);
	call_decode(&m->call, &trap, &reader, &m->arena, &options);
	m->behalf = (struct behalf){ .pid = tid, .tid = tid, .call = &m->call, .fd = (int)args[0] };
	socket_ask(&memory, m->behalf.fd, &m->behalf.socket);
}

#define ARG(x) ((uint64_t)(uintptr_t)(x))
#define MAKE(m, tid, nr, ...)                                                                      \
	made_decode(m, tid, abi_native(), nr, (const uint64_t[6]){ __VA_ARGS__ })

/* Resolves the call's first destination, as the judge does. */
static inline void made_find(struct made *m)
{
	unix_target_find(m->behalf.tid, call_destination(&m->call, 0),
		call_kind(&m->call) == CALL_KIND_BIND, &m->target);
	m->behalf.target = &m->target;
}

static inline struct sockaddr_un un_path(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static inline struct sockaddr_un un_path(const char *fmt, ...)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	va_list args;

	va_start(args, fmt);
	assert_in_range(
		vsnprintf(un.sun_path, sizeof(un.sun_path), fmt, args), 1, sizeof(un.sun_path) - 1);
	va_end(args);
	return un;
}

/* A socket bound to the address, and listening when it is a stream. */
static inline int bound(int type, const void *addr, socklen_t len)
{
	int fd = socket(((const struct sockaddr *)addr)->sa_family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, addr, len), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 0), 0);
	return fd;
}

static inline int bound_path(int type, const char *path)
{
	struct sockaddr_un un = un_path("%s", path);

	return bound(type, &un, sizeof(un));
}

static inline int new_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

/* A connection has come, or a datagram. */
static inline bool has_input(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* A child that stands still, before or after `prepare`. Killed by task_end(). */
static inline pid_t task_make(void (*prepare)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (prepare)
			prepare(arg);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static inline void task_end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static inline struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
}

/* Bound to a port of the kernel's choice, which is put into *addr. */
static inline int bound_inet(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd;

	*addr = loopback(0);
	fd = bound(type, addr, sizeof(*addr));
	assert_int_equal(getsockname(fd, (struct sockaddr *)addr, &len), 0);
	return fd;
}

struct task_place {
	const char *cwd, *root;
	mode_t umask;
	uid_t uid;
};

static inline void task_settle(void *arg)
{
	const struct task_place *t = arg;

	umask(t->umask);
	if ((t->root && chroot(t->root) < 0) || (t->cwd && chdir(t->cwd) < 0) ||
		(t->uid && (setgid(t->uid) < 0 || setuid(t->uid) < 0)))
		_exit(1);
}

__attribute__((unused)) static const struct task_place task_nobody = { .uid = 1000, .umask = 022 };

#endif
