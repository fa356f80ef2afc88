#include "supervisor/bound_sockets.h"

#include <sys/socket.h>

/* No other socket gets it as long as the kernel runs. 0: it is kept from us. */
static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 ? cookie : 0;
}

void bound_sockets_add(struct bound_sockets *bound, int fd)
{
	uint64_t cookie = cookie_of(fd);

	if (cookie)
		atomic_store(&bound->cookies[cookie % BOUND_SOCKETS], cookie);
}

bool bound_sockets_has(const struct bound_sockets *bound, int fd)
{
	uint64_t cookie = cookie_of(fd);

	return cookie && atomic_load(&bound->cookies[cookie % BOUND_SOCKETS]) == cookie;
}
