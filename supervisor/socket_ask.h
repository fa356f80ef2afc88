/* Asks the kernel what a task's socket is, through a duplicate of its descriptor. */
#ifndef CALLGATE_SUPERVISOR_SOCKET_ASK_H
#define CALLGATE_SUPERVISOR_SOCKET_ASK_H

#include <sys/types.h>

#include "decoders/socket_facts.h"

/*
 * Fills facts for descriptor `fd` of the task `tid` of process `pid`, which
 * must be stopped. They stay unknown when it is no socket, or when pidfd_getfd(2) (Linux 5.6) is
 * not permitted.
 */
void socket_ask(pid_t pid, pid_t tid, int fd, struct socket_facts *facts);

#endif
