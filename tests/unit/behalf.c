/* Calls made on behalf: they go where was judged, and answer as the kernel would. */
#include <arpa/inet.h>
#include <dirent.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "tests/support/made_behalf.h"

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
}

/* Bound to a port of the kernel's choice, which is put into *addr. */
static int bound_inet(int type, struct sockaddr_in *addr)
{
	socklen_t len = sizeof(*addr);
	int fd;

	*addr = loopback(0);
	fd = bound(type, addr, sizeof(*addr));
	assert_int_equal(getsockname(fd, (struct sockaddr *)addr, &len), 0);
	return fd;
}

static int64_t make_connect(int fd, const void *addr, int64_t len)
{
	cleanup_made struct made m;

	MAKE(&m, getpid(), SYS_connect, ARG(fd), ARG(addr), ARG(len));
	return behalf_make(&m.behalf);
}

static void connects_by_tcp(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int server = bound_inet(SOCK_STREAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_STREAM);

	(void)state;
	assert_int_equal(make_connect(fd, &addr, sizeof(addr)), 0);
	assert_true(has_input(server));
	assert_int_equal(make_connect(fd, &addr, sizeof(addr)), -EISCONN);
}

static void refused_is_refused(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int fd = new_socket(AF_INET, SOCK_STREAM);

	(void)state;
	close(bound_inet(SOCK_STREAM, &addr));
	assert_int_equal(make_connect(fd, &addr, sizeof(addr)), -ECONNREFUSED);
}

static void a_non_blocking_connect_is_in_progress(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int server = bound_inet(SOCK_STREAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);

	(void)state;
	assert_int_equal(make_connect(fd, &addr, sizeof(addr)), -EINPROGRESS);
	assert_true(has_input(server));
}

static void udp_connects_and_dissolves(void **state)
{
	struct sockaddr_in addr, peer;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	socklen_t len = sizeof(peer);

	(void)state;
	(void)server;
	assert_int_equal(make_connect(fd, &addr, sizeof(addr)), 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	assert_int_equal(peer.sin_port, addr.sin_port);
	assert_int_equal(make_connect(fd, &none, sizeof(none)), 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), -1);
}

static void udp_goes_at_once(void **state)
{
	struct sockaddr_in addr, peer;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	socklen_t len = sizeof(peer);
	int64_t result = -1;
	cleanup_made struct made connects, sends, refused;

	(void)state;
	MAKE(&connects, getpid(), SYS_connect, ARG(fd), ARG(&addr), sizeof(addr));
	assert_true(behalf_make_now(&connects.behalf, &result));
	assert_int_equal(result, 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&peer, &len), 0);
	assert_int_equal(peer.sin_port, addr.sin_port);
	MAKE(&sends, getpid(), SYS_sendto, ARG(fd), ARG("abc"), 3, 0, ARG(&addr), sizeof(addr));
	assert_true(behalf_make_now(&sends.behalf, &result));
	assert_int_equal(result, 3);
	assert_true(has_input(server));
	MAKE(&refused, getpid(), SYS_connect, ARG(fd), ARG(&addr), 3);
	assert_true(behalf_make_now(&refused.behalf, &result));
	assert_int_equal(result, -EINVAL);
}

static void what_may_wait_or_asks_who_calls_is_left_to_a_worker(void **state)
{
	struct sockaddr_in addr;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	cleanup_close int server = bound_inet(SOCK_STREAM, &addr);
	cleanup_close int tcp = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	cleanup_close int local = new_socket(AF_UNIX, SOCK_DGRAM);
	cleanup_made struct made m, n;
	int64_t result;

	(void)state;
	MAKE(&m, getpid(), SYS_connect, ARG(tcp), ARG(&addr), sizeof(addr));
	assert_false(behalf_make_now(&m.behalf, &result));
	assert_false(has_input(server));
	MAKE(&n, getpid(), SYS_connect, ARG(local), ARG(&un), sizeof(un));
	assert_false(behalf_make_now(&n.behalf, &result));
}

