/*
 * Paths in a root: real files and links in a temporary directory that stands
 * for "/". Every case is resolved with openat2(2) and by hand, and must come
 * out the same.
 */
#include "tests/support/resolve_both.h"

static void plain_path_is_its_own_canonical_path(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/dash");
	expect_path(&root, "/usr/bin/dash", "/usr/bin/dash", "/usr/bin/dash");
	expect_path(&root, "/usr/bin", "/usr/bin", "/usr/bin");
	expect_path(&root, "/", "/", "/");
}

static void dots_and_slashes_are_dropped(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_file(&root, "usr/...");
	expect_path(&root, "//usr///bin/./dash", "/usr/bin/dash", "/usr/bin/dash");
	expect_path(&root, "/usr/../usr/bin/dash", "/usr/bin/dash", "/usr/bin/dash");
	expect_path(&root, "/usr/bin/../bin/dash", "/usr/bin/dash", "/usr/bin/dash");
	expect_path(&root, "/usr/bin/", "/usr/bin", "/usr/bin");
	expect_path(&root, "/usr/bin/.", "/usr/bin", "/usr/bin");
	expect_path(&root, "/usr/bin/..", "/usr", "/usr");
	expect_path(&root, "/usr/..", "/", "/");
	expect_path(&root, "/usr/...", "/usr/...", "/usr/...");
	expect_path(&root, "///", "/", "/");
}

static void parent_of_the_root_is_the_root(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "bin/sh");
	make_link(&root, "out", "../../../..");
	expect_path(&root, "/..", "/", "/");
	expect_path(&root, "/../../bin/sh", "/bin/sh", "/bin/sh");
	expect_path(&root, "/out/bin/sh", "/bin/sh", "/out -> ../../../..");
}

static void single_link(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/python3.11");
	make_link(&root, "usr/bin/python3", "/usr/bin/python3.11");
	expect_path(&root, "/usr/bin/python3", "/usr/bin/python3.11",
		"/usr/bin/python3 -> /usr/bin/python3.11");
}

static void relative_link(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/python3.11");
	make_file(&root, "usr/lib/node/bin/npm-cli.js");
	make_link(&root, "usr/bin/python3", "python3.11");
	make_link(&root, "usr/bin/npm", "../lib/node/bin/npm-cli.js");
	expect_path(
		&root, "/usr/bin/python3", "/usr/bin/python3.11", "/usr/bin/python3 -> python3.11");
	expect_path(&root, "/usr/bin/npm", "/usr/lib/node/bin/npm-cli.js",
		"/usr/bin/npm -> ../lib/node/bin/npm-cli.js");
}

static void chain_of_alternatives(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/vim.basic");
	make_link(&root, "etc/alternatives/vi", "/usr/bin/vim.basic");
	make_link(&root, "usr/bin/vi", "/etc/alternatives/vi");
	expect_path(&root, "/usr/bin/vi", "/usr/bin/vim.basic",
		"/usr/bin/vi -> /etc/alternatives/vi, /etc/alternatives/vi -> /usr/bin/vim.basic");
}

static void through_a_linked_directory(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "opt/tool-2.1/bin/tool");
	make_link(&root, "opt/tool", "tool-2.1");
	make_link(&root, "opt/current", "tool");
	expect_path(&root, "/opt/tool/bin/tool", "/opt/tool-2.1/bin/tool", "/opt/tool -> tool-2.1");
	expect_path(&root, "/opt/current/bin/tool", "/opt/tool-2.1/bin/tool",
		"/opt/current -> tool, /opt/tool -> tool-2.1");
	expect_path(&root, "/opt/current/", "/opt/tool-2.1",
		"/opt/current -> tool, /opt/tool -> tool-2.1");
}

/* ".." after a link is the parent of where the link leads, not of where it stands. */
static void parent_through_a_link(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "srv/apps/one/bin/run");
	make_file(&root, "srv/apps/two/bin/run");
	make_link(&root, "usr/one", "/srv/apps/one");
	expect_path(&root, "/usr/one/../two/bin/run", "/srv/apps/two/bin/run",
		"/usr/one -> /srv/apps/one");
	expect_fault(&root, "/usr/one/../one/../two/bin/none", ENOENT, "/srv/apps/two/bin/none",
		"does not exist");
}

static void merged_usr(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "bin", "usr/bin");
	make_link(&root, "usr/bin/sh", "dash");
	expect_path(&root, "/bin/dash", "/usr/bin/dash", "/bin -> usr/bin");
	expect_path(&root, "/bin/sh", "/usr/bin/dash", "/bin -> usr/bin, /usr/bin/sh -> dash");
	expect_path(
		&root, "/bin/../bin/sh", "/usr/bin/dash", "/bin -> usr/bin, /usr/bin/sh -> dash");
}

