/* bind(2) on behalf: by the name that was given, and nowhere but where was judged. */
#include <linux/landlock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "tests/support/made_behalf.h"

static void assert_name_kept(int fd, const struct sockaddr_un *un)
{
	struct sockaddr_un name = { 0 };
	socklen_t len = sizeof(name);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &len), 0);
	assert_string_equal(name.sun_path, un->sun_path);
}

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
	struct task_place t = { .cwd = root.path, .umask = 0137 };
	cleanup_made struct made m, second;
	char path[128];
	struct stat st;
	pid_t task;

	(void)state;
	make_dirs(&root, "dir/");
	task = task_make(task_settle, &t);
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
	task = task_make(
		task_settle, geteuid() == 0 ? (void *)&task_nobody : &(struct task_place){ 0 });
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
	struct task_place t = { .root = root.path, .cwd = "/" };
	cleanup_close int fd = new_socket(AF_UNIX, SOCK_STREAM);
	cleanup_made struct made m;
	struct stat st;
	pid_t task;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_dirs(&root, "dir/");
	task = task_make(task_settle, &t);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bind_keeps_the_name_cwd_and_umask),
		cmocka_unit_test(a_swapped_directory_is_caught),
		cmocka_unit_test(no_bind_escapes),
		cmocka_unit_test(a_plain_refusal_is_none),
		cmocka_unit_test(bind_is_in_the_tasks_root),
		cmocka_unit_test(bind_by_own_descriptor_lands_there),
		cmocka_unit_test(bind_in_the_internet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