/* A stream's connect may still wait: O_NONBLOCK is the task's to take away meanwhile. */
static void of_a_task_with_our_credentials_whatever_cannot_wait_goes_at_once(void **state)
{
	struct sockaddr_in addr, other;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &addr);
	cleanup_close int listener = bound_inet(SOCK_STREAM, &other);
	cleanup_close int raw = new_socket(AF_INET, SOCK_DGRAM);
	cleanup_close int tcp = new_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	struct sockaddr_in any = loopback(0);
	cleanup_made struct made binds, sends, connects;
	struct iovec iov = { .iov_base = (char *)"abc", .iov_len = 3 };
	struct msghdr msg = {
		.msg_name = &addr, .msg_namelen = sizeof(addr), .msg_iov = &iov, .msg_iovlen = 1
	};
	int64_t result = -1;

	(void)state;
	MAKE(&binds, getpid(), SYS_bind, ARG(tcp), ARG(&any), sizeof(any));
	binds.behalf.same_credentials = true;
	assert_true(behalf_make_now(&binds.behalf, &result));
	assert_int_equal(result, 0);
	MAKE(&sends, getpid(), SYS_sendmsg, ARG(raw), ARG(&msg), 0);
	sends.behalf.same_credentials = true;
	assert_true(behalf_make_now(&sends.behalf, &result));
	assert_int_equal(result, 3);
	assert_true(has_input(server));
	MAKE(&connects, getpid(), SYS_connect, ARG(tcp), ARG(&other), sizeof(other));
	connects.behalf.same_credentials = true;
	assert_false(behalf_make_now(&connects.behalf, &result));
	assert_false(has_input(listener));
}

static void what_the_kernel_refuses_is_refused(void **state)
{
	const struct sockaddr_in addr = loopback(9);
	cleanup_close int fd = new_socket(AF_INET, SOCK_STREAM);
	cleanup_close int file = open("/", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(make_connect(fd, &addr, -1), -EINVAL);
	assert_int_equal(make_connect(fd, &addr, 129), -EINVAL);
	assert_int_equal(make_connect(fd, &addr, 0), -EINVAL);
	assert_int_equal(make_connect(fd, &addr, 3), -EINVAL);
	assert_int_equal(make_connect(fd, NULL, 16), -EFAULT);
	assert_int_equal(make_connect(fd, (void *)16, 16), -EFAULT);
	assert_int_equal(make_connect(file, &addr, 16), -ENOTSOCK);
	assert_int_equal(make_connect(-1, &addr, 16), -EBADF);
}

static void an_abstract_name_is_taken_bytewise(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int len = snprintf(un.sun_path + 1, 60, "callgate-test-%d", getpid()) + 3;
	cleanup_close int server = bound(SOCK_STREAM, &un, (socklen_t)len);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);

	(void)state;
	assert_int_equal(make_connect(fd, &un, len + 1), -ECONNREFUSED);
	assert_int_equal(make_connect(fd, &un, len), 0);
	assert_true(has_input(server));
}

static void a_path_leads_to_the_inode_that_was_judged(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un judged = un_path("%s/judged", root.path);
	struct sockaddr_un other = un_path("%s/other", root.path);
	cleanup_close int server = bound_path(SOCK_STREAM, judged.sun_path);
	cleanup_close int trap = bound_path(SOCK_STREAM, other.sun_path);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made m;

	(void)state;
	MAKE(&m, getpid(), SYS_connect, ARG(fd), ARG(&judged), sizeof(judged));
	made_find(&m);
	assert_int_equal(m.target.errnum, 0);
	assert_string_equal(m.target.path, judged.sun_path);
	assert_int_equal(rename(other.sun_path, judged.sun_path), 0);
	assert_int_equal(behalf_make(&m.behalf), 0);
	assert_true(has_input(server));
	assert_false(has_input(trap));
}

static void a_path_that_leads_nowhere_says_so(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("%s/file", root.path);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made missing, file;

	(void)state;
	MAKE(&missing, getpid(), SYS_connect, ARG(fd), ARG(&un), sizeof(un));
	assert_int_equal(behalf_make(&missing.behalf), -EACCES); /* not judged: no target */
	made_find(&missing);
	assert_int_equal(behalf_make(&missing.behalf), -ENOENT);
	make_file(&root, "file");
	MAKE(&file, getpid(), SYS_connect, ARG(fd), ARG(&un), sizeof(un));
	made_find(&file);
	assert_int_equal(behalf_make(&file.behalf), -ECONNREFUSED);
}

