/* A duplicate of a task's descriptor. */
#ifndef CALLGATE_SUPERVISOR_SOCKET_DUP_H
#define CALLGATE_SUPERVISOR_SOCKET_DUP_H

#include <sys/types.h>

#include "tracer/task.h"

/*
 * Duplicates descriptor `fd` of the task `tid` of process `pid`, which must be
 * stopped, by pidfd_getfd(2) (Linux 5.6). Returns a descriptor the caller owns,
 * or -errno: -EBADF when the task has none of that number, -EPERM when it may
 * not be had. A thread with a descriptor table of its own can be served from
 * Linux 6.9 on (PIDFD_THREAD); before, that is -EPERM.
 */
int socket_dup(pid_t pid, pid_t tid, int fd);

/* The same for a task of the table, whose pidfd is kept with it. For the tracing thread only. */
int socket_dup_task(struct task *task, int fd);

/* Whether the kernel has what duplicates are made with, and allows it. Returns 0 or -errno. */
int socket_dup_probe(void);

/*
 * Whether listen(2) on the internet socket of our descriptor may bind it. One that has a port
 * will keep it only if it was bound by bind(2), see supervisor/bound_sockets.h, or listens
 * already: that of a connection goes with it, at any moment, and is still shown afterwards.
 */
bool socket_is_unbound(int fd, bool was_bound);

#endif
