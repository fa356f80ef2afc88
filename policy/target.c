#include "policy/target.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/glob.h"
#include "policy/impl.h"
#include "policy/socket_pattern.h"

enum { PROTOCOL_SMC = 256 }; /* IPPROTO_SMC, include/uapi/linux/in.h; Linux 6.11 */

static bool is_inet(int family)
{
	/* SMC is spoken over TCP, to the address of the TCP connection: net/smc. */
	return family == AF_INET || family == AF_INET6 || family == AF_SMC;
}

static enum target_protocol inet_protocol(const struct socket_facts *facts)
{
	if (!facts->known || facts->type == SOCK_RAW)
		return TARGET_UNCERTAIN;
	if (facts->family == AF_SMC)
		return TARGET_TCP;
	switch (socket_protocol(facts)) {
	case IPPROTO_TCP:
	case IPPROTO_MPTCP:
	case PROTOCOL_SMC:
		return TARGET_TCP;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return TARGET_UDP;
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return TARGET_PORTS;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return TARGET_PORTLESS;
	default:
		return TARGET_UNCERTAIN;
	}
}

static void inet_target(const struct request *request, struct target *out)
{
	out->class = TARGET_INET;
	out->protocol = inet_protocol(&request->socket);
	/* What a raw socket is given as a port is none: raw(7). */
	out->port_uncertain = request->socket.known && out->protocol == TARGET_UNCERTAIN;
}

static void unreadable(struct target *out, int errnum)
{
	out->class = TARGET_UNREADABLE;
	out->errnum = errnum;
}

/*
 * AF_UNSPEC. connect(2) with it undoes an association. IPv4 sockets take it for
 * AF_INET in bind and in sending (net/ipv4/af_inet.c, udp.c, raw.c); IPv6 ones
 * take it for no address when sending (net/ipv6/udp.c).
 */
static void unspec_target(const struct request *request, struct target *out)
{
	const struct sockaddr_value *sa = request->destination;
	bool v6 = request->socket.known && request->socket.family == AF_INET6;
	struct sockaddr_in in;

	if (request->is_connect || (v6 && request->kind == CALL_KIND_CONNECT)) {
		out->class = TARGET_NONE;
	} else if (sa->raw_len < sizeof(in)) {
		unreadable(out, EINVAL);
	} else {
		memcpy(&in, sa->raw, sizeof(in));
		inet_target(request, out);
		out->port = ntohs(in.sin_port);
		address_from_in(&in.sin_addr, request->kind == CALL_KIND_CONNECT, &out->addr);
	}
}

static void inet_sockaddr_target(const struct request *request, struct target *out)
{
	const struct sockaddr_value *sa = request->destination;
	bool connect = request->kind == CALL_KIND_CONNECT;

	inet_target(request, out);
	if (sa->family == AF_INET) {
		out->port = sa->inet.port;
		address_from_in(&sa->inet.addr, connect, &out->addr);
	} else {
		out->port = sa->inet6.port;
		address_from_in6(&sa->inet6.addr, connect, &out->addr);
	}
}

/* Takes "//" and "/./" out of an absolute path; false when it has "..". */
static bool tidy_path(const uint8_t *path, size_t len, struct target *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		size_t end;

		while (i < len && path[i] == '/')
			i++;
		for (end = i; end < len && path[end] != '/'; end++)
			;
		if (end - i == 2 && !memcmp(path + i, "..", 2))
			return false;
		if (end > i && !(end - i == 1 && path[i] == '.')) {
			if (n + (end - i) + 1 >= sizeof(out->buf))
				return false;
			out->buf[n++] = '/';
			memcpy(out->buf + n, path + i, end - i);
			n += end - i;
		}
		i = end;
	}
	out->buf[n] = '\0';
	out->name = out->buf;
	out->name_len = n;
	return true;
}

static void unix_target(const struct request *request, struct target *out)
{
	const struct sockaddr_value *sa = request->destination;

	out->class = TARGET_UNIX;
	out->abstract = sa->un.kind != UNIX_PATH;
	out->name = sa->un.kind == UNIX_UNNAMED ? "" : (const char *)sa->un.name;
	out->name_len = sa->un.kind == UNIX_UNNAMED ? 0 : sa->un.name_len;
	if (sa->un.kind != UNIX_PATH)
		return;
	if (request->unix_path) {
		out->name = request->unix_path;
		out->name_len = strlen(request->unix_path);
	} else if (!out->name_len || out->name[0] != '/' ||
		   !tidy_path(sa->un.name, sa->un.name_len, out)) {
		out->path_uncertain = true;
	}
}

