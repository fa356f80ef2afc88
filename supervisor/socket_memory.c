#include "supervisor/socket_memory.h"

#include <sys/socket.h>

#include "supervisor/socket_cookie.h"

static bool ask_number(int fd, int option, int *value)
{
	socklen_t len = sizeof(*value);

	return getsockopt(fd, SOL_SOCKET, option, value, &len) == 0 && len == sizeof(*value);
}

static bool ask_all(int fd, struct socket_facts *facts)
{
	return ask_number(fd, SO_DOMAIN, &facts->family) && ask_number(fd, SO_TYPE, &facts->type) &&
	       ask_number(fd, SO_PROTOCOL, &facts->protocol);
}

/*
 * The families whose sockets keep type and protocol from socket(2) on, for sure:
 * inet_create(), inet6_create(), unix_create1().
 */
static bool stays(const struct socket_facts *facts)
{
	return facts->family == AF_INET || facts->family == AF_INET6 || facts->family == AF_UNIX;
}

/* An IPv6 socket can be made an IPv4 one: IPV6_ADDRFORM, ipv6(7). There is no way back. */
static bool recall(int fd, const struct socket_seen *seen, struct socket_facts *facts)
{
	*facts = seen->facts;
	return facts->family != AF_INET6 || ask_number(fd, SO_DOMAIN, &facts->family);
}

void socket_ask(struct socket_memory *memory, int fd, struct socket_facts *facts)
{
	uint64_t cookie = socket_cookie(fd);
	struct socket_seen *seen = &memory->seen[cookie % SOCKETS_REMEMBERED];

	*facts = (struct socket_facts){ 0 };
	if (cookie && seen->cookie == cookie) {
		facts->known = recall(fd, seen, facts);
		return;
	}
	facts->known = ask_all(fd, facts);
	if (facts->known && cookie && stays(facts))
		*seen = (struct socket_seen){ cookie, *facts };
}
