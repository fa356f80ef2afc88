/* Where the path of a Unix address leads, as the task has it. */
#include <sys/stat.h>

#include "decoders/sockaddr.h"
#include "tests/support/made_behalf.h"

static void address(struct sockaddr_value *v, const char *path, size_t len)
{
	const sa_family_t family = AF_UNIX;

	memset(v, 0, sizeof(*v));
	memcpy(v->raw, &family, sizeof(family));
	memcpy(v->raw + sizeof(family), path, len);
	v->len = (int64_t)(v->raw_len = sizeof(family) + len);
	sockaddr_decode(v);
}

static struct unix_target found;

/* The path found, or the name of what went wrong. */
static const char *find_as(pid_t task, const char *path, size_t len, bool for_bind)
{
	struct sockaddr_value v;

	address(&v, path, len);
	unix_target_find(task, &v, for_bind, &found);
	assert_true((found.errnum == 0) == (found.fd >= 0));
	return found.errnum ? strerrorname_np(found.errnum) : found.path;
}

static const char *find(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static const char *find(const char *fmt, ...)
{
	char path[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	return find_as(getpid(), path, strlen(path), false);
}

static void assert_is(int fd, const struct fake_root *root, const char *name)
{
	struct stat a, b;

	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(fstatat(root->fd, name, &b, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(a.st_dev, b.st_dev);
}

static void links_and_dots_are_followed(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	char real[128];

	(void)state;
	make_file(&root, "dir/sock");
	make_link(&root, "link", "dir");
	make_link(&root, "dir/alias", "../link/./sock");
	snprintf(real, sizeof(real), "%s/dir/sock", root.path);
	assert_string_equal(find("%s/link/alias", root.path), real);
	assert_is(found.fd, &root, "dir/sock");
	unix_target_close(&found);
	assert_int_equal(found.fd, -1);
	assert_string_equal(find("%s/link/../dir//sock", root.path), real);
	unix_target_close(&found);
	assert_string_equal(find("%s/dir/none", root.path), "ENOENT");
	assert_string_equal(find("%s/dir/sock/more", root.path), "ENOTDIR");
	make_link(&root, "loop", "loop");
	assert_string_equal(find("%s/loop", root.path), "ELOOP");
}

static void a_path_ends_at_its_nul_or_at_its_end(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	char path[108 + 1], real[128];
	int head = snprintf(path, sizeof(path), "%s/", root.path);

	(void)state;
	memset(path + head, 'x', sizeof(path) - (size_t)head - 1);
	path[108] = '\0';
	snprintf(real, sizeof(real), "%s", path);
	make_file(&root, path + head);
	assert_string_equal(find_as(getpid(), path, 108, false), real);
	unix_target_close(&found);
	make_file(&root, "a");
	snprintf(real, sizeof(real), "%s/a", root.path);
	memcpy(path + head, "a\0b", 3);
	assert_string_equal(find_as(getpid(), path, (size_t)head + 3, false), real);
	unix_target_close(&found);
}

static void only_a_path_is_one(void **state)
{
	(void)state;
	assert_string_equal(find_as(getpid(), "\0name", 5, false), "EINVAL");
	assert_string_equal(find_as(getpid(), "", 0, true), "EINVAL");
	assert_string_equal(find_as(0x7fffffff, "/tmp", 4, false), "ENOENT");
}

static void prepare_place(void *arg)
{
	const struct fake_root *root = arg;

	if (chdir(root->path) < 0 || (geteuid() == 0 && chroot(".") < 0) || chdir("dir") < 0)
		_exit(1);
}

static void relative_paths_begin_at_the_tasks_directory(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	pid_t task;

	(void)state;
	make_file(&root, "dir/sock");
	task = task_make(prepare_place, &root);
	assert_non_null(strstr(find_as(task, "sock", 4, false), "/dir/sock"));
	assert_is(found.fd, &root, "dir/sock");
	unix_target_close(&found);
	assert_non_null(strstr(find_as(task, "/proc/self/cwd/sock", 19, false), "/dir/sock"));
	assert_true(found.own_proc);
	assert_is(found.fd, &root, "dir/sock");
	unix_target_close(&found);
	task_end(task);
}

static void paths_stay_in_the_tasks_root(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	pid_t task;

	(void)state;
	if (geteuid() != 0)
		skip();
	make_file(&root, "dir/sock");
	make_link(&root, "abs", "/dir/sock");
	task = task_make(prepare_place, &root);
	assert_string_equal(find_as(task, "/../../abs", 10, false), "/dir/sock");
	assert_is(found.fd, &root, "dir/sock");
	unix_target_close(&found);
	assert_string_equal(find_as(task, "/proc/self/root/dir/sock", 24, false), "/dir/sock");
	unix_target_close(&found);
	assert_string_equal(find_as(task, "/etc/passwd", 11, false), "ENOENT");
	task_end(task);
}

static void descriptors_by_proc_are_the_tasks(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	char real[128];

	(void)state;
	make_file(&root, "sock");
	snprintf(real, sizeof(real), "%s/sock", root.path);
	assert_string_equal(find("/proc/self/fd/%d/sock", root.fd), real);
	unix_target_close(&found);
	assert_string_equal(find("/dev/fd/%d/sock", root.fd), real);
	unix_target_close(&found);
	assert_string_equal(find("/proc/self/fd/99999/sock"), "ENOENT");
	assert_string_equal(find("/proc/self/fd/x"), "ENOENT");
	/* By a link it would be ours: nobody guesses whose was meant. */
	make_link(&root, "magic", "/proc/self/root/tmp");
	assert_string_equal(find("%s/magic", root.path), "EXDEV");
}

static const char *find_new(const struct fake_root *root, const char *below)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root->path, below);
	return find_as(getpid(), path, strlen(path), true);
}

static void bind_resolves_the_directory(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	char real[128];

	(void)state;
	make_dirs(&root, "dir/");
	make_file(&root, "file");
	make_link(&root, "link", "dir");
	make_link(&root, "dir/last", "elsewhere");
	snprintf(real, sizeof(real), "%s/dir/new", root.path);
	assert_string_equal(find_new(&root, "link/./new"), real);
	assert_is(found.fd, &root, "dir");
	unix_target_close(&found);
	/* A link in the place of the new name is not followed. */
	snprintf(real, sizeof(real), "%s/dir/last", root.path);
	assert_string_equal(find_new(&root, "link/last"), real);
	unix_target_close(&found);
	assert_string_equal(find_new(&root, "none/new"), "ENOENT");
	assert_string_equal(find_new(&root, "file/new"), "ENOTDIR");
	assert_string_equal(find_new(&root, "dir/.."), "EADDRINUSE");
	assert_string_equal(find_new(&root, "dir/"), "EADDRINUSE");
	assert_string_equal(find_new(&root, "dir/nothing/"), "ENOENT");
	assert_string_equal(find_as(getpid(), "/", 1, true), "EADDRINUSE");
	assert_string_equal(find_as(getpid(), "/new", 4, true), "/new");
	unix_target_close(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_and_dots_are_followed),
		cmocka_unit_test(a_path_ends_at_its_nul_or_at_its_end),
		cmocka_unit_test(only_a_path_is_one),
		cmocka_unit_test(relative_paths_begin_at_the_tasks_directory),
		cmocka_unit_test(paths_stay_in_the_tasks_root),
		cmocka_unit_test(descriptors_by_proc_are_the_tasks),
		cmocka_unit_test(bind_resolves_the_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
