#include "tracer/proc_path.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

void proc_path(char buf[static PROC_PATH_SIZE], pid_t pid, const char *entry)
{
	snprintf(buf, PROC_PATH_SIZE, "/proc/%d/%s", pid, entry);
}

size_t proc_readlink(pid_t pid, const char *entry, char *buf, size_t size)
{
	char path[PROC_PATH_SIZE];
	ssize_t n;

	proc_path(path, pid, entry);
	n = readlink(path, buf, size);
	if (n <= 0 || (size_t)n >= size) {
		buf[0] = '\0';
		return 0;
	}
	buf[n] = '\0';
	return (size_t)n;
}

bool proc_shares_pid_namespace(pid_t pid)
{
	char ours[32], theirs[32];

	return proc_readlink(getpid(), "ns/pid", ours, sizeof(ours)) &&
	       proc_readlink(pid, "ns/pid", theirs, sizeof(theirs)) && strcmp(ours, theirs) == 0;
}

void proc_read_comm(pid_t tid, char comm[static COMM_SIZE])
{
	char path[PROC_PATH_SIZE];
	cleanup_close int fd = -1;
	ssize_t n = -1;

	proc_path(path, tid, "comm");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, comm, COMM_SIZE);
	/* The kernel ends it with a newline and keeps it under 16 bytes. */
	comm[n > 0 ? n - 1 : 0] = '\0';
}

int proc_open_root(pid_t pid)
{
	char path[PROC_PATH_SIZE];

	proc_path(path, pid, "root");
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Of mounts (STATX_MNT_ID) Linux tells since 5.8. */
bool proc_root_is_ours(int root)
{
	const unsigned mask = STATX_INO | STATX_MNT_ID;
	struct statx a = { 0 }, b = { 0 };

	return statx(root, "", AT_EMPTY_PATH, mask, &a) == 0 &&
	       statx(AT_FDCWD, "/", 0, mask, &b) == 0 && a.stx_dev_major == b.stx_dev_major &&
	       a.stx_dev_minor == b.stx_dev_minor && a.stx_ino == b.stx_ino &&
	       a.stx_mnt_id == b.stx_mnt_id;
}

void proc_strip_root(char *path, const char *root)
{
	size_t len = strlen(root);

	if (len <= 1 || strncmp(path, root, len) != 0)
		return;
	if (path[len] == '/')
		memmove(path, path + len, strlen(path + len) + 1);
}

/* The directory a path begins in; *given moves on to what follows a descriptor's name. */
static bool find_start(pid_t pid, const char **given, char *start, size_t size)
{
	const size_t fd_dir_len = sizeof(FD_DIR) - 1;
	const char *number = *given + fd_dir_len;
	char entry[32];
	int n;

	start[0] = '\0';
	if (strncmp(*given, FD_DIR, fd_dir_len) != 0)
		return **given == '/' || proc_readlink(pid, "cwd", start, size);
	*given = number + strcspn(number, "/");
	n = snprintf(entry, sizeof(entry), "fd/%.*s", (int)(*given - number), number);
	return n < (int)sizeof(entry) && proc_readlink(pid, entry, start, size);
}

bool proc_absolute_path(pid_t pid, const char *root, const char *given, char *buf, size_t size)
{
	char start[PATH_MAX];
	bool slash;
	int n;

	if (!find_start(pid, &given, start, sizeof(start)))
		return false;
	proc_strip_root(start, root);
	slash = *start && *given && *given != '/';
	n = snprintf(buf, size, "%s%s%s", start, slash ? "/" : "", given);
	return n > 0 && (size_t)n < size && buf[0] == '/';
}
