#include <errno.h>
#include <netinet/in.h>

#include "supervisor/behalf_impl.h"

/*
 * Of a UDP socket nobody asks who calls: neither net/ipv4/udp.c and datagram.c
 * nor their IPv6 sisters look at credentials, a root or a directory.
 */
static bool is_udp(const struct socket_facts *socket)
{
	return socket->known && (socket->family == AF_INET || socket->family == AF_INET6) &&
	       socket->type == SOCK_DGRAM && socket->protocol == IPPROTO_UDP;
}

bool behalf_make_now(struct behalf *b, int64_t *result)
{
	static const struct credentials_pair anybody = { .same = true };
	enum call_id id = b->call->desc ? b->call->desc->id : CALL_NONE;

	if (!is_udp(&b->socket))
		return false;
	b->raced = false;
	/* Sets where to send to, and nothing comes back: connect(2) never waits. */
	if (id == CALL_CONNECT) {
		*result = behalf_connect(b, &anybody);
		return true;
	}
	if (id != CALL_SENDTO)
		return false;
	b->at_once = true;
	*result = behalf_sendto(b, &anybody);
	b->at_once = false;
	/* Its buffer is full, and nothing was sent: let a worker wait, if it is to wait. */
	return *result != -EAGAIN;
}