static void assert_name_kept(int fd, const struct sockaddr_un *un)
{
	struct sockaddr_un name = { 0 };
	socklen_t len = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	assert_string_equal(name.sun_path, un->sun_path);
}

struct bind_task {
	const char *cwd, *root;
	mode_t umask;
	uid_t uid;
};

static void prepare_bind(void *arg)
{
	const struct bind_task *t = arg;

	umask(t->umask);
	if ((t->root && chroot(t->root) < 0) || (t->cwd && chdir(t->cwd) < 0) ||
		(t->uid && (setgid(t->uid) < 0 || setuid(t->uid) < 0)))
		_exit(1);
}

static const struct bind_task nobody = { .uid = 1000, .umask = 022 };

static int64_t make_bind(int fd, const struct sockaddr_un *un)
{
	cleanup_made struct made m;

	MAKE(&m, getpid(), SYS_bind, ARG(fd), ARG(un), sizeof(*un));
	made_find(&m);
	return behalf_make(&m.behalf);
}

static void bind_keeps_the_name_cwd_and_umask(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("./dir/../dir/sock");
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_close int again = new_socket(AF_UNIX, SOCK_STREAM);
	struct bind_task t = { .cwd = root.path, .umask = 0137 };
	cleanup_made struct made m, second;
	char path[128];
	struct stat st;
	pid_t task;

	(void)state;
	make_dirs(&root, "dir/");
	task = task_make(prepare_bind, &t);
	MAKE(&m, task, SYS_bind, ARG(fd), ARG(&un), sizeof(un));
	made_find(&m);
	assert_int_equal(behalf_make(&m.behalf), 0);
	assert_false(m.behalf.raced);
	assert_name_kept(fd, &un);
	snprintf(path, sizeof(path), "%s/dir/sock", root.path);
	assert_string_equal(m.target.path, path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0640);
	MAKE(&second, task, SYS_bind, ARG(again), ARG(&un), sizeof(un));
	made_find(&second);
	assert_int_equal(behalf_make(&second.behalf), -EADDRINUSE);
	assert_false(second.behalf.raced);
	task_end(task);
}

static void a_swapped_directory_is_caught(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("%s/link/sock", root.path);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	struct sockaddr_un judged = un_path("%s/judged/sock", root.path);
	cleanup_made struct made m;

	(void)state;
	make_dirs(&root, "judged/");
	make_dirs(&root, "other/");
	make_link(&root, "link", "judged");
	MAKE(&m, getpid(), SYS_bind, ARG(fd), ARG(&un), sizeof(un));
	made_find(&m);
	assert_non_null(strstr(m.target.path, "/judged/sock"));
	assert_int_equal(unlinkat(root.fd, "link", 0), 0);
	make_link(&root, "link", "other");
	assert_int_equal(behalf_make(&m.behalf), -EACCES);
	assert_true(m.behalf.raced);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0) {
		/* Nothing was made there, and the socket is as it was. */
		assert_int_equal(faccessat(root.fd, "other/sock", F_OK, 0), -1);
		assert_int_equal(make_bind(fd, &judged), 0);
	}
}

struct flipper {
	const struct fake_root *root;
	atomic_bool over;
};

static void *flip(void *arg)
{
	struct flipper *f = arg;

	while (!atomic_load(&f->over))
		renameat2(f->root->fd, "a", f->root->fd, "b", RENAME_EXCHANGE);
	return NULL;
}

/* A link that changes all the time: the socket is where it was judged to be, or nowhere. */
static void no_bind_escapes(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("%s/a/sock", root.path);
	struct flipper flipper = { .root = &root };
	pthread_t thread;

	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
		skip();
	make_dirs(&root, "judged/");
	make_dirs(&root, "other/");
	make_link(&root, "a", "judged");
	make_link(&root, "b", "other");
	assert_int_equal(pthread_create(&thread, NULL, flip, &flipper), 0);
	for (int i = 0; i < 500; i++) {
		cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
		cleanup_made struct made m;

		MAKE(&m, getpid(), SYS_bind, ARG(fd), ARG(&un), sizeof(un));
		made_find(&m);
		if (!strstr(m.target.path, "/judged/")) /* denied */
			continue;
		if (behalf_make(&m.behalf) == 0)
			assert_int_equal(unlinkat(root.fd, "judged/sock", 0), 0);
		assert_int_equal(faccessat(root.fd, "other/sock", F_OK, 0), -1);
	}
	atomic_store(&flipper.over, true);
	pthread_join(thread, NULL);
}

