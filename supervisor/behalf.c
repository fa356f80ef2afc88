#include "supervisor/behalf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/root/walk.h"
#include "supervisor/behalf/impl.h"
#include "tracer/proc_path.h"

bool behalf_is_path(const struct behalf *b, const struct sockaddr_value *addr)
{
	/* Of a socket that nobody knows, a path is taken for one: nothing is resolved unjudged. */
	return addr->decoded && addr->family == AF_UNIX && addr->un.kind == UNIX_PATH &&
	       (!b->socket.known || b->socket.family == AF_UNIX);
}

bool behalf_ignores_address(const struct call *call, const struct socket_facts *socket)
{
	return call_kind(call) == CALL_KIND_CONNECT && call->desc->id != CALL_CONNECT &&
	       socket->known && socket->family == AF_UNIX && socket->type != SOCK_DGRAM;
}

/* What move_addr_to_kernel() in net/socket.c says to an address. */
static int check_address(const struct sockaddr_value *addr)
{
	if (addr->len < 0 || addr->len > (int64_t)sizeof(struct sockaddr_storage))
		return -EINVAL;
	switch (addr->status) {
	case VALUE_OK:
		return 0;
	case VALUE_NULL:
		return addr->len == 0 ? 0 : -EFAULT;
	case VALUE_BAD_LENGTH:
		return -EINVAL;
	case VALUE_CUT:
		return -ENOMEM;
	case VALUE_UNREADABLE:
	case VALUE_NOT_READ:
	default:
		return -EFAULT;
	}
}

/*
 * The inode is reached through our descriptor, past the directories. So the
 * task's right to search them is asked for here, by walking them as the task.
 */
static int check_search(const struct behalf *b, const struct credentials_pair *who,
	const struct unix_target *target)
{
	cleanup_close int root = who->same ? -1 : proc_open_root(b->tid);
	cleanup_close int fd = -1;
	struct stat judged, found;

	if (who->same)
		return 0;
	if (root < 0)
		return -errno;
	if (credentials_take_on(who) < 0)
		return -EPERM;
	fd = root_walk_open(root, target->path);
	credentials_give_back(who);
	if (fd < 0)
		return fd;
	if (fstat(fd, &found) < 0 || fstat(target->fd, &judged) < 0 ||
		found.st_dev != judged.st_dev || found.st_ino != judged.st_ino)
		return -EACCES; /* moved since it was judged */
	return 0;
}

static int path_address(const struct behalf *b, const struct credentials_pair *who, size_t index,
	struct behalf_address *out)
{
	const size_t targets = b->targets_len ? b->targets_len : 1;
	const struct unix_target *target = b->target && index < targets ? b->target + index : NULL;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int rc;

	if (!target)
		return -EACCES;
	if (target->errnum || target->fd < 0)
		return target->errnum ? -target->errnum : -EACCES;
	rc = check_search(b, who, target);
	if (rc < 0)
		return rc;
	snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d", target->fd);
	memcpy(&out->bytes, &un, sizeof(un));
	out->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(un.sun_path) + 1);
	return 0;
}

static void name_loopback_of_inet(struct behalf_address *to)
{
	struct sockaddr_in in;

	memcpy(&in, &to->bytes, sizeof(in));
	if (in.sin_addr.s_addr == htonl(INADDR_ANY))
		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(&to->bytes, &in, sizeof(in));
}

static void name_loopback_of_inet6(struct behalf_address *to)
{
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };
	struct sockaddr_in6 in6;

	memcpy(&in6, &to->bytes, sizeof(in6));
	if (IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr))
		in6.sin6_addr = in6addr_loopback;
	else if (memcmp(&in6.sin6_addr, mapped, sizeof(mapped)) == 0)
		inet_pton(AF_INET6, "::ffff:127.0.0.1", &in6.sin6_addr);
	memcpy(&to->bytes, &in6, sizeof(in6));
}

/*
 * No address is judged as loopback, policy/address.h, but the kernel first takes for it the
 * source that the socket, its device or a control message has (ip_route_output_key_hash_rcu()
 * in net/ipv4/route.c), or, of a socket that is bound to an IPv4 address, 127.0.0.1 for "::"
 * (net/ipv6/datagram.c). So it is given what was judged.
 */
static void name_loopback(const struct behalf *b, struct behalf_address *to)
{
	const bool connects = b->call->desc->id == CALL_CONNECT;
	const sa_family_t family = to->bytes.ss_family;

	/* To connect to AF_UNSPEC is to undo it; to send there is to send to AF_INET. */
	if ((family == AF_INET || (family == AF_UNSPEC && !connects)) &&
		to->len >= sizeof(struct sockaddr_in))
		name_loopback_of_inet(to);
	/* The last member, sin6_scope_id, need not be there (SIN6_LEN_RFC2133). */
	else if (family == AF_INET6 && to->len >= offsetof(struct sockaddr_in6, sin6_scope_id))
		name_loopback_of_inet6(to);
}

/*
 * Of an IPv6 socket that is no address, and was judged as none. But a raw one takes it for
 * AF_INET6 (net/ipv6/raw.c), and so does one for AF_INET that became an IPv4 socket by now
 * (IPV6_ADDRFORM).
 */
