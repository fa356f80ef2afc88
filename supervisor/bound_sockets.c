#include "supervisor/bound_sockets.h"

#include "supervisor/socket_cookie.h"

void bound_sockets_add(struct bound_sockets *bound, int fd)
{
	uint64_t cookie = socket_cookie(fd);

	if (cookie)
		atomic_store(&bound->cookies[cookie % BOUND_SOCKETS], cookie);
}

bool bound_sockets_has(const struct bound_sockets *bound, int fd)
{
	uint64_t cookie = socket_cookie(fd);

	return cookie && atomic_load(&bound->cookies[cookie % BOUND_SOCKETS]) == cookie;
}