/* A directory one may not write to is no tampering. */
static void a_plain_refusal_is_none(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("%s/sock", root.path);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made m;
	pid_t task;

	(void)state;
	assert_int_equal(fchmodat(AT_FDCWD, root.path, 0555, 0), 0);
	task = task_make(prepare_bind, geteuid() == 0 ? (void *)&nobody : &(struct bind_task){ 0 });
	MAKE(&m, task, SYS_bind, ARG(fd), ARG(&un), sizeof(un));
	made_find(&m);
	assert_int_equal(behalf_make(&m.behalf), -EACCES);
	assert_false(m.behalf.raced);
	task_end(task);
}

static void bind_is_in_the_tasks_root(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("/dir/sock");
	struct bind_task t = { .root = root.path, .cwd = "/" };
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made m;
	struct stat st;
	pid_t task;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_dirs(&root, "dir/");
	task = task_make(prepare_bind, &t);
	MAKE(&m, task, SYS_bind, ARG(fd), ARG(&un), sizeof(un));
	made_find(&m);
	assert_string_equal(m.target.path, "/dir/sock");
	assert_int_equal(behalf_make(&m.behalf), 0);
	assert_name_kept(fd, &un);
	assert_int_equal(fstatat(root.fd, "dir/sock", &st, 0), 0);
	task_end(task);
}

static void bind_by_own_descriptor_lands_there(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("/proc/self/fd/%d/sock", root.fd);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made m;
	struct stat st;

	(void)state;
	MAKE(&m, getpid(), SYS_bind, ARG(fd), ARG(&un), sizeof(un));
	made_find(&m);
	assert_true(m.target.own_proc);
	assert_int_equal(behalf_make(&m.behalf), 0);
	assert_int_equal(fstatat(root.fd, "sock", &st, 0), 0);
	assert_true(S_ISSOCK(st.st_mode));
}

static void bind_in_the_internet(void **state)
{
	const struct sockaddr_in addr = loopback(0);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	cleanup_made struct made m;

	(void)state;
	MAKE(&m, getpid(), SYS_bind, ARG(fd), ARG(&addr), sizeof(addr));
	assert_int_equal(behalf_make(&m.behalf), 0);
}

static int64_t make_sendto(
	int fd, const void *data, size_t len, int flags, const void *addr, socklen_t addr_len)
{
	cleanup_made struct made m;

	MAKE(&m, getpid(), SYS_sendto, ARG(fd), ARG(data), len, (uint64_t)flags, ARG(addr),
		addr_len);
	if (addr && ((const struct sockaddr *)addr)->sa_family == AF_UNIX)
		made_find(&m);
	return behalf_make(&m.behalf);
}

static void a_datagram_arrives_whole(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	static char big[65536], got[65536];

	(void)state;
	assert_int_equal(make_sendto(fd, "abc", 3, 0, &addr, sizeof(addr)), 3);
	assert_int_equal(recv(server, got, sizeof(got), 0), 3);
	assert_memory_equal(got, "abc", 3);
	assert_int_equal(make_sendto(fd, big, 0, 0, &addr, sizeof(addr)), 0);
	assert_int_equal(recv(server, got, sizeof(got), 0), 0);
	assert_int_equal(make_sendto(fd, big, sizeof(big), 0, &addr, sizeof(addr)), -EMSGSIZE);
	assert_int_equal(make_sendto(fd, big, SIZE_MAX, 0, &addr, sizeof(addr)), -EMSGSIZE);
	assert_int_equal(make_sendto(fd, (void *)16, 3, 0, &addr, sizeof(addr)), -EFAULT);
	assert_int_equal(make_sendto(fd, big, 3, 0, &addr, 129), -EINVAL);
}

static void a_datagram_to_a_path(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un un = un_path("%s/sock", root.path);
	cleanup_close int server = bound_path(SOCK_DGRAM, un.sun_path);
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_DGRAM);
	char got[8];

	(void)state;
	assert_int_equal(make_sendto(fd, "abc", 3, 0, &un, sizeof(un)), 3);
	assert_int_equal(recv(server, got, sizeof(got), 0), 3);
}

