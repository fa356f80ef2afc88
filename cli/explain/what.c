#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/names.h"
#include "cli/explain.h"
#include "decoders/select.h"
#include "decoders/sockaddr.h"
#include "policy/destination.h"
#include "policy/glob.h"
#include "policy/name_resolver.h"
#include "policy/root/view.h"
#include "policy/socket_pattern.h"

static int fail_destination(const char *text, struct err **err)
{
	return err_set(err, 0,
		"'%s' is not one destination: write tcp:ADDRESS:PORT, udp:ADDRESS:PORT, "
		"unix:/PATH, unix:@NAME or vsock:CID:PORT",
		text);
}

static bool one_port(const struct destination *d)
{
	return d->ports && d->ports->len == 1 &&
	       d->ports->ranges[0].first == d->ports->ranges[0].last;
}

/* The address as a program would give it, decoded as if it had. */
static void set_raw(struct explain_call *call, const void *raw, size_t len)
{
	struct sockaddr_value *out = &call->destination;

	memcpy(out->raw, raw, len);
	out->raw_len = len;
	out->len = (int64_t)len;
	sockaddr_decode(out);
	call->request.destination = out;
	call->request.is_connect = call->request.kind == CALL_KIND_CONNECT;
	call->request.socket =
		(struct socket_facts){ .known = true, .family = out->family, .type = SOCK_STREAM };
}

static void set_address(struct explain_call *call, const struct address *a, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	memcpy(&in.sin_addr, a->bytes, sizeof(in.sin_addr));
	memcpy(&in6.sin6_addr, a->bytes, sizeof(in6.sin6_addr));
	if (a->bits == 32)
		set_raw(call, &in, sizeof(in));
	else
		set_raw(call, &in6, sizeof(in6));
}

/* The first address a name has now; which one it is goes to the notes. */
static int name_address(
	struct explain_call *call, const char *name, struct address *out, struct err **err)
{
	if (name_source_system.lookup(name_source_system.ctx, name, out, 1) == 0)
		return err_set(err, 0, "%s does not resolve: write an address", name);
	sbuf_fmt(&call->notes, "%s is ", name);
	address_print(out, &call->notes);
	sbuf_str(&call->notes, " now\n");
	return 0;
}

static int set_ip(
	struct explain_call *call, const char *text, const struct destination *d, struct err **err)
{
	struct socket_facts *facts = &call->request.socket;
	struct address address = d->prefix.addr;
	bool tcp = d->protocols == PROTOCOL_TCP;

	if (!one_port(d) || (!tcp && d->protocols != PROTOCOL_UDP))
		return fail_destination(text, err);
	if (d->type == DESTINATION_NAME && name_address(call, d->name.text, &address, err) < 0)
		return -1;
	set_address(call, &address, (uint16_t)d->ports->ranges[0].first);
	facts->type = tcp ? SOCK_STREAM : SOCK_DGRAM;
	facts->protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	return 0;
}

/* A path stands for the socket its links lead to; the socket itself may be made later. */
static int unix_path(struct explain_call *call, const char *path, struct err **err)
{
	cleanup_resolution struct resolution whole = { 0 }, folder = { 0 };
	const char *slash = strrchr(path, '/');
	cleanup_free char *head = strndup(path, (size_t)(slash - path) + 1);
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	if (root_view_resolve(NULL, path, &whole) == 0)
		sbuf_str(&out, whole.path);
	else if (head && root_view_resolve(NULL, head, &folder) == 0)
		sbuf_fmt(&out, "%s%s", folder.path[1] ? folder.path : "", slash);
	else
		sbuf_str(&out, path);
	if (strcmp(path, sbuf_text(&out)) != 0) {
		escape_text(&call->notes, path, strlen(path));
		sbuf_str(&call->notes, " is ");
		escape_text(&call->notes, sbuf_text(&out), out.len);
		sbuf_char(&call->notes, '\n');
	}
	call->request.unix_path = explain_keep(call, sbuf_text(&out), err);
	return call->request.unix_path ? 0 : -1;
}

static int set_unix(struct explain_call *call, const struct destination *d, struct err **err)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	bool path = d->type == DESTINATION_UNIX_PATH;
	char *name = un.sun_path + !path;
	size_t len = d->name.len;

	if (len + !path >= sizeof(un.sun_path))
		return err_set(err, ENAMETOOLONG, "a Unix socket cannot be called that");
	/* Abstract names are patterns still; paths have lost their escapes already. */
	if (path)
		memcpy(name, d->name.text, len);
	else
		len = glob_literal(d->name.text, len, name);
	set_raw(call, &un, offsetof(struct sockaddr_un, sun_path) + !path + len);
	return path ? unix_path(call, name, err) : 0;
}

static int set_vsock(
	struct explain_call *call, const char *text, const struct destination *d, struct err **err)
{
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = d->vsock.cid };

	if (d->vsock.any_cid || !one_port(d))
		return fail_destination(text, err);
	vm.svm_port = d->ports->ranges[0].first;
	set_raw(call, &vm, sizeof(vm));
	return 0;
}

