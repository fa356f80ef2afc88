#include "tracer/stack_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracer/proc_path.h"

/* Bounds what looking at one hostile file may cost. */
enum { FILE_BYTES_MAX = 1 << 30 };

bool stack_files_are_full(const struct stack_files *files)
{
	return HASH_COUNT(files->files) >= STACK_FILES_MAX || files->symbols >= STACK_SYMBOLS_MAX;
}

/*
 * The file that is mapped, not another that has its name by now. File systems
 * with device numbers of their own (btrfs, overlayfs; their major is 0) show
 * others in maps than in stat(2).
 */
static bool is_mapped_file(int fd, const struct stack_map *map, struct stat *st)
{
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode) || st->st_ino != map->ino)
		return false;
	return st->st_dev == map->dev || major(st->st_dev) == 0;
}

/* O_PATH first: opening a FIFO or a device, which the name may lead to, would block or act. */
static int open_checked(int path_fd, const struct stack_map *map, struct stat *st)
{
	char self[PROC_PATH_SIZE];

	if (path_fd < 0)
		return -errno;
	if (!is_mapped_file(path_fd, map, st))
		return -ESTALE;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path_fd);
	return open(self, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

static int open_named(pid_t pid, const struct stack_map *map, struct stat *st)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	cleanup_close int root_fd = proc_open_root(pid), path_fd = -1;

	if (root_fd < 0)
		return -errno;
	path_fd = (int)syscall(SYS_openat2, root_fd, map->path, &how, sizeof(how));
	return open_checked(path_fd, map, st);
}

/* A link of /proc that leads to the file itself, whatever became of its name. */
static int open_link(pid_t pid, const char *entry, const struct stack_map *map, struct stat *st)
{
	char link[PROC_PATH_SIZE + 64];
	cleanup_close int path_fd = -1;

	snprintf(link, sizeof(link), "/proc/%d/%s", pid, entry);
	path_fd = open(link, O_PATH | O_CLOEXEC);
	return open_checked(path_fd, map, st);
}

static int open_mapped(pid_t pid, const struct stack_map *map, struct stat *st)
{
	char entry[64];
	int fd = map->deleted ? -ENOENT : open_named(pid, map, st);

	if (fd < 0)
		fd = open_link(pid, "exe", map, st);
	if (fd >= 0)
		return fd;
	/* For CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN only: proc(5), /proc/PID/map_files. */
	snprintf(entry, sizeof(entry), "map_files/%llx-%llx", (unsigned long long)map->code_start,
		(unsigned long long)map->code_end);
	return open_link(pid, entry, map, st);
}

static struct stack_file *add_file(
	struct stack_files *files, const struct stack_file_key *key, int *fd)
{
	struct stack_file *file = calloc(1, sizeof(*file));

	if (!file)
		return NULL;
	file->key = *key;
	file->fd = take_fd(fd);
	file->elf = elf_begin(file->fd, ELF_C_READ, NULL);
	if (file->elf && elf_kind(file->elf) != ELF_K_ELF) {
		elf_end(file->elf);
		file->elf = NULL;
	}
	HASH_ADD(hh, files->files, key, sizeof(file->key), file);
	return file;
}

struct stack_file *stack_files_open(
	struct stack_files *files, pid_t pid, const struct stack_map *map, enum stack_lack *lack)
{
	struct stack_file_key key;
	struct stack_file *file;
	struct stat st;
	cleanup_close int fd = open_mapped(pid, map, &st);

	if (fd < 0) {
		*lack = map->deleted || fd == -ESTALE ? STACK_LACK_FILE : STACK_LACK_ACCESS;
		return NULL;
	}
	*lack = STACK_LACK_ACCESS;
	if (st.st_size > FILE_BYTES_MAX)
		return NULL;
	memset(&key, 0, sizeof(key));
	key.dev = st.st_dev;
	key.ino = st.st_ino;
	key.size = (uint64_t)st.st_size;
	key.mtime_sec = st.st_mtim.tv_sec;
	key.mtime_nsec = st.st_mtim.tv_nsec;
	HASH_FIND(hh, files->files, &key, sizeof(key), file);
	if (!file)
		file = add_file(files, &key, &fd);
	if (!file || !file->elf)
		return NULL;
	*lack = STACK_LACK_NOTHING;
	return file;
}

const struct stack_symbol *stack_file_symbol(const struct stack_file *file, uint64_t address)
{
	struct stack_symbol *symbol;

	HASH_FIND(hh, file->symbols, &address, sizeof(address), symbol);
	return symbol;
}

const struct stack_symbol *stack_file_add(
	struct stack_files *files, struct stack_file *file, const struct stack_symbol *symbol)
{
	struct stack_symbol *copy = malloc(sizeof(*copy));

	if (!copy) {
		free(symbol->name);
		free(symbol->source);
		return NULL;
	}
	*copy = *symbol;
	HASH_ADD(hh, file->symbols, address, sizeof(copy->address), copy);
	files->symbols++;
	return copy;
}

static void file_free(struct stack_file *file)
{
	struct stack_symbol *symbol, *next;

	HASH_ITER (hh, file->symbols, symbol, next) {
		HASH_DEL(file->symbols, symbol);
		free(symbol->name);
		free(symbol->source);
		free(symbol);
	}
	elf_end(file->elf);
	close(file->fd);
	free(file);
}

void stack_files_free(struct stack_files *files)
{
	struct stack_file *file, *next;

	HASH_ITER (hh, files->files, file, next) {
		HASH_DEL(files->files, file);
		file_free(file);
	}
	files->symbols = 0;
}
