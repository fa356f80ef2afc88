/*
 * Paths in a root that others work in too: permissions, files that are
 * replaced, changed and moved, and kernels that refuse or lack something.
 */
#include <pthread.h>
#include <seccomp.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/support/resolve_both.h"

enum { UNPRIVILEGED = 65534 };

/* Runs the body as a user without privileges, in a child when the test is root's. */
static void as_unprivileged(void (*body)(const struct fake_root *), const struct fake_root *root)
{
	pid_t pid;
	int status;

	if (geteuid() != 0) {
		body(root);
		return;
	}
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) < 0 ||
			setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED) < 0)
			_exit(2);
		body(root);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void denied_body(const struct fake_root *root)
{
	static const struct {
		const char *asked, *words;
	} cases[] = {
		{ "/secret/bin/tool", "/secret/bin may not be searched by uid" },
		{ "/link", "the link /link -> secret/bin/tool, leads on: /secret/bin may not" },
		{ "/secret/bin/..", "/secret/bin may not be searched by uid" },
		{ "/secret/bin/.", "/secret/bin may not be searched by uid" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_resolution struct resolution r = resolve(root, cases[i].asked);
		cleanup_sbuf struct sbuf out = SBUF_INIT;

		resolution_fault(&r, &out);
		if (r.errnum != EACCES || !strstr(sbuf_text(&out), cases[i].words)) {
			fprintf(stderr, "%s: %s\n", cases[i].asked, sbuf_text(&out));
			abort();
		}
	}
}

static void permission_denied(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "secret/bin/tool");
	make_link(&root, "link", "secret/bin/tool");
	assert_int_equal(fchmodat(root.fd, "secret/bin", 0600, 0), 0);
	as_unprivileged(denied_body, &root);
}

static void run_only_body(const struct fake_root *root)
{
	cleanup_resolution struct resolution r = resolve(root, "/tool");

	if (r.errnum != 0 || strcmp(r.path, "/tool") != 0)
		abort();
}

/* A program that may be run and not read has an identity all the same. */
static void reading_is_not_needed(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "tool");
	assert_int_equal(fchmodat(root.fd, "tool", 0111, 0), 0);
	as_unprivileged(run_only_body, &root);
}

/* The same path, another file: what was seen at load is not what is there now. */
static void replaced_after_load(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	cleanup_err struct err *err = NULL;
	struct root_view view = { .fd = root.fd };
	struct resolution before, after;

	(void)state;
	make_file(&root, "bin/tool");
	make_file(&root, "bin/other");
	before = resolve(&root, "/bin/tool");
	assert_int_equal(renameat(root.fd, "bin/other", root.fd, "bin/tool"), 0);
	after = resolve(&root, "/bin/tool");
	assert_string_equal(before.path, after.path);
	assert_false(identity_same_file(&before.id, &after.id));
	assert_int_equal(root_view_open_file(&view, &before, &err), -ESTALE);
	assert_string_equal(
		err_text(err), "/bin/tool was replaced while it was looked at: Stale file handle");
	resolution_free(&before);
	resolution_free(&after);
}

/* The same file, written to: known by its change time even when the size is the same. */
static void changed_after_load(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct resolution before, after;
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 }; /* above the kernel's tick */

	(void)state;
	make_file(&root, "bin/tool");
	before = resolve(&root, "/bin/tool");
	nanosleep(&pause, NULL);
	make_file(&root, "bin/tool");
	after = resolve(&root, "/bin/tool");
	assert_true(identity_same_file(&before.id, &after.id));
	assert_int_equal(before.id.size, after.id.size);
	assert_false(identity_equal(&before.id, &after.id));
	resolution_free(&before);
	resolution_free(&after);
}

/* Two names of one file have one identity and two canonical paths. */
static void hard_link(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct resolution one, two;

	(void)state;
	make_file(&root, "bin/tool");
	assert_int_equal(linkat(root.fd, "bin/tool", root.fd, "bin/alias", 0), 0);
	one = resolve(&root, "/bin/tool");
	two = resolve(&root, "/bin/alias");
	assert_string_equal(two.path, "/bin/alias");
	assert_true(identity_equal(&one.id, &two.id));
	resolution_free(&one);
	resolution_free(&two);
}

static void content_of_the_resolved_file(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	cleanup_resolution struct resolution r = { 0 };
	char content[64] = "";
	int fd;

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "sh", "usr/bin/dash");
	r = resolve(&root, "/sh");
	fd = root_view_open_file(&view, &r, NULL);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, content, sizeof(content)), strlen("usr/bin/dash"));
	assert_string_equal(content, "usr/bin/dash");
	close(fd);
}

/* A link put where a directory was leads nowhere, least of all out of the root. */
static void link_put_on_the_way_is_not_followed(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	cleanup_resolution struct resolution r = { 0 };

	(void)state;
	make_file(&root, "usr/bin/dash");
	r = resolve(&root, "/usr/bin/dash");
	assert_int_equal(renameat(root.fd, "usr/bin", root.fd, "usr/old"), 0);
	make_link(&root, "usr/bin", "old");
	assert_int_equal(root_view_open_file(&view, &r, NULL), -ENOTDIR);
}

