/*
 * SO_COOKIE names a socket by a number that no other gets as long as the kernel runs, in
 * whatever network namespace (since Linux 5.3: net/core/sock_diag.c).
 */
#ifndef CALLGATE_SUPERVISOR_SOCKET_COOKIE_H
#define CALLGATE_SUPERVISOR_SOCKET_COOKIE_H

#include <stdint.h>
#include <sys/socket.h>

/* 0: the descriptor is of no socket, or the kernel keeps it from us. */
static inline uint64_t socket_cookie(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 && len == sizeof(cookie)
		       ? cookie
		       : 0;
}

#endif
