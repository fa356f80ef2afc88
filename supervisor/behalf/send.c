#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "supervisor/behalf/impl.h"
#include "tracer/memory.h"

enum {
	PIECE = 1024 * 1024,        /* of a stream, at once */
	FEW = 2048,                 /* what needs no mapping */
	DATAGRAM_LEAST = 64 * 1024, /* what is always read whole, whatever the socket's buffer */
};

/* Our copy of the bytes to be sent. */
struct buffer {
	uint8_t *data;
	size_t size;
	uint8_t few[FEW];
};

/*
 * A mapping of its own, not a piece of the heap: with MSG_ZEROCOPY the kernel
 * goes on reading its pages after the call, and nothing else may come there.
 */
static int buffer_make(struct buffer *buffer, size_t size, int flags)
{
	buffer->data = buffer->few;
	buffer->size = size;
	if (size <= sizeof(buffer->few) && !(flags & MSG_ZEROCOPY))
		return 0;
	buffer->data = mmap(
		NULL, size ? size : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return buffer->data == MAP_FAILED ? -ENOBUFS : 0;
}

static void buffer_free(struct buffer *buffer)
{
	if (buffer->data != buffer->few)
		munmap(buffer->data, buffer->size ? buffer->size : 1);
}

/* Where in the message we are. */
struct cursor {
	const struct behalf_segment *segment;
	uint64_t offset; /* in it */
};

/* Copies the next `want` bytes, which are there by the segments' lengths. */
static int gather(pid_t tid, struct cursor *c, uint8_t *to, size_t want)
{
	while (want) {
		uint64_t n = c->segment->len - c->offset;

		if (n > want)
			n = want;
		if (n && task_memory_read(tid, c->segment->addr + c->offset, to, n) != (ssize_t)n)
			return -EFAULT;
		to += n;
		want -= n;
		c->offset += n;
		if (c->offset == c->segment->len)
			*c = (struct cursor){ .segment = c->segment + 1 };
	}
	return 0;
}

/* AF_ALG's sockets are SOCK_SEQPACKET that take their input in any pieces. */
static bool takes_pieces(const struct behalf *b)
{
	return b->socket.type == SOCK_STREAM || b->socket.family == AF_ALG;
}

/* No datagram is larger than the socket's buffer (sock_alloc_send_pskb() and others). */
static size_t datagram_limit(const struct behalf *b)
{
	int size = 0;
	socklen_t len = sizeof(size);

	if (getsockopt(b->fd, SOL_SOCKET, SO_SNDBUF, &size, &len) < 0 || size < DATAGRAM_LEAST)
		return DATAGRAM_LEAST;
	return (size_t)size;
}

/* Flags that are about a message's first or last byte go with that piece. */
static int piece_flags(int flags, bool first, bool last)
{
	flags |= MSG_NOSIGNAL; /* the task gets the signal, not we */
	if (!first)
		flags &= ~MSG_FASTOPEN;
	if (!last)
		flags = (flags & ~(MSG_OOB | MSG_EOR)) | MSG_MORE;
	return flags;
}

struct sending {
	const struct behalf *b;
	const struct credentials_pair *who;
	const struct behalf_message *message;
	struct buffer buffer;
	struct cursor at;
	uint64_t total, done;
};

static int64_t send_piece(struct sending *s, size_t len)
{
	const struct behalf_message *m = s->message;
	bool first = s->done == 0, last = s->done + len == s->total;
	struct iovec iov = { .iov_base = s->buffer.data, .iov_len = len };
	struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;
	int flags;

	if (first && m->to) {
		header.msg_name = (void *)&m->to->bytes;
		header.msg_namelen = m->to->len;
	}
	if (first && m->control_len) {
		header.msg_control = (void *)m->control;
		header.msg_controllen = m->control_len;
	}
	if (credentials_take_on(s->who) < 0)
		return -EPERM;
	flags = piece_flags(m->flags, first, last) | (s->b->at_once ? MSG_DONTWAIT : 0);
	/* sendto(2) alone knows an address of no length, which is another thing than none. */
	if (header.msg_name && !header.msg_namelen)
		n = sendto(s->b->fd, s->buffer.data, len, flags, header.msg_name, 0);
	else
		n = sendmsg(s->b->fd, &header, flags);
	if (n < 0)
		n = -errno;
	credentials_give_back(s->who);
	return n;
}

/* Until all is sent, or the socket takes no more. */
static int64_t send_pieces(struct sending *s)
{
	do {
		uint64_t left = s->total - s->done;
		size_t len = left < s->buffer.size ? (size_t)left : s->buffer.size;
		int64_t n = gather(s->b->tid, &s->at, s->buffer.data, len);

		if (n == 0)
			n = send_piece(s, len);
		if (n < 0)
			return s->done ? (int64_t)s->done : n;
		s->done += (uint64_t)n;
		/* Of MSG_ZEROCOPY each call is counted: one of the task's is one of ours. */
		if ((size_t)n < len || (s->message->flags & MSG_ZEROCOPY))
			break;
	} while (s->done < s->total);
	return (int64_t)s->done;
}

static uint64_t sum(const struct behalf_message *message)
{
	uint64_t total = 0;

	/* The segments were bounded to MAX_RW_COUNT together. */
	for (size_t i = 0; i < message->segments_len; i++)
		total += message->segments[i].len;
	return total;
}

int64_t behalf_send(const struct behalf *b, const struct credentials_pair *who,
	const struct behalf_message *message, bool *all)
{
	struct sending s = {
		.b = b,
		.who = who,
		.message = message,
		.at = { .segment = message->segments },
		.total = sum(message),
	};
	bool pieces = takes_pieces(b);
	int64_t result;

	*all = false;
	if (!pieces && s.total > datagram_limit(b))
		return -EMSGSIZE;
	result = buffer_make(
		&s.buffer, pieces && s.total > PIECE ? PIECE : (size_t)s.total, message->flags);
	if (result < 0)
		return result;
	result = send_pieces(&s);
	buffer_free(&s.buffer);
	*all = result >= 0 && (uint64_t)result == s.total;
	return result;
}
