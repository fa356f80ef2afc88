#include "tracer/program_facts.h"

#include <elf.h>
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
	static const char mark[] = " (deleted)";
	size_t len = strlen(path), mark_len = sizeof(mark) - 1;
	struct stat named;

	if (st->st_nlink == 0)
		return true;
	if (len < mark_len || strcmp(path + len - mark_len, mark) != 0)
		return false;
	/* Unless the file is really called that. */
	return stat(path, &named) < 0 || named.st_dev != st->st_dev || named.st_ino != st->st_ino;
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

static uint64_t word_at(const uint8_t *p, unsigned word_size)
{
	uint64_t wide;
	uint32_t narrow;

	if (word_size == 8) {
		memcpy(&wide, p, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, p, sizeof(narrow));
	return narrow;
}

/* What the kernel told the new program: getauxval(3). 0 for what is not there. */
struct auxv {
	uint64_t execfn; /* AT_EXECFN: the address of the path execve(2) was given */
	uint64_t base;   /* AT_BASE: where its ELF interpreter is, if it has one */
};

static void read_auxv(pid_t pid, unsigned word_size, struct auxv *out)
{
	uint8_t auxv[1024];
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	ssize_t n;

	proc_path(path, pid, "auxv");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	*out = (struct auxv){ 0 };
	if (fd < 0)
		return;
	n = read(fd, auxv, sizeof(auxv));
	for (ssize_t at = 0; at + (ssize_t)(2 * word_size) <= n; at += (ssize_t)(2 * word_size)) {
		uint64_t type = word_at(auxv + at, word_size);
		uint64_t value = word_at(auxv + at + word_size, word_size);

		if (type == AT_NULL)
			break;
		if (type == AT_EXECFN)
			out->execfn = value;
		else if (type == AT_BASE)
			out->base = value;
	}
}

/* The path execve(2) was given, from the new address space. Returns false when unknown. */
static bool read_execfn(pid_t pid, const struct auxv *auxv, char *buf, size_t size)
{
	ssize_t n = auxv->execfn ? task_memory_read(pid, auxv->execfn, buf, size) : -1;

	return n > 0 && memchr(buf, '\0', (size_t)n) && buf[0];
}

/* What the kernel gave no interpreter may be one itself; everything else is not. */
static bool is_interpreter(pid_t pid, const struct auxv *auxv)
{
	char link[PROC_PATH_SIZE];
	cleanup_close int fd = -1;

	if (auxv->base)
		return false;
	proc_path(link, pid, "exe");
	fd = open(link, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && elf_is_interpreter(fd);
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

void program_at_exec(pid_t pid, unsigned word_size, struct program_facts *facts)
{
	char root[PATH_MAX], given[PATH_MAX];
	struct auxv auxv;

	facts->program = (struct program){ 0 };
	facts->path[0] = facts->script[0] = '\0';
	proc_readlink(pid, "root", root, sizeof(root));
	find_executable(pid, root, facts);
	read_auxv(pid, word_size, &auxv);
	facts->program.interpreter = is_interpreter(pid, &auxv);
	if (read_execfn(pid, &auxv, given, sizeof(given)))
		find_script(pid, given, root, facts);
	else
		given[0] = '\0';
	find_comm(pid, given, facts->comm);
}