static void absolute_link_stays_in_the_root(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "etc/passwd");
	make_link(&root, "srv/shadow", "/etc/passwd");
	make_link(&root, "srv/up", "../../../../../../etc/passwd");
	make_link(&root, "srv/outside", root.path);
	expect_path(&root, "/srv/shadow", "/etc/passwd", "/srv/shadow -> /etc/passwd");
	expect_path(&root, "/srv/up", "/etc/passwd", "/srv/up -> ../../../../../../etc/passwd");
	/* It names this root from outside; from within, there is no /tmp. */
	expect_fault(&root, "/srv/outside", ENOENT, "/tmp", "/tmp does not exist");
}

static void dangling(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_link(&root, "etc/alternatives/vi", "/usr/bin/vim.basic");
	make_file(&root, "usr/bin/");
	make_link(&root, "usr/bin/vi", "/etc/alternatives/vi");
	expect_fault(&root, "/usr/bin/vi", ENOENT, "/usr/bin/vim.basic",
		"link 2, /etc/alternatives/vi -> /usr/bin/vim.basic, leads on: "
		"/usr/bin/vim.basic does not exist: install it, or correct the path");
}

static void missing(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/");
	expect_fault(&root, "/usr/bin/none", ENOENT, "/usr/bin/none",
		"/usr/bin/none does not exist: install it, or correct the path");
	expect_fault(&root, "/opt/x/y/z", ENOENT, "/opt", "/opt does not exist");
	expect_fault(&root, "/usr/bin/none/../dash", ENOENT, "/usr/bin/none", "does not exist");
}

/* fs.protected_symlinks, proc(5): of somebody else's in a directory like /tmp, for root as well. */
static void links_that_the_kernel_does_not_follow(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	const struct root_view view = { .fd = root.fd };
	cleanup_resolution struct resolution found = { 0 };
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	char setting[2] = "";
	FILE *f = fopen("/proc/sys/fs/protected_symlinks", "re");

	(void)state;
	if (f && !fgets(setting, sizeof(setting), f))
		setting[0] = '\0';
	if (f)
		fclose(f);
	if (geteuid() != 0 || setting[0] != '1')
		skip();
	make_file(&root, "usr/bin/tool");
	make_file(&root, "tmp/");
	make_link(&root, "tmp/link", "/usr/bin/tool");
	assert_int_equal(fchownat(root.fd, "tmp/link", 4242, 4242, AT_SYMLINK_NOFOLLOW), 0);
	assert_int_equal(fchmodat(root.fd, "tmp", 01777, 0), 0);
	/* Only the kernel knows: the walk by hand would go on. */
	assert_int_equal(root_view_resolve(&view, "/tmp/link", &found), -EACCES);
	resolution_fault(&found, &text);
	assert_non_null(strstr(sbuf_text(&text),
		"/tmp/link -> /usr/bin/tool, leads on: the kernel does not follow it in a "
		"directory "
		"where everybody may write (fs.protected_symlinks): write the path it leads to"));
}

static void loops(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_link(&root, "a", "b");
	make_link(&root, "b", "/a");
	make_link(&root, "self", "self/x");
	expect_fault(&root, "/a", ELOOP, "/a", "link 41 is /a -> b: they go in a circle");
	expect_fault(&root, "/self", ELOOP, "/self", "in a circle");
}

static void make_chain(const struct fake_root *root, int links)
{
	make_file(root, "l0");
	for (int i = 1; i <= links; i++) {
		char path[16], target[16];

		snprintf(path, sizeof(path), "l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		make_link(root, path, target);
	}
}

static void forty_links_and_one_more(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	struct resolution r;

	(void)state;
	make_chain(&root, 41);
	r = resolve(&root, "/l40");
	assert_int_equal(r.errnum, 0);
	assert_string_equal(r.path, "/l0");
	assert_int_equal(r.nlinks, 40);
	resolution_free(&r);
	expect_fault(&root, "/l41", ELOOP, "/l1",
		"the kernel follows at most 40 links in a path, and link 41 is /l1 -> l0: write "
		"the path they end at");
}

static void files_are_no_directories(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "bin", "usr/bin");
	make_link(&root, "sh", "bin/dash");
	expect_fault(&root, "/usr/bin/dash/", ENOTDIR, "/usr/bin/dash", "is not a directory");
	expect_fault(&root, "/usr/bin/dash/x", ENOTDIR, "/usr/bin/dash", "correct the path");
	expect_fault(&root, "/usr/bin/dash/.", ENOTDIR, "/usr/bin/dash", "is not a directory");
	expect_fault(&root, "/usr/bin/dash/..", ENOTDIR, "/usr/bin/dash", "is not a directory");
	expect_fault(&root, "/sh/", ENOTDIR, "/usr/bin/dash",
		"link 2, /bin -> usr/bin, leads on: /usr/bin/dash is not a directory");
}