static void data_goes_with_the_first_packet(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int server = bound_inet(SOCK_STREAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_STREAM), peer = -1;
	char got[8];

	(void)state;
	assert_int_equal(make_sendto(fd, "abc", 3, MSG_FASTOPEN, &addr, sizeof(addr)), 3);
	peer = accept(server, NULL, NULL);
	assert_int_equal(recv(peer, got, sizeof(got), 0), 3);
	close(peer);
}

enum { LARGE = 3 * 1024 * 1024 + 17 };

static void *read_large(void *arg)
{
	static uint8_t got[LARGE];
	size_t n = 0;
	ssize_t r;

	while (n < LARGE && (r = read(*(int *)arg, got + n, LARGE - n)) > 0)
		n += (size_t)r;
	for (size_t i = 0; i < n; i++)
		if (got[i] != (uint8_t)(i * 7 + i / 4096))
			return NULL;
	return n == LARGE ? got : NULL;
}

static void a_stream_takes_any_length(void **state)
{
	static uint8_t data[LARGE];
	pthread_t reader;
	void *good;
	int pair[2];

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (uint8_t)(i * 7 + i / 4096);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(pthread_create(&reader, NULL, read_large, &pair[1]), 0);
	assert_int_equal(make_sendto(pair[0], data, LARGE, 0, NULL, 0), LARGE);
	assert_int_equal(pthread_join(reader, &good), 0);
	assert_non_null(good);
	/* And without a reader, as much as there is room for. */
	assert_in_range(make_sendto(pair[0], data, LARGE, MSG_DONTWAIT, NULL, 0), 1, LARGE - 1);
	assert_int_equal(make_sendto(pair[0], data, LARGE, MSG_DONTWAIT, NULL, 0), -EAGAIN);
	close(pair[0]);
	close(pair[1]);
}

