/* A thread that is, for the length of a call, somebody else. */
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/stat.h>

#include "supervisor/credentials.h"
#include "tests/support/made_behalf.h"

enum { USER = 1234, GROUP = 2345, OTHER_GROUP = 3456 };

static void become_user(void *arg)
{
	const gid_t groups[] = { GROUP, OTHER_GROUP };

	(void)arg;
	if (setgroups(2, groups) < 0 || setgid(GROUP) < 0 || setuid(USER) < 0)
		_exit(1);
	umask(0127);
}

static void our_own_are_the_same(void **state)
{
	cleanup_credentials struct credentials_pair pair;
	mode_t old = umask(027);

	(void)state;
	assert_int_equal(credentials_read(getpid(), &pair), 0);
	assert_true(pair.same);
	assert_int_equal(pair.task.umask, 027);
	assert_int_equal(pair.task.uid[1], geteuid());
	assert_int_equal(credentials_take_on(&pair), 0);
	credentials_give_back(&pair);
	umask(old);
}

static void a_task_that_is_gone(void **state)
{
	cleanup_credentials struct credentials_pair pair;

	(void)state;
	assert_int_equal(credentials_read(0x7fffffff, &pair), -ESRCH);
}

static void assert_now(uid_t uid, gid_t gid, uint64_t effective)
{
	cleanup_credentials struct credentials_pair now;

	assert_int_equal(credentials_read((pid_t)syscall(SYS_gettid), &now), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(now.task.uid[i], uid);
		assert_int_equal(now.task.gid[i], gid);
	}
	assert_true(now.task.effective == effective);
}

static void taken_on_and_given_back(void **state)
{
	cleanup_credentials struct credentials_pair pair;
	cleanup_root struct fake_root root = fake_root_make();
	pid_t task;
	struct stat st;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	task = task_make(become_user, NULL);
	assert_int_equal(credentials_read(task, &pair), 0);
	assert_false(pair.same);
	assert_int_equal(pair.task.umask, 0127);
	assert_int_equal(pair.task.groups_len, 2);
	assert_int_equal(chmod(root.path, 0777), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(credentials_take_on(&pair), 0);
		assert_now(USER, GROUP, 0);
		assert_int_equal(openat(root.fd, "/etc/shadow", O_RDONLY | O_CLOEXEC), -1);
		fd = openat(root.fd, "f", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		credentials_give_back(&pair);
		assert_now(0, pair.own.gid[1], pair.own.effective);
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(st.st_uid, USER);
		close(fd);
	}
	task_end(task);
}

/* A thread that takes the task on, waits to be looked at, and goes back. */
struct actor {
	pthread_barrier_t barrier;
	const struct credentials_pair *pair;
};

static void *act(void *arg)
{
	struct actor *actor = arg;
	int rc = credentials_take_on(actor->pair);

	pthread_barrier_wait(&actor->barrier);
	pthread_barrier_wait(&actor->barrier);
	if (rc == 0)
		credentials_give_back(actor->pair);
	return rc == 0 ? actor : NULL;
}

static void other_threads_stay_who_they_are(void **state)
{
	cleanup_credentials struct credentials_pair pair;
	struct actor actor = { .pair = &pair };
	pthread_t thread;
	void *good;
	pid_t task;

	(void)state;
	if (geteuid() != 0)
		skip();
	task = task_make(become_user, NULL);
	assert_int_equal(credentials_read(task, &pair), 0);
	pthread_barrier_init(&actor.barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, act, &actor), 0);
	pthread_barrier_wait(&actor.barrier);
	assert_now(0, pair.own.gid[1], pair.own.effective);
	pthread_barrier_wait(&actor.barrier);
	assert_int_equal(pthread_join(thread, &good), 0);
	assert_non_null(good);
	pthread_barrier_destroy(&actor.barrier);
	task_end(task);
}

static void prepare_nothing(void *arg)
{
	(void)arg;
}

/* An unprivileged callgate cannot be somebody else, and says so; it stays itself. */
static void without_privilege_it_is_not_permitted(void **state)
{
	pid_t task, child;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	task = task_make(prepare_nothing, NULL);
	child = fork();
	if (child == 0) {
		cleanup_credentials struct credentials_pair pair;

		become_user(NULL);
		if (credentials_read(task, &pair) < 0 || pair.same)
			_exit(1);
		_exit(credentials_take_on(&pair) == -EPERM && geteuid() == USER ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	task_end(task);
}

static void what_may_be_claimed(void **state)
{
	struct credentials user = { .uid = { 1, 2, 3, 9 }, .gid = { 4, 5, 6, 9 } };
	const struct ucred own = { .pid = 7, .uid = 3, .gid = 4 };
	const struct ucred files = { .pid = 7, .uid = 9, .gid = 4 };
	const struct ucred other_pid = { .pid = 8, .uid = 1, .gid = 4 };
	const struct ucred other_gid = { .pid = 7, .uid = 1, .gid = 0 };

	(void)state;
	assert_true(credentials_may_claim(&user, 7, &own));
	assert_false(credentials_may_claim(&user, 7, &files));
	assert_false(credentials_may_claim(&user, 7, &other_pid));
	assert_false(credentials_may_claim(&user, 7, &other_gid));
	user.effective = (uint64_t)1 << CAP_SYS_ADMIN;
	assert_true(credentials_may_claim(&user, 7, &other_pid));
	assert_false(credentials_may_claim(&user, 7, &other_gid));
	user.effective = (uint64_t)1 << CAP_SETGID;
	assert_true(credentials_may_claim(&user, 7, &other_gid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_own_are_the_same),
		cmocka_unit_test(a_task_that_is_gone),
		cmocka_unit_test(taken_on_and_given_back),
		cmocka_unit_test(other_threads_stay_who_they_are),
		cmocka_unit_test(without_privilege_it_is_not_permitted),
		cmocka_unit_test(what_may_be_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
