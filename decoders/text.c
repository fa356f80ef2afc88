#include "decoders/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "decoders/call_names.h"
#include "decoders/socket_names.h"
#include "decoders/text/parts.h"

typedef void call_text(struct sbuf *out, const struct call *call, const struct socket_facts *facts);

static void add_fd(struct sbuf *out, const struct call *call)
{
	sbuf_fmt(out, "fd %" PRId32, (int32_t)call_value(call, "fd")->num);
}

static void add_flags(struct sbuf *out, const struct call *call, const char *field,
	const struct name_row *names, size_t start)
{
	uint64_t flags = call_value(call, field)->num;

	if (!flags)
		return;
	text_gap(out, start);
	text_flags(out, names, flags);
}

void text_socket(struct sbuf *out, uint32_t family, uint32_t type, uint32_t protocol)
{
	const char *name = name_of(socket_protocols((int)family), protocol);
	uint32_t flags = type & ~(uint32_t)SOCKET_TYPE_MASK;

	text_name(out, socket_families, family, "family");
	sbuf_char(out, '/');
	text_name(out, socket_types, type & SOCKET_TYPE_MASK, "type");
	if (name)
		sbuf_fmt(out, " %s", name);
	else if (protocol)
		sbuf_fmt(out, " protocol %" PRId32, (int32_t)protocol);
	if (flags) {
		sbuf_str(out, "  ");
		text_flags(out, socket_type_flags, flags);
	}
}

static void add_socket(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct value *fds = call_value(call, "fds");

	(void)facts;
	text_socket(out, (uint32_t)call->values[0].num, (uint32_t)call->values[1].num,
		(uint32_t)call->values[2].num);
	if (!fds || fds->fd_pair.status == VALUE_NOT_READ)
		return;
	sbuf_str(out, "  fds ");
	if (fds->fd_pair.status == VALUE_OK)
		sbuf_fmt(out, "%" PRId32 ",%" PRId32, fds->fd_pair.fds[0], fds->fd_pair.fds[1]);
	else
		text_mark(out, fds->fd_pair.status, fds->num);
}

static void add_connect(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	text_sockaddr(
		out, call_value(call, "sockaddr")->sockaddr, facts, call->desc->id == CALL_BIND);
}

static void add_listen(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	(void)facts;
	add_fd(out, call);
	sbuf_fmt(out, "  backlog %" PRId32, (int32_t)call_value(call, "backlog")->num);
}

static void add_accept(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct sockaddr_value *peer = call_value(call, "sockaddr")->sockaddr;
	size_t start = out->len;

	add_fd(out, call);
	if (peer->status != VALUE_NULL && peer->status != VALUE_NOT_READ) {
		sbuf_str(out, "  from ");
		text_sockaddr(out, peer, facts, false);
	}
	if (call_value(call, "flags"))
		add_flags(out, call, "flags", socket_type_flags, start);
}

static void add_sendto(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct sockaddr_value *addr = call_destination(call, 0);
	const struct bytes_value *data = &call_value(call, "data")->bytes;
	size_t start = out->len;

	if (addr)
		text_sockaddr(out, addr, facts, false);
	else
		add_fd(out, call);
	sbuf_str(out, "  ");
	text_size(out, data->full_len);
	if (data->status != VALUE_NOT_READ) {
		sbuf_char(out, ' ');
		text_bytes(out, data);
	}
	add_flags(out, call, "flags", socket_msg_flags, start);
}

static void add_sendmsg(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct msg_value *m = call_value(call, "msg")->msg;
	size_t start = out->len;

	if (m->status == VALUE_OK && !m->name) {
		add_fd(out, call);
		sbuf_str(out, "  ");
	}
	text_msg(out, m, facts);
	add_flags(out, call, "flags", socket_msg_flags, start);
}

static void add_sendmmsg(
	struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	size_t start = out->len;

	text_msgs(out, call_value(call, "messages"), facts);
	add_flags(out, call, "flags", socket_msg_flags, start);
}

