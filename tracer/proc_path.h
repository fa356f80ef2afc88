/*
 * Paths as a process has them: its root, its working directory and its
 * descriptors, read from proc(5).
 */
#ifndef CALLGATE_TRACER_PROC_PATH_H
#define CALLGATE_TRACER_PROC_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* How execveat(2) by descriptor names the file it runs: /dev/fd/N, or /dev/fd/N/PATH. */
#define FD_DIR "/dev/fd/"

enum {
	PROC_PATH_SIZE = 64,
	COMM_SIZE = 16, /* TASK_COMM_LEN, with the NUL */
};

/* Writes /proc/PID/ENTRY; entry is at most 31 bytes long. */
void proc_path(char buf[static PROC_PATH_SIZE], pid_t pid, const char *entry);

/* Reads a link of /proc. Returns its length; 0, and "", when it cannot be read or does not fit. */
size_t proc_readlink(pid_t pid, const char *entry, char *buf, size_t size);

/* Whether the numbers of processes that it is given are ours: pid_namespaces(7). */
bool proc_shares_pid_namespace(pid_t pid);

/* The name the kernel has for a task, /proc/PID/comm; "" when it cannot be read. */
void proc_read_comm(pid_t tid, char comm[static COMM_SIZE]);

/* An O_PATH descriptor of the process's root, the caller's to close; negative on failure. */
int proc_open_root(pid_t pid);

/* True when the descriptor is of callgate's own root: the directory, and the mount of it. */
bool proc_root_is_ours(int root);

/* Turns a path as we see it into one as a process with this root has it. */
void proc_strip_root(char *path, const char *root);

/*
 * A path that a process gives the kernel, made absolute in that process's root:
 * relative to its working directory, or to one of its descriptors in the way of
 * FD_DIR. Links are left as they are. Returns false when it cannot be known or
 * does not fit.
 */
bool proc_absolute_path(pid_t pid, const char *root, const char *given, char *buf, size_t size);

#endif
