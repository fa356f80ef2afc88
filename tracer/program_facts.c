#include "tracer/program_facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/elf_interpreter.h"
#include "policy/identity.h"
#include "policy/root/view.h"
#include "tracer/memory.h"
#include "tracer/proc_path.h"

/*
 * A program without a name of its own: a memfd or O_TMPFILE file has no link,
 * and a file whose name was removed or given to another shows " (deleted)",
 * see proc(5), /proc/PID/exe.
 */
static bool is_nameless(const char *path, const struct stat *st)
{
	struct stat named;

	if (st->st_nlink == 0)
		return true;
	/* Unless the file is really called that. */
	return root_path_looks_deleted(path) &&
	       (stat(path, &named) < 0 || named.st_dev != st->st_dev || named.st_ino != st->st_ino);
}

void program_root(const struct program_lookup *lookup, pid_t tid, char root[static PATH_MAX])
{
	if (lookup->own_root)
		strcpy(root, "/");
	else
		proc_readlink(tid, "root", root, PATH_MAX);
}

static void find_executable(pid_t pid, const char *root, struct program_facts *facts)
{
	char link[PROC_PATH_SIZE];
	struct stat st;

	facts->program.path = facts->path;
	facts->program.nameless = true;
	proc_path(link, pid, "exe");
	if (stat(link, &st) < 0 || !proc_readlink(pid, "exe", facts->path, sizeof(facts->path)))
		return;
	identity_of_stat(&st, &facts->program.id);
	facts->program.nameless = is_nameless(facts->path, &st);
	proc_strip_root(facts->path, root);
}

/* The path execve(2) was given, from the new address space. Returns false when unknown. */
static bool find_execfn(pid_t pid, const struct exec_stack *stack, char *buf, size_t size)
{
	size_t len;
	const char *path = exec_stack_string(stack, stack->execfn, &len);
	ssize_t n;

	if (path && len < size) {
		memcpy(buf, path, len + 1);
		return len > 0;
	}
	/* It stands above everything else, and there may be much of that. */
	n = stack->execfn ? task_memory_read(pid, stack->execfn, buf, size) : -1;
	return n > 0 && memchr(buf, '\0', (size_t)n) && buf[0];
}

/*
 * Whether it is an ELF interpreter, run by itself. A program that runs cannot be written to
 * (ETXTBSY; but for Linux 6.11 and 6.12), nor is there a mapping through which it could be; so what
 * was found of it holds until its ctime has changed.
 */
static bool is_interpreter(struct program_lookup *lookup, pid_t pid, const struct identity *id)
{
	char link[PROC_PATH_SIZE];
	cleanup_close int fd = -1;

	if (identity_set_has(&lookup->plain, id))
		return false;
	proc_path(link, pid, "exe");
	fd = open(link, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (elf_is_interpreter(fd))
		return true;
	identity_set_put(&lookup->plain, id);
	return false;
}

/*
 * A script's path is an argument of its interpreter's, after at most one other, and that
 * one's of its own, if it is a script too (load_script() in fs/binfmt_script.c). So where it
 * is none, there is no script; that cannot be hidden by renaming files in the meantime, and
 * who writes to the stack for it still has a script in what was judged before.
 */
static bool may_be_script(const struct exec_stack *stack, const char *given)
{
	size_t wanted = strlen(given), len;

	for (size_t i = 1; i <= 2 * INTERPRETERS_MAX && i < stack->argc; i++) {
		const char *argument = exec_stack_argument(stack, i, &len);

		if (!argument || (len == wanted && memcmp(argument, given, len) == 0))
			return true;
	}
	return stack->argc == 0;
}

/* True when the path leads, by whatever links, to the file that runs: no interpreter then. */
static bool is_executable(const char *root, const char *path, const struct program *program)
{
	char seen[3 * PATH_MAX];
	struct identity id;
	struct stat st;

	/* In another root absolute links lead astray from here; then we look closer. */
	snprintf(seen, sizeof(seen), "%s%s", strlen(root) > 1 ? root : "", path);
	if (stat(seen, &st) < 0)
		return false;
	identity_of_stat(&st, &id);
	return identity_same_file(&id, &program->id);
}

/* True when the file begins with "#!". */
static bool is_script(const struct root_view *view, const struct resolution *file)
{
	cleanup_close int fd = root_view_open_file(view, file, NULL);
	char magic[2];

	return fd >= 0 && read(fd, magic, 2) == 2 && magic[0] == '#' && magic[1] == '!';
}

/*
 * When the file that was asked for is not the one that runs, and begins with
 * "#!", the kernel has put an interpreter in its place (execve(2)).
 */
static void find_script(pid_t pid, const char *given, const char *root, struct program_facts *facts)
{
	char path[2 * PATH_MAX];
	cleanup_close int root_fd = -1;
	cleanup_resolution struct resolution file = { 0 };
	struct root_view view;

	if (!proc_absolute_path(pid, root, given, path, sizeof(path)) ||
		is_executable(root, path, &facts->program))
		return;
	root_fd = proc_open_root(pid);
	view = (struct root_view){ .fd = root_fd };
	if (root_fd < 0 || root_view_resolve_program(&view, path, &file) < 0 ||
		identity_same_file(&file.id, &facts->program.id) || !is_script(&view, &file))
		return;
	if (strlen(file.path) >= sizeof(facts->script))
		return;
	strcpy(facts->script, file.path);
	facts->program.script = facts->script;
	facts->program.script_id = file.id;
}

/* What execve(2) makes of the given path: its last part, cut to 15 bytes (fs/exec.c). */
static void find_comm(pid_t pid, const char *given, char comm[static COMM_SIZE])
{
	const char *slash = strrchr(given, '/');

	/* By descriptor the name differs between kernels. */
	if (!*given || strncmp(given, FD_DIR, sizeof(FD_DIR) - 1) == 0)
		proc_read_comm(pid, comm);
	else
		snprintf(comm, COMM_SIZE, "%.*s", COMM_SIZE - 1, slash ? slash + 1 : given);
}

void program_at_exec(struct program_lookup *lookup, pid_t pid, const struct exec_stack *stack,
	struct program_facts *facts)
{
	char root[PATH_MAX], given[PATH_MAX];

	facts->program = (struct program){ 0 };
	facts->path[0] = facts->script[0] = '\0';
	program_root(lookup, pid, root);
	find_executable(pid, root, facts);
	facts->program.interpreter = is_interpreter(lookup, pid, &facts->program.id);
	if (!find_execfn(pid, stack, given, sizeof(given)))
		given[0] = '\0';
	else if (may_be_script(stack, given))
		find_script(pid, given, root, facts);
	find_comm(pid, given, facts->comm);
}
