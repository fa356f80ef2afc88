/*
 * Where the path of a Unix socket address leads: resolved once, inside the
 * task's own root, so that the rule and the call speak of the same inode.
 */
#ifndef CALLGATE_SUPERVISOR_UNIX_TARGET_H
#define CALLGATE_SUPERVISOR_UNIX_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "decoders/value.h"

struct unix_target {
	/* Canonical path as the task's root has it; for bind(2), of the file to be made. */
	char path[PATH_MAX];
	int fd; /* connect, send: O_PATH of the socket; bind: O_PATH of its directory; or -1 */
	bool own_proc;   /* the path leads through the task's own /proc/self, which is ours to us */
	bool other_root; /* bind: the path is in another root than callgate's own */
	int errnum;      /* why it could not be resolved: what the call will fail with; else 0 */
};

/*
 * Resolves the address, which must be a UNIX_PATH one, for a task that is
 * stopped. Always fills *out; on failure out->errnum is set, out->path holds
 * the path made absolute as far as possible, and out->fd is -1. May block where
 * the file system does.
 *
 * The links /proc/self/{root,cwd,fd/N} and /dev/fd/N are the task's when the
 * path begins with them. Anywhere else, a link that is another file for each
 * process is EXDEV. The path, as by connect(2), is not checked to be a socket:
 * the call on the inode fails by itself.
 */
void unix_target_find(
	pid_t tid, const struct sockaddr_value *addr, bool for_bind, struct unix_target *out);

void unix_target_close(struct unix_target *target);

#endif