static void names_too_long(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	char name[NAME_MAX + 3], path[PATH_MAX + 1];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[sizeof(name) - 1] = '\0';
	expect_fault(&root, name, ENAMETOOLONG, name, "File name too long");
	memset(path, '/', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	expect_fault(&root, path, ENAMETOOLONG, path, "File name too long");
	path[PATH_MAX - 1] = '\0';
	expect_path(&root, path, "/", "/");
}

static void only_absolute_paths(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_file(&root, "sh");
	expect_fault(&root, "sh", EINVAL, "sh", "sh is not absolute: write the whole path");
	expect_fault(&root, "", EINVAL, "", "is not absolute");
}

/* What a program must be: execve(2) takes regular files only. */
static void programs_are_regular_files(void **state)
{
	static const struct {
		const char *path, *words;
	} cases[] = {
		{ "/usr/bin", "/usr/bin is a directory, not a program: for all in it write "
			      "/usr/bin/*" },
		{ "/", "/ is a directory, not a program: for all in it write /*" },
		{ "/pipe", "/pipe is not a regular file and cannot be run" },
	};
	cleanup_root struct fake_root root = fake_root_make();
	struct root_view view = { .fd = root.fd };
	struct resolution r;

	(void)state;
	make_file(&root, "usr/bin/dash");
	assert_int_equal(mkfifoat(root.fd, "pipe", 0755), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_sbuf struct sbuf out = SBUF_INIT;

		assert_int_equal(root_view_resolve_program(&view, cases[i].path, &r), -EACCES);
		assert_string_equal(r.path, cases[i].path);
		resolution_fault(&r, &out);
		assert_non_null(strstr(sbuf_text(&out), cases[i].words));
		resolution_free(&r);
	}
	assert_int_equal(root_view_resolve_program(&view, "/usr/bin/dash", &r), 0);
	resolution_free(&r);
}

/* By the kernel's own word in our root, by a walk in another: the same is found. */
static void a_program_is_found_and_opened_at_once(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();
	cleanup_close int own = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char outside[256], inside[256] = "/bin/sh";
	const struct {
		int root;
		const char *path;
	} cases[] = { { own, outside }, { root.fd, inside } };

	(void)state;
	make_file(&root, "usr/bin/dash");
	make_link(&root, "bin", "usr/bin");
	make_link(&root, "usr/bin/sh", "dash");
	snprintf(outside, sizeof(outside), "%s/bin/../bin/sh", root.path);
	for (size_t i = 0; i < 2; i++) {
		struct root_view view = { .fd = cases[i].root };
		cleanup_resolution struct resolution walked = { 0 }, found = { 0 };
		cleanup_close int fd = -1;
		struct identity id;

		assert_int_equal(root_view_resolve_program(&view, cases[i].path, &walked), 0);
		assert_int_equal(root_view_open_program(&view, cases[i].path, &found, &fd), 0);
		assert_string_equal(found.path, walked.path);
		assert_true(identity_equal(&found.id, &walked.id));
		assert_int_equal(found.mode, walked.mode);
		assert_int_equal(identity_of_fd(fd, &id), 0);
		assert_true(identity_equal(&found.id, &id));
	}
}

static void what_is_no_program_is_not_opened(void **state)
{
	static const struct {
		const char *path;
		int errnum;
	} cases[] = { { "/proc/self/exe", EXDEV }, { "/proc/self/root/bin/sh", EXDEV },
		{ "/usr", EACCES }, { "/none", ENOENT }, { "none", EINVAL },
		{ "/bin/sh/", ENOTDIR } };
	struct root_view view = { .fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_resolution struct resolution r = { 0 };
		int fd = 0;

		assert_int_equal(
			root_view_open_program(&view, cases[i].path, &r, &fd), -cases[i].errnum);
		assert_int_equal(fd, -1);
	}
	close(view.fd);
}

static void magic_links_are_refused(void **state)
{
	struct root_view view = { .fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		cleanup_resolution struct resolution r = { 0 };
		cleanup_sbuf struct sbuf out = SBUF_INIT;

		view.by_hand = by_hand[i];
		assert_int_equal(root_view_resolve(&view, "/proc/self/exe", &r), -EXDEV);
		resolution_fault(&r, &out);
		assert_non_null(strstr(sbuf_text(&out), "another file for every process"));
	}
	close(view.fd);
}

static void own_root_when_none_is_given(void **state)
{
	cleanup_resolution struct resolution r = { 0 };
	cleanup_free char *real = realpath("/proc/self/exe", NULL);
	struct stat st;

	(void)state;
	assert_non_null(real);
	assert_int_equal(stat(real, &st), 0);
	assert_int_equal(root_view_resolve_program(NULL, real, &r), 0);
	assert_string_equal(r.path, real);
	assert_int_equal(r.id.ino, st.st_ino);
}

/* Names are hostile: what is said about them harms no terminal. */
static void messages_are_escaped(void **state)
{
	cleanup_root struct fake_root root = fake_root_make();

	(void)state;
	make_link(&root, "l\033[2J", "/none\n");
	expect_fault(&root, "/l\033[2J", ENOENT, "/none\n", "/l\\x1b[2J -> /none\\n, leads on: ");
}

static unsigned dice(unsigned *seed, unsigned sides)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % sides;
}

