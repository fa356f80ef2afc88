#include "tracer/exec_target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/elf_interpreter.h"
#include "policy/identity.h"
#include "policy/root/view.h"
#include "tracer/own_proc.h"
#include "tracer/proc_path.h"

enum { HEAD_SIZE = 256 }; /* BINPRM_BUF_SIZE: as much of a #! line as the kernel reads */

/*
 * The interpreter of a "#!" line, in place in `head`. Returns NULL when there
 * is none: fs/binfmt_script.c takes what stands between blanks.
 */
static char *parse_interpreter(char *head, size_t len)
{
	char *name, *end;

	if (len < 2 || head[0] != '#' || head[1] != '!')
		return NULL;
	head[len] = '\0';
	name = head + 2 + strspn(head + 2, " \t");
	end = name + strcspn(name, " \t\n");
	*end = '\0';
	return *name ? name : NULL;
}

static size_t read_head(int fd, char head[static HEAD_SIZE + 1])
{
	ssize_t n = fd >= 0 ? pread(fd, head, HEAD_SIZE, 0) : -1;

	return n > 0 ? (size_t)n : 0;
}

static int set_path(char *to, const char *path)
{
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(to, path);
	return 0;
}

static void set_script(struct program_facts *facts)
{
	strcpy(facts->script, facts->path);
	facts->program.script = facts->script;
	facts->program.script_id = facts->program.id;
}

/* Returns 0 or an errno. */
static int make_absolute(pid_t tid, const char *root, const char *path, char *buf, size_t size)
{
	struct own_proc own;

	if (own_proc_find(path, &own))
		return own_proc_replace(tid, root, &own, buf, size);
	return proc_absolute_path(tid, root, path, buf, size) ? 0 : ENOENT;
}

/* Where a script leads to next, in place in `head`; NULL for what is none. */
static char *look_inside(int program, char head[static HEAD_SIZE + 1], struct program_facts *facts)
{
	cleanup_close int fd = program >= 0 ? root_view_read_program(program) : -1;
	char *interpreter = parse_interpreter(head, read_head(fd, head));

	facts->program.interpreter = !interpreter && fd >= 0 && elf_is_interpreter(fd);
	return interpreter;
}

/* An exec that is being looked at. */
struct target {
	const struct program_lookup *lookup;
	pid_t tid;
	const char *root; /* the task's, as we see it */
};

/*
 * Follows a path and the interpreters it leads to. The first file that is a
 * script is the program's script; the last interpreter is the program.
 *
 * What has run and was not changed since is no script: a script's process runs its
 * interpreter. Should it have become one unseen, another program runs in the end than
 * was judged here, and that one is not let go on.
 */
static int follow(const struct target *target, const char *path, struct program_facts *facts)
{
	bool own = target->lookup->own_root;
	cleanup_close int root_fd = own ? -1 : proc_open_root(target->tid);
	struct root_view view = { .fd = root_fd };
	char head[HEAD_SIZE + 1], absolute[2 * PATH_MAX];

	if (!own && root_fd < 0)
		return -errno;
	for (int depth = 0; depth <= INTERPRETERS_MAX; depth++) {
		cleanup_resolution struct resolution file = { 0 };
		cleanup_close int fd = -1;
		int rc;

		rc = -make_absolute(target->tid, target->root, path, absolute, sizeof(absolute));
		if (rc < 0)
			return rc;
		rc = root_view_open_program(own ? NULL : &view, absolute, &file, &fd);
		if (rc < 0)
			return rc;
		rc = set_path(facts->path, file.path);
		if (rc < 0)
			return rc;
		facts->program.id = file.id;
		if (identity_set_has(&target->lookup->plain, &file.id))
			return 0;
		path = look_inside(fd, head, facts);
		if (!path)
			return 0;
		if (depth == 0)
			set_script(facts);
	}
	return -ELOOP;
}

static bool is_interpreter(const char *path)
{
	cleanup_close int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0 && elf_is_interpreter(fd);
}

/* A file given by descriptor that has no path: a memfd, or one that was deleted. */
static int nameless_target(pid_t tid, const char *entry, struct program_facts *facts)
{
	char link[PROC_PATH_SIZE];
	struct stat st;

	proc_path(link, tid, entry);
	if (stat(link, &st) < 0)
		return -errno;
	if (!proc_readlink(tid, entry, facts->path, sizeof(facts->path)))
		return -ENOENT;
	identity_of_stat(&st, &facts->program.id);
	facts->program.nameless = true;
	facts->program.interpreter = S_ISREG(st.st_mode) && is_interpreter(link);
	return 0;
}

/* True when the file behind a link of /proc/TID has a name in some directory. */
static bool has_name(pid_t tid, const char *entry)
{
	char link[PROC_PATH_SIZE];
	struct stat st;

	proc_path(link, tid, entry);
	return stat(link, &st) == 0 && st.st_nlink > 0;
}

static int target_of_fd(
	const struct target *target, const struct exec_given *given, struct program_facts *facts)
{
	char path[PATH_MAX + 32], entry[32];
	bool empty = !*given->path;

	if (empty && !(given->flags & AT_EMPTY_PATH))
		return -ENOENT;
	snprintf(entry, sizeof(entry), "fd/%d", given->dirfd);
	if (empty && !has_name(target->tid, entry))
		return nameless_target(target->tid, entry, facts);
	snprintf(path, sizeof(path), FD_DIR "%d%s%s", given->dirfd, empty ? "" : "/", given->path);
	return follow(target, path, facts);
}

int exec_target(const struct program_lookup *lookup, pid_t tid, const struct exec_given *given,
	struct program_facts *facts)
{
	char root[PATH_MAX];
	const struct target target = { .lookup = lookup, .tid = tid, .root = root };
	struct own_proc own;

	facts->program = (struct program){ .path = facts->path };
	facts->path[0] = facts->script[0] = facts->comm[0] = '\0';
	program_root(lookup, tid, root);
	if (own_proc_find(given->path, &own) && !*own.rest) {
		pid_t owner = own.pid ? own.pid : tid;

		if (!has_name(owner, own.entry))
			return nameless_target(owner, own.entry, facts);
	}
	if (given->path[0] == '/' || (given->dirfd == AT_FDCWD && given->path[0]))
		return follow(&target, given->path, facts);
	return target_of_fd(&target, given, facts);
}
