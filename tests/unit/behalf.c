/* Calls made on behalf: they go where was judged, and answer as the kernel would. */
#include "tests/support/made_behalf.h"

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
	task = task_make(task_settle, (void *)&task_nobody);
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
		cmocka_unit_test(connects_with_the_tasks_credentials),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