/* The kernel goes by the socket's family, not the address's: AF_PACKET does not even look. */
static bool family_fits(const struct request *request)
{
	int family = request->destination->family;
	const struct socket_facts *facts = &request->socket;

	if (!facts->known || facts->family == family)
		return true;
	return is_inet(facts->family) && (family == AF_INET || family == AF_INET6);
}

/*
 * A netlink socket is for the kernel: that is judged when the socket is made, by
 * its protocol. Only another process, by its port id, or a multicast group is a
 * destination of its own: netlink(7).
 */
static bool is_kernel_netlink(const struct request *request)
{
	const struct sockaddr_value *sa = request->destination;

	return sa->family == AF_NETLINK && sa->decoded && request->socket.known &&
	       request->socket.family == AF_NETLINK && !sa->netlink.groups &&
	       (request->kind == CALL_KIND_BIND || !sa->netlink.pid);
}

/*
 * Too short, or too long, for the family it says it is of: no protocol of these
 * families takes such an address, so it reaches nothing, and the errno is theirs to choose.
 */
static bool is_refused_unread(const struct request *request)
{
	const struct sockaddr_value *sa = request->destination;
	int family = request->socket.family;

	if (!request->socket.known || !(family == AF_UNIX || family == AF_INET ||
					      family == AF_INET6 || family == AF_VSOCK))
		return false;
	if (sa->raw_len < sizeof(sa->family))
		return true;
	return !sa->decoded && (sa->family == AF_UNSPEC ? is_inet(family) : family_fits(request));
}

/*
 * A Unix stream is connected or is not: the address of a send is not looked at
 * (unix_stream_sendmsg(), unix_seqpacket_sendmsg() in net/unix/af_unix.c).
 */
static bool is_send_on_unix_stream(const struct request *request)
{
	return request->kind == CALL_KIND_CONNECT && !request->is_connect &&
	       request->socket.known && request->socket.family == AF_UNIX &&
	       request->socket.type != SOCK_DGRAM;
}

/*
 * The families that are known to look at AF_UNSPEC. Some others do not, and connect to what
 * stands behind it: drivers/net/ppp, net/l2tp.
 */
static bool takes_no_family(const struct request *request)
{
	int family = request->socket.family;

	return !request->socket.known || is_inet(family) ||
	       (request->is_connect && (family == AF_UNIX || family == AF_NETLINK));
}

static void sockaddr_target(const struct request *request, struct target *out)
{
	const struct sockaddr_value *sa = request->destination;

	if (is_kernel_netlink(request)) {
		out->class = TARGET_NONE;
		return;
	}
	if (sa->family == AF_UNSPEC && takes_no_family(request)) {
		unspec_target(request, out);
		return;
	}
	out->class = TARGET_OTHER;
	if (!family_fits(request))
		return;
	if (!sa->decoded &&
		(is_inet(sa->family) || sa->family == AF_UNIX || sa->family == AF_VSOCK))
		unreadable(out, EINVAL);
	else if (sa->family == AF_INET || sa->family == AF_INET6)
		inet_sockaddr_target(request, out);
	else if (sa->family == AF_UNIX)
		unix_target(request, out);
	else if (sa->family == AF_VSOCK) {
		out->class = TARGET_VSOCK;
		out->cid = sa->vsock.cid;
		out->port = sa->vsock.port;
	}
}

void target_of(const struct request *request, struct target *out)
{
	const struct sockaddr_value *sa = request->destination;

	out->errnum = 0;
	out->port_uncertain = false;
	out->path_uncertain = false;
	out->protocol = TARGET_UNCERTAIN;
	if (!sa || sa->status == VALUE_NULL || (sa->status == VALUE_OK && sa->len == 0))
		out->class = TARGET_NONE;
	else if (sa->status == VALUE_OK &&
		 (is_refused_unread(request) || is_send_on_unix_stream(request)))
		out->class = TARGET_NONE;
	else if (sa->status == VALUE_BAD_LENGTH || (sa->status == VALUE_OK && sa->raw_len < 2))
		unreadable(out, EINVAL);
	else if (sa->status != VALUE_OK)
		unreadable(out, EFAULT);
	else
		sockaddr_target(request, out);
}