/* Up to three of the names of the random tree, dots and slashes between. */
static void random_path(unsigned *seed, bool absolute, char *out, size_t size)
{
	static const char *const names[] = { "a", "b", "c", "a", "b", "..", ".", "" };
	unsigned n = 1 + dice(seed, 4);
	size_t len = (size_t)snprintf(out, size, "%s", absolute ? "/" : "");

	for (unsigned i = 0; i < n; i++) {
		const char *name = names[dice(seed, 8)];

		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? "/" : "", name);
	}
	if (len == 0)
		snprintf(out, size, ".");
}

/* Directories, and in them files and links to anywhere. */
static void random_tree(const struct fake_root *root, unsigned *seed)
{
	static const char *const places[] = { "a", "b", "c", "a/a", "a/b", "a/c", "b/a", "b/b",
		"b/c", "a/b/a", "a/b/b", "a/b/c" };

	make_file(root, "a/b/");
	make_file(root, "b/");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct stat st;
		char target[64];

		if (fstatat(root->fd, places[i], &st, AT_SYMLINK_NOFOLLOW) == 0 || !dice(seed, 4))
			continue;
		random_path(seed, dice(seed, 2), target, sizeof(target));
		if (dice(seed, 3) == 0)
			make_file(root, places[i]);
		else
			make_link(root, places[i], target);
	}
}

/* The kernel and the walk agree on whatever a tree of files and links may be. */
static void random_trees(void **state)
{
	unsigned seed = 1, good = 0, linked = 0;

	(void)state;
	for (int tree = 0; tree < 120; tree++) {
		cleanup_root struct fake_root root = fake_root_make();

		random_tree(&root, &seed);
		for (int i = 0; i < 100; i++) {
			char path[64];
			struct resolution r;

			random_path(&seed, true, path, sizeof(path));
			r = resolve(&root, path);
			good += r.errnum == 0;
			linked += r.errnum == 0 && r.nlinks > 0;
			resolution_free(&r);
		}
	}
	/* The trees are such that there is something to agree on. */
	assert_in_range(good, 1000, 11000);
	assert_in_range(linked, 100, 11000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_path_is_its_own_canonical_path),
		cmocka_unit_test(dots_and_slashes_are_dropped),
		cmocka_unit_test(parent_of_the_root_is_the_root),
		cmocka_unit_test(single_link),
		cmocka_unit_test(relative_link),
		cmocka_unit_test(chain_of_alternatives),
		cmocka_unit_test(through_a_linked_directory),
		cmocka_unit_test(parent_through_a_link),
		cmocka_unit_test(merged_usr),
		cmocka_unit_test(absolute_link_stays_in_the_root),
		cmocka_unit_test(dangling),
		cmocka_unit_test(missing),
		cmocka_unit_test(links_that_the_kernel_does_not_follow),
		cmocka_unit_test(loops),
		cmocka_unit_test(forty_links_and_one_more),
		cmocka_unit_test(files_are_no_directories),
		cmocka_unit_test(names_too_long),
		cmocka_unit_test(only_absolute_paths),
		cmocka_unit_test(programs_are_regular_files),
		cmocka_unit_test(a_program_is_found_and_opened_at_once),
		cmocka_unit_test(what_is_no_program_is_not_opened),
		cmocka_unit_test(magic_links_are_refused),
		cmocka_unit_test(own_root_when_none_is_given),
		cmocka_unit_test(messages_are_escaped),
		cmocka_unit_test(random_trees),
	};

	return cmocka_run_group_tests_name("root_view", tests, NULL, NULL);
}