static void add_environment(struct sbuf *out, const struct value *v)
{
	if (!v->strings.len && v->strings.status != VALUE_UNREADABLE)
		return;
	sbuf_str(out, "  env ");
	text_strings(out, &v->strings, v->num);
}

void text_exec_arguments(struct sbuf *out, const struct call *call)
{
	const struct value *argv = call_value(call, "argv");

	if (!argv)
		return;
	text_strings(out, &argv->strings, argv->num);
	add_environment(out, call_value(call, "envp"));
}

static void add_exec(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct value *dirfd = call_value(call, "dirfd");
	size_t start = out->len;

	(void)facts;
	if (dirfd && (int32_t)dirfd->num != AT_FDCWD) {
		text_field(out, &call->desc->fields[0], dirfd);
		sbuf_str(out, "  ");
	}
	text_bytes(out, &call_value(call, "path")->bytes);
	sbuf_str(out, "  ");
	text_exec_arguments(out, call);
	if (call_value(call, "flags"))
		add_flags(out, call, "flags", call_at_flags, start);
}

static void add_clone(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	const struct value *flags = call_value(call, "flags"), *sig;
	size_t start = out->len;
	char name[32];

	(void)facts;
	if (!flags) {
		sbuf_str(out, "process");
		return;
	}
	sig = call_value(call, "exit_signal");
	sbuf_str(out, flags->num & CLONE_THREAD ? "thread" : "process");
	add_flags(out, call, "flags", call_clone_flags, start);
	/* What fork(2) has needs no words. */
	if (sig->num != SIGCHLD && sig->num)
		sbuf_fmt(out, "  %s", call_signal_name((unsigned)sig->num, name, sizeof(name)));
}

static void add_fields(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	(void)facts;
	for (size_t i = 0; i < call->values_len; i++) {
		if (i)
			sbuf_char(out, ' ');
		text_field(out, &call->desc->fields[i], &call->values[i]);
	}
}

static void add_raw_args(struct sbuf *out, const struct call *call)
{
	if (call->args_unreadable) {
		sbuf_str(out, "<unreadable arguments>");
		return;
	}
	for (size_t i = 0; i < 6; i++)
		sbuf_fmt(out, "%s0x%" PRIx64, i ? ", " : "", call->args[i]);
}

/* How calls read, and the word for them where it is not their name; others are a list of fields. */
static const struct call_style {
	const char *word;
	call_text *text;
} styles[CALL_COUNT] = {
	[CALL_SOCKET] = { NULL, add_socket },
	[CALL_SOCKETPAIR] = { NULL, add_socket },
	[CALL_CONNECT] = { NULL, add_connect },
	[CALL_BIND] = { NULL, add_connect },
	[CALL_LISTEN] = { NULL, add_listen },
	[CALL_ACCEPT] = { NULL, add_accept },
	[CALL_ACCEPT4] = { "accept", add_accept },
	[CALL_SENDTO] = { NULL, add_sendto },
	[CALL_SEND] = { NULL, add_sendto },
	[CALL_SENDMSG] = { NULL, add_sendmsg },
	[CALL_SENDMMSG] = { NULL, add_sendmmsg },
	[CALL_EXECVE] = { "exec", add_exec },
	[CALL_EXECVEAT] = { "exec", add_exec },
	[CALL_CLONE] = { "spawn", add_clone },
	[CALL_CLONE3] = { "spawn", add_clone },
	[CALL_FORK] = { "spawn", add_clone },
	[CALL_VFORK] = { "spawn", add_clone },
};

const char *text_call_word(const struct call *call)
{
	const char *word = call->desc ? styles[call->desc->id].word : NULL;

	return word ? word : call->name;
}

void text_call(struct sbuf *out, const struct call *call, const struct socket_facts *facts)
{
	if (!call->desc) {
		add_raw_args(out, call);
		return;
	}
	if (call->values_len && call->values[0].status != VALUE_OK) {
		text_mark(out, call->values[0].status, call->values[0].num);
		return;
	}
	if (styles[call->desc->id].text)
		styles[call->desc->id].text(out, call, facts);
	else
		add_fields(out, call, facts);
}
