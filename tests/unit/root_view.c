/*
 * Paths in a root: real files and links in a temporary directory that stands
 * for "/". Every case is resolved with openat2(2) and by hand, and must come
 * out the same.
 */
#include <sys/wait.h>
#include <time.h>

#include "tests/support/fake_root.h"

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root_view.h"

enum { UNPRIVILEGED = 65534 };

static const bool by_hand[] = { false, true };

/* Resolves in both ways; they must agree in everything. The caller frees the result. */
static struct resolution resolve(const struct fake_root *root, const char *path)
{
	struct resolution r[2];

	for (size_t i = 0; i < 2; i++) {
		struct root_view view = { .fd = root->fd, .by_hand = by_hand[i] };

		int rc = root_view_resolve(&view, path, &r[i]);

		assert_int_equal(rc, -r[i].errnum);
		assert_string_equal(r[i].asked, path);
	}
	assert_int_equal(r[0].errnum, r[1].errnum);
	assert_string_equal(r[0].path, r[1].path);
	assert_int_equal(r[0].nlinks, r[1].nlinks);
	for (size_t i = 0; i < r[0].nlinks; i++) {
		assert_string_equal(r[0].links[i].path, r[1].links[i].path);
		assert_string_equal(r[0].links[i].target, r[1].links[i].target);
	}
	assert_int_equal(r[0].id.known, r[1].id.known);
	assert_true(!r[0].id.known || identity_equal(&r[0].id, &r[1].id));
	assert_int_equal(r[0].mode, r[1].mode);
	resolution_free(&r[1]);
	return r[0];
}

static void expect_chain(const struct resolution *r, const char *chain)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	resolution_chain(r, &out);
	assert_string_equal(sbuf_text(&out), chain);
}

/* The path leads to `canonical`, which is that very file, by these links. */
static void expect_path(
	const struct fake_root *root, const char *asked, const char *canonical, const char *chain)
{
	cleanup_resolution struct resolution r = resolve(root, asked);
	struct stat st;

	assert_int_equal(r.errnum, 0);
	assert_string_equal(r.path, canonical);
	expect_chain(&r, chain);
	assert_int_equal(
		fstatat(root->fd, canonical[1] ? canonical + 1 : ".", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(r.id.known);
	assert_int_equal(r.id.dev, st.st_dev);
	assert_int_equal(r.id.ino, st.st_ino);
	assert_int_equal(r.id.size, st.st_size);
	assert_int_equal(r.id.ctime_sec, st.st_ctim.tv_sec);
	assert_int_equal(r.id.ctime_nsec, st.st_ctim.tv_nsec);
	assert_int_equal(r.mode, st.st_mode);
	assert_int_equal(r.uid, st.st_uid);
	assert_int_equal(r.gid, st.st_gid);
}

/* The path fails at `step` with `errnum`; `words` are somewhere in what is said of it. */
static void expect_fault(const struct fake_root *root, const char *asked, int errnum,
	const char *step, const char *words)
{
	cleanup_resolution struct resolution r = resolve(root, asked);
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	assert_int_equal(r.errnum, errnum);
	assert_false(r.id.known);
	assert_string_equal(r.path, step);
	resolution_fault(&r, &out);
	if (!strstr(sbuf_text(&out), words))
		assert_string_equal(sbuf_text(&out), words);
}

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
		cmocka_unit_test(loops),
		cmocka_unit_test(forty_links_and_one_more),
		cmocka_unit_test(files_are_no_directories),
		cmocka_unit_test(names_too_long),
		cmocka_unit_test(only_absolute_paths),
		cmocka_unit_test(programs_are_regular_files),
		cmocka_unit_test(permission_denied),
		cmocka_unit_test(reading_is_not_needed),
		cmocka_unit_test(replaced_after_load),
		cmocka_unit_test(changed_after_load),
		cmocka_unit_test(hard_link),
		cmocka_unit_test(content_of_the_resolved_file),
		cmocka_unit_test(link_put_on_the_way_is_not_followed),
		cmocka_unit_test(only_regular_files_are_opened),
		cmocka_unit_test(magic_links_are_refused),
		cmocka_unit_test(own_root_when_none_is_given),
		cmocka_unit_test(messages_are_escaped),
		cmocka_unit_test(random_trees),
	};

	return cmocka_run_group_tests_name("root_view", tests, NULL, NULL);
}