static void only_regular_files_are_opened(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	cleanup_resolution struct resolution r = { 0 };
	cleanup_err struct err *err = NULL;

	(void)state;
	assert_int_equal(mkfifoat(root.fd, "pipe", 0755), 0);
	r = resolve(&root, "/pipe");
	assert_int_equal(root_view_open_file(&view, &r, &err), -EINVAL);
	assert_string_equal(err_text(err), "/pipe is not a regular file: Invalid argument");
}

/*
 * fs.protected_symlinks, proc(5): the kernel follows no link of another user in
 * a sticky directory where everybody may write. The walk knows nothing of that
 * and the kernel has the last word.
 */
static void links_of_strangers_in_sticky_directories(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	cleanup_resolution struct resolution r = { 0 };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	FILE *setting = fopen("/proc/sys/fs/protected_symlinks", "re");
	bool is_protected = setting && fgetc(setting) == '1';

	(void)state;
	if (setting)
		fclose(setting);
	make_file(&root, "bin/tool");
	make_link(&root, "tmp/stranger", "../bin/tool");
	make_link(&root, "own", "tmp/stranger");
	assert_int_equal(fchmodat(root.fd, "tmp", 01777, 0), 0);
	if (geteuid() != 0) {
		/* All is our own here: the link is followed. */
		expect_path(&root, "/own", "/bin/tool",
			"/own -> tmp/stranger, /tmp/stranger -> ../bin/tool");
		return;
	}
	assert_int_equal(
		fchownat(root.fd, "tmp/stranger", UNPRIVILEGED, UNPRIVILEGED, AT_SYMLINK_NOFOLLOW),
		0);
	assert_int_equal(root_view_resolve(&view, "/own", &r), is_protected ? -EACCES : 0);
	assert_string_equal(r.path, is_protected ? "/tmp/stranger" : "/bin/tool");
	resolution_fault(&r, &out);
	if (is_protected)
		assert_non_null(strstr(sbuf_text(&out), "fs.protected_symlinks"));
}

/* As on kernels before 5.6, and in containers whose filter knows no openat2(2). */
static void without_openat2(const struct fake_root *root, int errnum)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct root_view view = { .fd = root->fd };
	struct resolution r;

	if (!filter ||
		seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned)errnum), SCMP_SYS(openat2), 0) <
			0 ||
		seccomp_load(filter) < 0)
		_exit(2);
	seccomp_release(filter);
	if (root_view_resolve(&view, "/bin/sh", &r) != 0 || strcmp(r.path, "/usr/bin/dash") != 0 ||
		r.nlinks != 2)
		_exit(3);
	resolution_free(&r);
	if (root_view_resolve(&view, "/bin/none", &r) != -ENOENT)
		_exit(4);
	resolution_free(&r);
	_exit(0);
}

static void kernels_without_openat2(void **state)
{
	static const int errors[] = { ENOSYS, EPERM };
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "bin", "usr/bin");
	make_link(&root, "usr/bin/sh", "dash");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0)
			without_openat2(&root, errors[i]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

/* Exchanges two links until told to stop. */
struct swapper {
	const struct fake_root *root;
	atomic_bool stop;
};

static void *swap_links(void *arg)
{
	struct swapper *swapper = arg;

	while (!atomic_load(&swapper->stop)) {
		if (renameat2(swapper->root->fd, "one", swapper->root->fd, "two", RENAME_EXCHANGE) <
			0)
			return arg;
	}
	return NULL;
}

/* While links move, the path that comes out is that of the file that comes out. */
static void moving_links(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct swapper swapper = { .root = &root };
	struct root_view view = { .fd = root.fd };
	struct resolution a, b;
	pthread_t thread;
	void *failed;

	(void)state;
	make_file(&root, "a/tool");
	make_file(&root, "b/tool");
	make_link(&root, "one", "a");
	make_link(&root, "two", "b");
	a = resolve(&root, "/a/tool");
	b = resolve(&root, "/b/tool");
	assert_int_equal(pthread_create(&thread, NULL, swap_links, &swapper), 0);
	for (int i = 0; i < 3000; i++) {
		cleanup_resolution struct resolution r = { 0 };
		const struct resolution *expected;

		view.by_hand = i % 2;
		/* Files that never rest may be given up on, and nothing else. */
		if (root_view_resolve(&view, "/one/tool", &r) != 0) {
			assert_int_equal(r.errnum, EAGAIN);
			continue;
		}
		expected = strcmp(r.path, a.path) == 0 ? &a : &b;
		assert_string_equal(r.path, expected->path);
		assert_true(identity_equal(&r.id, &expected->id));
	}
	atomic_store(&swapper.stop, true);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	resolution_free(&a);
	resolution_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(permission_denied),
		cmocka_unit_test(reading_is_not_needed),
		cmocka_unit_test(replaced_after_load),
		cmocka_unit_test(changed_after_load),
		cmocka_unit_test(hard_link),
		cmocka_unit_test(content_of_the_resolved_file),
		cmocka_unit_test(link_put_on_the_way_is_not_followed),
		cmocka_unit_test(only_regular_files_are_opened),
		cmocka_unit_test(links_of_strangers_in_sticky_directories),
		cmocka_unit_test(kernels_without_openat2),
		cmocka_unit_test(moving_links),
	};

	return cmocka_run_group_tests_name("root_view_changes", tests, NULL, NULL);
}