static bool is_no_address(const struct behalf *b, const struct sockaddr_value *addr)
{
	return call_kind(b->call) == CALL_KIND_CONNECT && b->call->desc->id != CALL_CONNECT &&
	       b->socket.family == AF_INET6 && addr->raw_len >= sizeof(addr->family) &&
	       addr->family == AF_UNSPEC;
}

int behalf_address(const struct behalf *b, const struct credentials_pair *who,
	const struct sockaddr_value *addr, size_t index, struct behalf_address *out)
{
	int rc = check_address(addr);

	out->none = rc == 0 && is_no_address(b, addr);
	if (rc < 0 || out->none)
		return rc;
	if (behalf_ignores_address(b->call, &b->socket) && addr->raw_len) {
		out->bytes.ss_family = AF_UNIX;
		out->len = sizeof(out->bytes.ss_family);
		return 0;
	}
	if (behalf_is_path(b, addr))
		return path_address(b, who, index, out);
	memcpy(&out->bytes, addr->raw, addr->raw_len);
	out->len = (socklen_t)addr->raw_len;
	if (call_kind(b->call) == CALL_KIND_CONNECT)
		name_loopback(b, out);
	return 0;
}

int64_t behalf_interrupted(const struct behalf *b)
{
	struct timeval timeout = { 0 };
	socklen_t len = sizeof(timeout);

	/* sock_intr_errno() in include/net/sock.h */
	if (getsockopt(b->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, &len) == 0 &&
		(timeout.tv_sec || timeout.tv_usec))
		return -EINTR;
	return BEHALF_RESTART;
}

int64_t behalf_connect(const struct behalf *b, const struct credentials_pair *who)
{
	const struct sockaddr_value *addr = call_destination(b->call, 0);
	struct behalf_address to;
	int rc = behalf_address(b, who, addr, 0, &to);

	if (rc < 0)
		return rc;
	if (credentials_take_on(who) < 0)
		return -EPERM;
	rc = connect(b->fd, (const struct sockaddr *)&to.bytes, to.len) < 0 ? -errno : 0;
	credentials_give_back(who);
	return rc;
}

/* Of a Unix socket the kernel keeps who made it listen, for SO_PEERCRED. */
static int64_t behalf_listen(const struct behalf *b, const struct credentials_pair *who)
{
	int64_t rc;

	if (credentials_take_on(who) < 0)
		return -EPERM;
	rc = listen(b->fd, (int)b->call->args[1]) < 0 ? -errno : 0;
	credentials_give_back(who);
	return rc;
}

/* Of a broken stream the kernel tells the sender by signal, too (sk_stream_error()). */
static void tell_broken_pipe(const struct behalf *b)
{
	const struct value *flags = call_value(b->call, "flags");

	if (b->socket.type == SOCK_STREAM && flags && !(flags->num & MSG_NOSIGNAL))
		syscall(SYS_tgkill, b->pid, b->tid, SIGPIPE);
}

static int64_t make(struct behalf *b, const struct credentials_pair *who)
{
	switch (b->call->desc ? b->call->desc->id : CALL_NONE) {
	case CALL_CONNECT:
		return behalf_connect(b, who);
	case CALL_BIND:
		return behalf_bind(b, who);
	case CALL_LISTEN:
		return behalf_listen(b, who);
	case CALL_SENDTO:
	case CALL_SEND:
		return behalf_sendto(b, who);
	case CALL_SENDMSG:
		return behalf_sendmsg(b, who);
	case CALL_SENDMMSG:
		return behalf_sendmmsg(b, who);
	default:
		return -ENOSYS;
	}
}

/* Looked at before anything else, as by sockfd_lookup_light(): EBADF, ENOTSOCK. */
static int check_socket(const struct behalf *b)
{
	int type;
	socklen_t len = sizeof(type);

	if (b->socket.known)
		return 0;
	return getsockopt(b->fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ? -errno : 0;
}

/*
 * The umask is for a name in a directory, and who may claim what in a control
 * message is looked up for that: only these need more than to know that all is the same.
 */
static bool needs_details(const struct behalf *b)
{
	enum call_id id = b->call->desc ? b->call->desc->id : CALL_NONE;

	return id == CALL_SENDMMSG || (id == CALL_BIND && b->socket.family == AF_UNIX) ||
	       (id == CALL_SENDMSG && call_value(b->call, "msg")->msg->control_len);
}

static int who_is_task(const struct behalf *b, struct credentials_pair *who)
{
	if (!b->same_credentials || needs_details(b))
		return credentials_read(b->tid, who);
	who->same = true;
	return 0;
}

int64_t behalf_make(struct behalf *b)
{
	cleanup_credentials struct credentials_pair who = { 0 };
	int64_t result = check_socket(b);

	b->raced = false;
	if (result == 0)
		result = who_is_task(b, &who);
	if (result == 0)
		result = make(b, &who);
	if (result == -EINTR)
		result = behalf_interrupted(b);
	if (result == -EPIPE)
		tell_broken_pipe(b);
	return result;
}