static bool take_sigpipe(void)
{
	const struct timespec now = { 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return sigtimedwait(&set, NULL, &now) == SIGPIPE;
}

static void a_broken_stream_signals_the_task(void **state)
{
	sigset_t set, old;
	int pair[2];

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, &old);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	close(pair[1]);
	assert_int_equal(make_sendto(pair[0], "x", 1, MSG_NOSIGNAL, NULL, 0), -EPIPE);
	assert_false(take_sigpipe());
	assert_int_equal(make_sendto(pair[0], "x", 1, 0, NULL, 0), -EPIPE);
	assert_true(take_sigpipe());
	close(pair[0]);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

static int64_t make_sendmsg(int fd, const struct msghdr *msg)
{
	cleanup_made struct made m;

	MAKE(&m, getpid(), SYS_sendmsg, ARG(fd), ARG(msg), 0);
	return behalf_make(&m.behalf);
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* The descriptor that came with a byte, or -1. */
static int receive_fd(int from)
{
	union {
		struct cmsghdr head;
		uint8_t bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int fd;

	assert_int_equal(recvmsg(from, &msg, 0), 1);
	if (!msg.msg_controllen)
		return -1;
	memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
	return fd;
}

static void assert_same_file(int a, int b)
{
	struct stat sa, sb;

	assert_int_equal(fstat(a, &sa), 0);
	assert_int_equal(fstat(b, &sb), 0);
	assert_int_equal(sa.st_ino, sb.st_ino);
	assert_int_equal(sa.st_dev, sb.st_dev);
}

/* struct cmsghdr without its flexible member, to stand before data. */
struct control_head {
	size_t cmsg_len;
	int cmsg_level, cmsg_type;
};

_Static_assert(sizeof(struct control_head) == CMSG_LEN(0), "data follows at once");

static void descriptors_are_passed_on(void **state)
{
	struct {
		struct control_head head;
		int fd;
	} control = { { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS }, -1 };
	struct iovec iov[2] = { { (void *)"a", 1 }, { NULL, 0 } };
	const struct msghdr msg = { .msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int pair[2], before, got;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(make_sendmsg(pair[0], &msg), -EBADF);
	control.fd = open("/", O_RDONLY | O_CLOEXEC);
	before = open_descriptors();
	assert_int_equal(make_sendmsg(pair[0], &msg), 1);
	assert_int_equal(open_descriptors(), before);
	got = receive_fd(pair[1]);
	assert_same_file(got, control.fd);
	control.head.cmsg_len = sizeof(struct cmsghdr) - 1;
	assert_int_equal(make_sendmsg(pair[0], &msg), -EINVAL);
	close(got);
	close(control.fd);
	close(pair[0]);
	close(pair[1]);
}

/* struct msghdr, cmsghdr and iovec of a 32-bit program, below 4 GiB. */
struct low {
	uint32_t msg[7];
	uint32_t iov[2];
	struct {
		uint32_t len;
		int32_t level, type, fd;
	} control;
	char byte;
};

static void a_32_bit_program_passes_descriptors_too(void **state)
{
	struct low *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	const uint32_t at = (uint32_t)(uintptr_t)low;
	cleanup_made struct made m;
	int pair[2], got;

	(void)state;
	assert_true(low != MAP_FAILED);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	low->control.len = 16;
	low->control.level = SOL_SOCKET;
	low->control.type = SCM_RIGHTS;
	low->control.fd = pair[1];
	low->iov[0] = at + offsetof(struct low, byte);
	low->iov[1] = 1;
	low->msg[2] = at + offsetof(struct low, iov);
	low->msg[3] = 1;
	low->msg[4] = at + offsetof(struct low, control);
	low->msg[5] = sizeof(low->control);
	made_decode(&m, getpid(), &abi_i386, 370, (const uint64_t[6]){ ARG(pair[0]), at });
	assert_int_equal(behalf_make(&m.behalf), 1);
	got = receive_fd(pair[1]);
	assert_same_file(got, pair[1]);
	close(got);
	close(pair[0]);
	close(pair[1]);
	munmap(low, sizeof(*low));
}

static void many_messages_are_counted(void **state)
{
	struct sockaddr_in addr;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &addr);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	struct iovec iov[3] = { { (void *)"abc", 3 }, { (void *)"de", 2 }, { (void *)16, 1 } };
	struct mmsghdr msgs[3] = { 0 };
	cleanup_made struct made m, bad;
	char got[8];

	(void)state;
	for (int i = 0; i < 3; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &addr,
			.msg_namelen = sizeof(addr),
			.msg_iov = &iov[i],
			.msg_iovlen = 1 };
	MAKE(&m, getpid(), SYS_sendmmsg, ARG(fd), ARG(msgs), 3, 0);
	assert_int_equal(behalf_make(&m.behalf), 2);
	assert_int_equal(msgs[0].msg_len, 3);
	assert_int_equal(msgs[1].msg_len, 2);
	assert_int_equal(recv(server, got, sizeof(got), 0), 3);
	assert_int_equal(recv(server, got, sizeof(got), 0), 2);
	MAKE(&bad, getpid(), SYS_sendmmsg, ARG(fd), ARG(msgs + 2), 1, 0);
	assert_int_equal(behalf_make(&bad.behalf), -EFAULT);
	assert_false(has_input(server));
}

/* The name that was judged is the one sent to, whatever stands there by now. */
static void a_name_that_changed_does_not_count(void **state)
{
	struct sockaddr_in judged, other, name;
	cleanup_close int server = bound_inet(SOCK_DGRAM, &judged);
	cleanup_close int trap = bound_inet(SOCK_DGRAM, &other);
	cleanup_close int fd = new_socket(AF_INET, SOCK_DGRAM);
	struct iovec iov = { (void *)"abc", 3 };
	struct msghdr msg = {
		.msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &iov, .msg_iovlen = 1
	};
	cleanup_made struct made m;

	(void)state;
	name = judged;
	MAKE(&m, getpid(), SYS_sendmsg, ARG(fd), ARG(&msg), 0);
	name = other;
	assert_int_equal(behalf_make(&m.behalf), 3);
	assert_true(has_input(server));
	assert_false(has_input(trap));
}

static int64_t connect_as(pid_t task, int fd, const struct sockaddr_un *un)
{
	cleanup_made struct made m;

	MAKE(&m, task, SYS_connect, ARG(fd), ARG(un), sizeof(*un));
	made_find(&m);
	return behalf_make(&m.behalf);
}

static void connects_with_the_tasks_credentials(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct sockaddr_un closed = un_path("%s/closed", root.path);
	struct sockaddr_un inside = un_path("%s/dir/sock", root.path);
	struct sockaddr_un open_to_all = un_path("%s/open", root.path);
	cleanup_close int server = -1, fd = new_socket(AF_UNIX, SOCK_STREAM), peer = -1;
	struct ucred creds;
	socklen_t len = sizeof(creds);
	pid_t task;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_dirs(&root, "dir/");
	close(bound_path(SOCK_STREAM, closed.sun_path));
	close(bound_path(SOCK_STREAM, inside.sun_path));
	server = bound_path(SOCK_STREAM, open_to_all.sun_path);
	chmod(closed.sun_path, 0700);
	chmod(inside.sun_path, 0777);
	chmod(open_to_all.sun_path, 0777);
	assert_int_equal(fchmodat(root.fd, "dir", 0700, 0), 0);
	task = task_make(prepare_bind, (void *)&nobody);
	assert_int_equal(connect_as(task, fd, &closed), -EACCES);
	assert_int_equal(connect_as(task, fd, &inside), -EACCES);
	assert_int_equal(connect_as(task, fd, &open_to_all), 0);
	peer = accept(server, NULL, NULL);
	assert_int_equal(getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &creds, &len), 0);
	assert_int_equal(creds.uid, 1000);
	assert_int_equal(creds.gid, 1000);
	assert_int_equal(geteuid(), 0);
	task_end(task);
}

static void nobody_claims_to_be_root(void **state)
{
	struct {
		struct control_head head;
		struct ucred creds;
	} control = { { CMSG_LEN(sizeof(struct ucred)), SOL_SOCKET, SCM_CREDENTIALS }, { 0 } };
	struct iovec iov = { (void *)"a", 1 };
	const struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	cleanup_made struct made as_root, as_itself;
	pid_t task;
	int pair[2];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	task = task_make(prepare_bind, (void *)&nobody);
	/* Decoded from our own memory, which the child's is a copy of. */
	control.creds.pid = task;
	MAKE(&as_root, getpid(), SYS_sendmsg, ARG(pair[0]), ARG(&msg), 0);
	as_root.behalf.pid = as_root.behalf.tid = task;
	assert_int_equal(behalf_make(&as_root.behalf), -EPERM);
	control.creds.uid = control.creds.gid = 1000;
	MAKE(&as_itself, getpid(), SYS_sendmsg, ARG(pair[0]), ARG(&msg), 0);
	as_itself.behalf.pid = as_itself.behalf.tid = task;
	assert_int_equal(behalf_make(&as_itself.behalf), 1);
	task_end(task);
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connects_by_tcp),
		cmocka_unit_test(refused_is_refused),
		cmocka_unit_test(a_non_blocking_connect_is_in_progress),
		cmocka_unit_test(udp_connects_and_dissolves),
		cmocka_unit_test(of_a_task_with_our_credentials_whatever_cannot_wait_goes_at_once),
		cmocka_unit_test(udp_goes_at_once),
		cmocka_unit_test(what_may_wait_or_asks_who_calls_is_left_to_a_worker),
		cmocka_unit_test(what_the_kernel_refuses_is_refused),
		cmocka_unit_test(an_abstract_name_is_taken_bytewise),
		cmocka_unit_test(a_path_leads_to_the_inode_that_was_judged),
		cmocka_unit_test(a_path_that_leads_nowhere_says_so),
		cmocka_unit_test(bind_keeps_the_name_cwd_and_umask),
		cmocka_unit_test(a_swapped_directory_is_caught),
		cmocka_unit_test(no_bind_escapes),
		cmocka_unit_test(a_plain_refusal_is_none),
		cmocka_unit_test(bind_is_in_the_tasks_root),
		cmocka_unit_test(bind_by_own_descriptor_lands_there),
		cmocka_unit_test(bind_in_the_internet),
		cmocka_unit_test(a_datagram_arrives_whole),
		cmocka_unit_test(a_datagram_to_a_path),
		cmocka_unit_test(data_goes_with_the_first_packet),
		cmocka_unit_test(a_stream_takes_any_length),
		cmocka_unit_test(a_broken_stream_signals_the_task),
		cmocka_unit_test(descriptors_are_passed_on),
		cmocka_unit_test(a_32_bit_program_passes_descriptors_too),
		cmocka_unit_test(many_messages_are_counted),
		cmocka_unit_test(a_name_that_changed_does_not_count),
		cmocka_unit_test(connects_with_the_tasks_credentials),
		cmocka_unit_test(nobody_claims_to_be_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
