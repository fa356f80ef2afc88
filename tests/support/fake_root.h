/* A directory that stands for "/" in a test: empty at first, gone with the scope. */
#ifndef CALLGATE_TESTS_SUPPORT_FAKE_ROOT_H
#define CALLGATE_TESTS_SUPPORT_FAKE_ROOT_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fake_root {
	char path[64];
	int fd;
};

#define cleanup_root __attribute__((cleanup(fake_root_free)))

static inline void fake_root_free(struct fake_root *root)
{
	char command[256];

	close(root->fd);
	snprintf(command, sizeof(command), "chmod -R u+rwx %s; rm -rf %s", root->path, root->path);
	assert_int_equal(system(command), 0);
}

static inline struct fake_root fake_root_make(void)
{
	struct fake_root root = { .path = "/tmp/fake-root-XXXXXX" };

	assert_non_null(mkdtemp(root.path));
	root.fd = open(root.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(root.fd >= 0);
	assert_int_equal(fchmodat(AT_FDCWD, root.path, 0755, 0), 0);
	return root;
}

/* The directories on the way to a path. Paths here are relative to the root. */
static inline void make_dirs(const struct fake_root *root, const char *path)
{
	char part[PATH_MAX];

	for (const char *s = strchr(path, '/'); s; s = strchr(s + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(s - path), path);
		if (mkdirat(root->fd, part, 0755) < 0)
			assert_int_equal(errno, EEXIST);
	}
}

/* "usr/bin/dash": an executable file of that content. "usr/bin/": a directory. */
static inline void make_file_of(const struct fake_root *root, const char *path, const char *content)
{
	int fd;

	make_dirs(root, path);
	if (path[strlen(path) - 1] == '/')
		return;
	fd = openat(root->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

/* The same with the path itself for content. */
static inline void make_file(const struct fake_root *root, const char *path)
{
	make_file_of(root, path, path);
}

static inline void make_link(const struct fake_root *root, const char *path, const char *target)
{
	make_dirs(root, path);
	assert_int_equal(symlinkat(target, root->fd, path), 0);
}

#endif
