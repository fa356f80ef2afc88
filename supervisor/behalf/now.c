/*
 * Calls made on behalf at once, by the tracing thread itself: those that are sure
 * not to block, of tasks that are sure to have our own credentials or need none. A worker is two
 * switches of threads away, which is several times what such a call costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "supervisor/behalf/impl.h"

static bool is_internet(const struct behalf *b)
{
	return b->socket.family == AF_INET || b->socket.family == AF_INET6;
}

static bool is_datagram(const struct behalf *b)
{
	return (b->socket.type == SOCK_DGRAM || b->socket.type == SOCK_RAW) &&
	       (is_internet(b) || b->socket.family == AF_UNIX || b->socket.family == AF_NETLINK);
}

/* Asked for by the call or by the socket: natively it does not wait either. */
static bool is_nonblocking(const struct behalf *b)
{
	const struct value *flags = call_value(b->call, "flags");

	return (flags && (flags->num & MSG_DONTWAIT)) || (fcntl(b->fd, F_GETFL) & O_NONBLOCK);
}

/*
 * Whatever the socket says by then, MSG_DONTWAIT keeps us from waiting. A datagram
 * goes as a whole or not at all, so one that would have waited can be sent again.
 */
static bool try_send(struct behalf *b, int64_t *result)
{
	bool nonblocking = !is_datagram(b) && is_nonblocking(b);

	if (!is_datagram(b) && !nonblocking)
		return false;
	b->at_once = true;
	*result = behalf_make(b);
	b->at_once = false;
	return *result != -EAGAIN || nonblocking || is_nonblocking(b);
}

/*
 * Of a UDP socket nobody asks who calls: neither net/ipv4/udp.c and datagram.c
 * nor their IPv6 sisters look at credentials, a root or a directory.
 */
static bool asks_nobody(const struct behalf *b)
{
	return is_internet(b) && b->socket.type == SOCK_DGRAM && b->socket.protocol == IPPROTO_UDP;
}

bool behalf_make_now(struct behalf *b, int64_t *result)
{
	if (b->socket.known && asks_nobody(b))
		b->same_credentials = true;
	if (!b->same_credentials || !b->socket.known)
		return false;
	switch (b->call->desc ? b->call->desc->id : CALL_NONE) {
	case CALL_CONNECT:
		/* A stream's may block, and O_NONBLOCK may go between our look and the call. */
		if (!is_datagram(b))
			return false;
		break;
	case CALL_BIND:
		if (!is_internet(b))
			return false;
		break;
	case CALL_LISTEN:
		break;
	case CALL_SENDTO:
	case CALL_SEND:
	case CALL_SENDMSG:
		return try_send(b, result);
	default:
		return false;
	}
	*result = behalf_make(b);
	return true;
}
