/* sendto, sendmsg and sendmmsg on behalf: the bytes, the descriptors, the count. */
#include <dirent.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "tests/support/made_behalf.h"

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
	task = task_make(task_settle, (void *)&task_nobody);
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
		cmocka_unit_test(a_datagram_arrives_whole),
		cmocka_unit_test(a_datagram_to_a_path),
		cmocka_unit_test(data_goes_with_the_first_packet),
		cmocka_unit_test(a_stream_takes_any_length),
		cmocka_unit_test(a_broken_stream_signals_the_task),
		cmocka_unit_test(descriptors_are_passed_on),
		cmocka_unit_test(a_32_bit_program_passes_descriptors_too),
		cmocka_unit_test(many_messages_are_counted),
		cmocka_unit_test(a_name_that_changed_does_not_count),
		cmocka_unit_test(nobody_claims_to_be_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
