#include "tracer/stack/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STRINGS = 3, STRING_MAX = 4096 };

/* A string that is not there. */
static const uint32_t absent = UINT32_MAX;

struct wire_head {
	uint32_t end, len;
};

struct wire_frame {
	uint64_t address, offset;
	uint32_t line, lack, inlined;
	uint32_t strings[STRINGS]; /* lengths: module, symbol, source; their bytes follow */
};

static bool send_all(int socket, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t n = send(socket, at, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

/* Head and body at once, as far as the socket takes them. Returns the bytes sent. */
static ssize_t send_begin(
	int socket, const struct stack_message *head, const void *body, size_t len, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov[] = { { (void *)(uintptr_t)head, sizeof(*head) },
		{ (void *)(uintptr_t)body, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	struct cmsghdr *cmsg;
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}
	do
		n = sendmsg(socket, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n;
}

bool stack_wire_send(int socket, enum stack_message_type type, const void *body, size_t len, int fd)
{
	struct stack_message head = { .type = type, .len = (uint32_t)len };

	size_t sent;
	ssize_t n;

	if (len > STACK_MESSAGE_MAX)
		return false;
	n = send_begin(socket, &head, body, len, fd);
	if (n <= 0)
		return false;
	sent = (size_t)n;
	if (sent < sizeof(head))
		return send_all(socket, (const char *)&head + sent, sizeof(head) - sent) &&
		       send_all(socket, body, len);
	sent -= sizeof(head);
	return send_all(socket, (const char *)body + sent, len - sent);
}

bool stack_wire_body(int socket, void *body, size_t len)
{
	char *at = body;

	while (len) {
		ssize_t n = recv(socket, at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static int take_descriptor(struct msghdr *msg)
{
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS &&
		cmsg->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	return fd;
}

bool stack_wire_head(int socket, struct stack_message *head, int *fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { .iov_base = head, .iov_len = sizeof(*head) };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	*fd = take_descriptor(&msg);
	if (stack_wire_body(socket, (char *)head + n, sizeof(*head) - (size_t)n) &&
		head->len <= STACK_MESSAGE_MAX)
		return true;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return false;
}

void stack_encode(struct sbuf *out, const struct stack *stack)
{
	const struct wire_head head = { .end = stack->end, .len = (uint32_t)stack->len };

	sbuf_add(out, &head, sizeof(head));
	for (size_t i = 0; i < stack->len; i++) {
		const struct stack_frame *frame = &stack->frames[i];
		const char *const strings[STRINGS] = { frame->module, frame->symbol,
			frame->source };
		struct wire_frame wire;

		memset(&wire, 0, sizeof(wire));
		wire.address = frame->address;
		wire.offset = frame->offset;
		wire.line = frame->line;
		wire.lack = frame->lack;
		wire.inlined = frame->inlined;
		for (int s = 0; s < STRINGS; s++)
			wire.strings[s] =
				strings[s] ? (uint32_t)strnlen(strings[s], STRING_MAX) : absent;
		sbuf_add(out, &wire, sizeof(wire));
		for (int s = 0; s < STRINGS; s++)
			sbuf_add(out, strings[s], strings[s] ? wire.strings[s] : 0);
	}
}

/* What is left of a body. */
struct rest {
	const char *at;
	size_t len;
};

static bool take_bytes(struct rest *rest, void *out, size_t len)
{
	if (len > rest->len)
		return false;
	memcpy(out, rest->at, len);
	rest->at += len;
	rest->len -= len;
	return true;
}

static bool take_string(struct rest *rest, uint32_t len, struct arena *arena, const char **out)
{
	char *copy;

	*out = NULL;
	if (len == absent)
		return true;
	copy = len <= STRING_MAX ? arena_alloc(arena, len + 1) : NULL;
	if (!copy || !take_bytes(rest, copy, len) || memchr(copy, '\0', len))
		return false;
	*out = copy;
	return true;
}

static bool take_frame(struct rest *rest, struct arena *arena, struct stack_frame *frame)
{
	struct wire_frame wire;

	if (!take_bytes(rest, &wire, sizeof(wire)) || wire.lack >= STACK_LACK_COUNT ||
		wire.inlined > 1)
		return false;
	*frame = (struct stack_frame){ .address = wire.address,
		.offset = wire.offset,
		.line = wire.line,
		.lack = (enum stack_lack)wire.lack,
		.inlined = wire.inlined };
	return take_string(rest, wire.strings[0], arena, &frame->module) &&
	       take_string(rest, wire.strings[1], arena, &frame->symbol) &&
	       take_string(rest, wire.strings[2], arena, &frame->source) &&
	       !frame->source == !frame->line;
}

bool stack_decode(const void *body, size_t len, size_t max, struct arena *arena, struct stack *out)
{
	struct rest rest = { body, len };
	struct stack_frame *frames;
	struct wire_head head;

	if (!take_bytes(&rest, &head, sizeof(head)) || head.end >= STACK_END_COUNT ||
		head.len > max)
		return false;
	frames = arena_alloc(arena, (head.len + 1) * sizeof(*frames));
	for (size_t i = 0; i < head.len; i++) {
		if (!frames || !take_frame(&rest, arena, &frames[i]))
			return false;
	}
	*out = (struct stack){ .frames = frames, .len = head.len, .end = (enum stack_end)head.end };
	return frames && !rest.len;
}
