#include "policy/network.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "policy/network_impl.h"
#include "policy/socket_pattern.h"

/* Calls of no kind that rules speak of, by which a socket is used or asked about. */
static const char *const judged_calls[] = { "accept", "accept4", "getpeername", "getsockname",
	"getsockopt", "listen", "recvmmsg", "recvmmsg_time64", "setsockopt", "shutdown", NULL };

/* Sends without an address: judged like connect, but let through unless a mode wants them. */
static const char *const judged_sends[] = { "send", "sendto", NULL };

/* What strict: plain denies whatever the socket is; sendmsg(2) and recvfrom(2) are not there. */
static const char *const plain_calls[] = { "bind", "connect", "send", "sendmmsg", "sendto", NULL };

static bool has_word(const char *const *words, const char *word)
{
	for (; word && *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

const struct network *policy_network(const struct policy *policy)
{
	return &policy->network;
}

bool policy_network_judges(const struct policy *policy, const char *call)
{
	return policy->network.mode == NETWORK_RESTRICTED && has_word(judged_calls, call);
}

const char *policy_network_call(const struct policy *policy, size_t i)
{
	const size_t calls = sizeof(judged_calls) / sizeof(judged_calls[0]) - 1;
	const size_t sends = sizeof(judged_sends) / sizeof(judged_sends[0]) - 1;

	if (policy->network.mode != NETWORK_RESTRICTED)
		return NULL;
	if (i < calls)
		return judged_calls[i];
	return i - calls < sends ? judged_sends[i - calls] : NULL;
}

int policy_network_ready(const struct policy *policy, struct err **err)
{
	const struct network *n = &policy->network;

	if (n->mode != NETWORK_PROXY || n->listed.len || n->found.len)
		return 0;
	return err_set(err, 0,
		"%s:%d: network: proxy, and no proxy is known: set http_proxy, https_proxy or "
		"all_proxy to a URL on this host, as http://127.0.0.1:3128, or list "
		"\"endpoints\" in the policy",
		n->place.file, n->place.line);
}

static bool is_unix(const struct socket_facts *socket)
{
	return socket->known && socket->family == AF_UNIX;
}

static bool deny(
	const struct network *n, enum call_kind kind, const char *why, struct network_denial *out)
{
	static const char *const reasons[] = {
		[NETWORK_RESTRICTED] = "network.restricted",
		[NETWORK_PROXY] = "network.proxy",
	};

	*out = (struct network_denial){
		.reason = reasons[n->mode],
		.why = why,
		/* The plain filters of this kind say EPERM for calls that make no socket. */
		.errnum = kind == CALL_KIND_OTHER ? EPERM : EACCES,
		.place = n->place,
	};
	return true;
}

static bool restricted(
	const struct network *n, const struct request *request, struct network_denial *out)
{
	enum call_kind kind = request->kind;

	if (kind == CALL_KIND_SOCKET)
		return !is_unix(&request->socket) &&
		       deny(n, kind, "only Unix sockets may be made", out);
	if (kind == CALL_KIND_OTHER && !has_word(judged_calls, request->call))
		return false;
	if (n->plain &&
		(kind == CALL_KIND_OTHER || !request->call || has_word(plain_calls, request->call)))
		return deny(n, kind, "no socket may be used by this call", out);
	return !is_unix(&request->socket) && deny(n, kind, "only Unix sockets may be used", out);
}

static bool proxy_socket(
	const struct network *n, const struct request *request, struct network_denial *out)
{
	const struct socket_facts *s = &request->socket;
	bool pair = request->call && !strcmp(request->call, "socketpair");

	if (s->known && (s->family == AF_INET || s->family == AF_INET6))
		return false;
	if (n->unix_pairs && pair && is_unix(s))
		return false;
	return deny(n, CALL_KIND_SOCKET, "only IPv4 and IPv6 sockets may be made", out);
}

static bool is_endpoint(const struct policy *policy, const struct destination_list *list,
	const struct target *target)
{
	for (size_t i = 0; i < list->len; i++)
		if (destination_matches(policy, &list->items[i], target, false))
			return true;
	return false;
}

static bool proxy(const struct policy *policy, const struct request *request,
	const struct target *target, struct network_denial *out)
{
	const struct network *n = &policy->network;

	if (request->kind == CALL_KIND_SOCKET)
		return proxy_socket(n, request, out);
	/* A datagram socket of socketpair(2) could be connected anew: Unix paths are no proxies. */
	if (request->kind != CALL_KIND_CONNECT || target->class >= TARGET_NONE ||
		is_endpoint(policy, n->listed.len ? &n->listed : &n->found, target))
		return false;
	return deny(n, request->kind, "only the proxy may be reached", out);
}

static bool speaks_of(enum call_kind kind)
{
	return kind == CALL_KIND_CONNECT || kind == CALL_KIND_BIND || kind == CALL_KIND_SOCKET ||
	       kind == CALL_KIND_OTHER;
}

bool network_denies(const struct policy *policy, const struct request *request,
	const struct target *target, struct network_denial *out)
{
	const struct network *n = &policy->network;

	if (n->mode == NETWORK_OPEN || !speaks_of(request->kind))
		return false;
	return n->mode == NETWORK_RESTRICTED ? restricted(n, request, out)
					     : proxy(policy, request, target, out);
}

/*
 * The families whose destinations rules can name, and what leads nowhere: AF_ALG. Of others
 * some carry internet addresses within their own (AF_RXRPC, AF_RDS, AF_PPPOX), which no rule
 * would be asked about.
 */
static bool has_addresses(int family)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_SMC, AF_NETLINK, AF_ALG,
		AF_UNSPEC /* the kernel has none */ };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (family == families[i])
			return true;
	return false;
}

bool network_needs_rule(const struct socket_facts *socket, const char **why)
{
	static const struct {
		int family;
		const char *why;
	} families[] = {
		{ AF_PACKET, "a packet socket needs a rule that allows it" },
		{ AF_XDP, "a packet socket needs a rule that allows it" },
		{ AF_VSOCK, "a vsock socket needs a rule that allows it" },
		{ AF_BLUETOOTH, "a Bluetooth socket needs a rule that allows it" },
	};
	/* The kernel makes a packet socket of AF_INET with SOCK_PACKET: net/socket.c */
	int family = socket->type == SOCK_PACKET ? AF_PACKET : socket->family;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		*why = families[i].why;
		if (family == families[i].family)
			return true;
	}
	*why = "a socket of a family whose addresses no rule can name needs a rule that allows it";
	if (!has_addresses(family))
		return true;
	/* What lists interfaces and routes; the rest of netlink configures the host. */
	*why = "netlink beyond netlink:route needs a rule that allows it";
	if (family == AF_NETLINK)
		return socket->protocol != NETLINK_ROUTE;
	/* unix(7): SOCK_RAW is a datagram socket there, net/unix/af_unix.c. */
	*why = socket_writes_headers(socket)
		       ? "a raw socket that writes IP headers itself, past all destinations, "
			 "needs a rule that names its protocol, as inet:raw/raw does"
		       : "a raw socket needs a rule that allows it";
	return socket->type == SOCK_RAW && family != AF_UNIX;
}
