#include "tracer/stack/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/memory.h"
#include "tracer/stack/perf_map.h"
#include "tracer/proc_path.h"

/*
 * The file that is mapped, not another that has its name by now. File systems
 * with device numbers of their own (btrfs, overlayfs; their major is 0) show
 * others in maps than in stat(2).
 */
static bool is_mapped_file(int fd, const struct stack_map *map)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_ino != map->ino)
		return false;
	return st.st_dev == map->dev || major(st.st_dev) == 0;
}

/* O_PATH first: opening a FIFO or a device, which the name may lead to, would block or act. */
static int open_checked(int path_fd, const struct stack_map *map)
{
	char self[PROC_PATH_SIZE];
	int fd;

	if (path_fd < 0)
		return -errno;
	if (!is_mapped_file(path_fd, map))
		return -ESTALE;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path_fd);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static int open_named(pid_t pid, const struct stack_map *map, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	cleanup_close int root_fd = proc_open_root(pid), path_fd = -1;

	if (root_fd < 0)
		return -errno;
	path_fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	return open_checked(path_fd, map);
}

/* A link of /proc that leads to the file itself, whatever became of its name. */
static int open_link(pid_t pid, const char *entry, const struct stack_map *map)
{
	char link[PROC_PATH_SIZE + 64];
	cleanup_close int path_fd = -1;

	snprintf(link, sizeof(link), "/proc/%d/%s", pid, entry);
	path_fd = open(link, O_PATH | O_CLOEXEC);
	return open_checked(path_fd, map);
}

static int open_mapped(pid_t pid, const struct stack_question *question)
{
	const struct stack_map *map = &question->map;
	int fd = map->deleted ? -ENOENT : open_named(pid, map, question->path);
	char entry[64];

	if (fd < 0)
		fd = open_link(pid, "exe", map);
	if (fd >= 0)
		return fd;
	/* For CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN only: proc(5), /proc/PID/map_files. */
	snprintf(entry, sizeof(entry), "map_files/%llx-%llx", (unsigned long long)map->code_start,
		(unsigned long long)map->code_end);
	return open_link(pid, entry, map);
}

/*
 * By build-id alone and in our own root. Not where a .gnu_debuglink says, which
 * the file's author chooses, and never over the network, as libdwfl's own search
 * may (debuginfod).
 */
static int open_debug(const struct stack_question *question)
{
	char path[256] = "/usr/lib/debug/.build-id/";
	size_t at = strlen(path);
	int fd;

	if (question->build_id_len < 2 || question->build_id_len > STACK_BUILD_ID_MAX)
		return -ENOENT;
	for (unsigned i = 0; i < question->build_id_len; i++)
		at += (size_t)snprintf(path + at, 4, i ? "%02x" : "%02x/", question->build_id[i]);
	strcpy(path + at, ".debug");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static int open_maps(pid_t pid, char *root)
{
	char path[PROC_PATH_SIZE];
	int fd;

	proc_path(path, pid, "maps");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	proc_readlink(pid, "root", root, PATH_MAX);
	return fd < 0 ? -errno : fd;
}

void stack_host_answer(const struct stack_request *request, const struct stack_question *question,
	struct stack_answer *answer)
{
	pid_t pid = request->pid;

	answer->fd = -EINVAL;
	answer->text[0] = '\0';
	if (question->what == STACK_ASK_PAGE)
		answer->fd = task_memory_read(request->tid, question->address, answer->page,
				     STACK_PAGE) == STACK_PAGE
				     ? 0
				     : -EFAULT;
	else if (question->what == STACK_ASK_MAPS)
		answer->fd = open_maps(pid, answer->text);
	else if (question->what == STACK_ASK_FILE)
		answer->fd = open_mapped(pid, question);
	else if (question->what == STACK_ASK_DEBUG)
		answer->fd = open_debug(question);
	else if (question->what == STACK_ASK_PERF_MAP)
		answer->fd = perf_map_open(pid);
}

bool stack_host_request(pid_t pid, pid_t tid, struct stack_request *request)
{
	request->pid = pid;
	request->tid = tid;
	if (!stack_regs_read(tid, &request->regs))
		return false;
	request->ahead = request->regs.sp - request->regs.sp % STACK_PAGE;
	for (unsigned i = 0; i < STACK_PAGES_AHEAD; i++)
		request->has_ahead[i] = task_memory_read(tid, request->ahead + i * STACK_PAGE,
						request->pages[i], STACK_PAGE) == STACK_PAGE;
	return true;
}