static int set_destination(struct explain_call *call, const char *text, struct err **err)
{
	struct destination d;
	bool bind = call->request.kind == CALL_KIND_BIND;

	if (destination_parse(text, strlen(text), bind ? DESTINATION_BIND : DESTINATION_CONNECT,
		    &call->arena, &d, err) < 0)
		return -1;
	if (d.type == DESTINATION_NAME ||
		(d.type == DESTINATION_PREFIX && d.prefix.len == d.prefix.addr.bits))
		return set_ip(call, text, &d, err);
	if (d.type == DESTINATION_UNIX_PATH ||
		(d.type == DESTINATION_UNIX_ABSTRACT && !glob_is_pattern(d.name.text, d.name.len)))
		return set_unix(call, &d, err);
	if (d.type == DESTINATION_VSOCK)
		return set_vsock(call, text, &d, err);
	return fail_destination(text, err);
}

static int set_target(struct explain_call *call, const char *text, struct err **err)
{
	call->request.target = &call->target;
	return explain_program(call, text, &call->target, err);
}

static int set_socket(struct explain_call *call, const char *text, struct err **err)
{
	struct socket_pattern p;
	struct socket_facts *facts = &call->request.socket;

	if (socket_pattern_parse(text, &p, err) < 0)
		return -1;
	if (p.family == SOCKET_ANY || p.type == SOCKET_ANY)
		return err_set(
			err, 0, "'%s' is not one socket: write FAMILY/TYPE, as inet/stream", text);
	*facts = (struct socket_facts){ .known = true, .family = p.family, .type = p.type };
	facts->protocol = p.protocol == SOCKET_ANY ? 0 : p.protocol;
	return 0;
}

static int set_syscall(struct explain_call *call, const char *text, struct err **err)
{
	struct call_set *known = NULL;
	/* "unshare:newuser": the call's name is what is before the colon. */
	cleanup_free char *name = strndup(text, strcspn(text, ":"));

	if (!name)
		return err_set(err, ENOMEM, "cannot keep the call");
	if (call_set_parse(name, &known, err) < 0)
		return -1;
	call_set_free(known);
	call->request.syscall = text;
	return 0;
}

/* No call of its own: what `files` says of a path, which is looked up like a Unix socket's. */
static int set_file(struct explain_call *call, const char *text, struct err **err)
{
	if (text[0] != '/')
		return err_set(err, 0, "'%s' is not absolute: write the whole path", text);
	if (unix_path(call, text, err) < 0)
		return -1;
	call->request.file = call->request.unix_path;
	call->request.file_write = strcmp(call->request.call, "write") == 0;
	return 0;
}

static int set_nothing(struct explain_call *call, const char *text, struct err **err)
{
	(void)call;
	(void)text;
	(void)err;
	return 0;
}

static const struct call_words {
	const char *name;
	enum call_kind kind;
	const char *arg; /* NULL: it takes none */
	int (*set)(struct explain_call *call, const char *text, struct err **err);
} call_words[] = {
	{ "connect", CALL_KIND_CONNECT, "DESTINATION", set_destination },
	{ "bind", CALL_KIND_BIND, "ADDRESS", set_destination },
	{ "exec", CALL_KIND_EXEC, "PATH", set_target },
	{ "spawn", CALL_KIND_SPAWN, NULL, set_nothing },
	{ "socket", CALL_KIND_SOCKET, "FAMILY/TYPE", set_socket },
	{ "socketpair", CALL_KIND_SOCKET, "FAMILY/TYPE", set_socket },
	{ "syscall", CALL_KIND_SYSCALL, "NAME", set_syscall },
	{ "read", CALL_KIND_OTHER, "PATH", set_file },
	{ "write", CALL_KIND_OTHER, "PATH", set_file },
	/* What only a network mode judges, by the socket it is made on. */
	{ "accept", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "getpeername", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "getsockname", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "getsockopt", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "listen", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "recvmmsg", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "sendto", CALL_KIND_CONNECT, "FAMILY/TYPE", set_socket },
	{ "setsockopt", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
	{ "shutdown", CALL_KIND_OTHER, "FAMILY/TYPE", set_socket },
};

enum { CALL_WORDS = sizeof(call_words) / sizeof(call_words[0]) };

static int fail_word(const char *word, struct err **err)
{
	const char *names[CALL_WORDS + 1] = { NULL };
	cleanup_sbuf struct sbuf list = SBUF_INIT;
	const char *nearest;

	for (size_t i = 0; i < CALL_WORDS; i++) {
		names[i] = call_words[i].name;
		sbuf_fmt(&list, "%s%s", i ? ", " : "", names[i]);
	}
	nearest = name_nearest(names, word);
	if (nearest)
		return err_set(err, 0, "no call is named '%s': did you mean %s?", word, nearest);
	return err_set(err, 0, "no call is named '%s': write one of %s", word, sbuf_text(&list));
}

int explain_what(struct explain_call *call, char *const *args, struct err **err)
{
	for (size_t i = 0; i < CALL_WORDS; i++) {
		const struct call_words *words = &call_words[i];

		if (strcmp(words->name, args[0]) != 0)
			continue;
		if (words->arg && !args[1])
			return err_set(
				err, 0, "%s what? write %s %s", args[0], args[0], words->arg);
		if (args[1] && (!words->arg || args[2]))
			return err_set(err, 0, "'%s' is too much: write %s %s",
				args[words->arg ? 2 : 1], args[0], words->arg ? words->arg : "");
		call->request.kind = words->kind;
		call->request.call = words->name;
		return words->set(call, args[1], err);
	}
	return fail_word(args[0], err);
}