bool destination_speaks_of(const struct destination *destination, enum target_class class)
{
	static const uint8_t classes[] = {
		[DESTINATION_HOST_ANY] = 1 << TARGET_INET,
		[DESTINATION_PREFIX] = 1 << TARGET_INET,
		[DESTINATION_SET] = 1 << TARGET_INET,
		[DESTINATION_NAME] = 1 << TARGET_INET,
		[DESTINATION_UNIX_ANY] = 1 << TARGET_UNIX,
		[DESTINATION_UNIX_PATH] = 1 << TARGET_UNIX,
		[DESTINATION_UNIX_PATH_GLOB] = 1 << TARGET_UNIX,
		[DESTINATION_UNIX_ABSTRACT] = 1 << TARGET_UNIX,
		[DESTINATION_VSOCK] = 1 << TARGET_VSOCK,
	};

	return destination->type == DESTINATION_ANY ||
	       (classes[destination->type] & 1 << class) != 0;
}

bool transport_matches(uint8_t protocols, const struct port_set *ports, const struct target *target,
	bool restrictive)
{
	bool protocol_ok = !protocols ||
			   (target->protocol == TARGET_TCP && (protocols & PROTOCOL_TCP)) ||
			   (target->protocol == TARGET_UDP && (protocols & PROTOCOL_UDP)) ||
			   (target->protocol == TARGET_UNCERTAIN && restrictive);

	if (!protocol_ok || !ports)
		return protocol_ok;
	if (target->port_uncertain)
		return restrictive;
	return target->protocol != TARGET_PORTLESS && port_set_has(ports, target->port);
}

struct name_search {
	uint32_t name;
	bool found;
};

static bool name_is(void *ctx, uint32_t name)
{
	struct name_search *search = ctx;

	search->found = name == search->name;
	return !search->found;
}

static bool set_matches(
	const struct policy *policy, enum address_set set, const struct address *addr)
{
	if (set != SET_RESOLVERS)
		return address_set_has(set, addr);
	for (size_t i = 0; i < policy->nresolvers; i++)
		if (address_equal(&policy->resolvers[i], addr))
			return true;
	return false;
}

static bool inet_matches(
	const struct policy *policy, const struct destination *d, const struct target *target)
{
	struct name_search search;

	switch (d->type) {
	case DESTINATION_HOST_ANY:
		return true;
	case DESTINATION_PREFIX:
		return prefix_has(&d->prefix, &target->addr);
	case DESTINATION_SET:
		return set_matches(policy, d->set, &target->addr);
	case DESTINATION_NAME:
		search = (struct name_search){ d->name.number, false };
		name_resolver_each(policy->resolver, &target->addr, name_is, &search);
		return search.found;
	default:
		return false;
	}
}

static bool unix_matches(const struct destination *d, const struct target *target, bool restrictive)
{
	switch (d->type) {
	case DESTINATION_UNIX_ANY:
		return true;
	case DESTINATION_UNIX_ABSTRACT:
		return target->abstract &&
		       glob_match(d->name.text, d->name.len, target->name, target->name_len);
	case DESTINATION_UNIX_PATH:
		if (target->abstract || target->path_uncertain)
			return !target->abstract && restrictive;
		return d->name.len == target->name_len &&
		       !memcmp(d->name.text, target->name, target->name_len);
	case DESTINATION_UNIX_PATH_GLOB:
		if (target->abstract || target->path_uncertain)
			return !target->abstract && restrictive;
		return glob_match(d->name.text, d->name.len, target->name, target->name_len);
	default:
		return false;
	}
}

bool destination_host_matches(const struct policy *policy, const struct destination *d,
	const struct target *target, bool restrictive)
{
	if (d->type == DESTINATION_ANY)
		return true;
	switch (target->class) {
	case TARGET_INET:
		return inet_matches(policy, d, target);
	case TARGET_UNIX:
		return unix_matches(d, target, restrictive);
	case TARGET_VSOCK:
		return d->type == DESTINATION_VSOCK &&
		       (d->vsock.any_cid || d->vsock.cid == target->cid);
	default:
		return false;
	}
}

bool destination_matches(const struct policy *policy, const struct destination *d,
	const struct target *target, bool restrictive)
{
	if (!destination_host_matches(policy, d, target, restrictive))
		return false;
	if (target->class == TARGET_INET && d->type != DESTINATION_ANY)
		return transport_matches(d->protocols, d->ports, target, restrictive);
	return target->class != TARGET_VSOCK || port_set_has(d->ports, target->port);
}
