/* sendto, sendmsg, sendmmsg: from the decoded call to messages of ours. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "supervisor/behalf/impl.h"
#include "tracer/memory.h"

enum { IOV_MOST = 1024 /* UIO_MAXIOV */ };

/* Bytes that one call moves at most: MAX_RW_COUNT in include/linux/fs.h. */
static const uint64_t bytes_most = 0x7ffff000;

static int flags_of(const struct behalf *b)
{
	return (int)call_value(b->call, "flags")->num;
}

int64_t behalf_sendto(const struct behalf *b, const struct credentials_pair *who)
{
	const struct value *addr = call_value(b->call, "sockaddr");
	struct behalf_segment segment = { .addr = b->call->args[1], .len = b->call->args[2] };
	struct behalf_message message = {
		.segments = &segment, .segments_len = 1, .flags = flags_of(b)
	};
	struct behalf_address to;
	bool all;

	if (b->call->args_unreadable)
		return -EFAULT;
	if (segment.len > bytes_most)
		segment.len = bytes_most;
	if (addr && addr->sockaddr->addr) {
		int rc = behalf_address(b, who, addr->sockaddr, 0, &to);

		if (rc < 0)
			return rc;
		message.to = to.none ? NULL : &to;
	}
	return behalf_send(b, who, &message, &all);
}

static uint64_t word_at(const struct behalf *b, const uint8_t *words, size_t i)
{
	const unsigned size = b->call->abi->word_size;
	uint64_t word = 0;

	/* Little endian, as all our ABIs are. */
	memcpy(&word, words + i * size, size);
	return word;
}

/* A length that is negative as the task's ssize_t: import_iovec() in lib/iov_iter.c. */
static bool is_negative(const struct behalf *b, uint64_t len)
{
	return b->call->abi->word_size == 4 ? len > INT32_MAX : len > INT64_MAX;
}

/*
 * The segments, read again: what is sent grants nothing, so it need not be
 * what was judged. Returns how many, or -errno; *out is the caller's to free.
 */
static int read_segments(
	const struct behalf *b, const struct msg_value *m, struct behalf_segment **out)
{
	const size_t size = 2 * b->call->abi->word_size, n = (size_t)m->iov_len;
	cleanup_free uint8_t *words = NULL;
	cleanup_free struct behalf_segment *segments = NULL;
	uint64_t left = bytes_most;

	if (m->iov_len > IOV_MOST)
		return -EMSGSIZE;
	words = malloc(n * size + 1);
	segments = calloc(n + 1, sizeof(*segments));
	if (!words || !segments)
		return -ENOMEM;
	if (n && task_memory_read(b->tid, m->iov_addr, words, n * size) != (ssize_t)(n * size))
		return -EFAULT;
	for (size_t i = 0; i < n; i++) {
		segments[i].addr = word_at(b, words, 2 * i);
		segments[i].len = word_at(b, words, 2 * i + 1);
		if (is_negative(b, segments[i].len))
			return -EINVAL;
		if (segments[i].len > left)
			segments[i].len = left;
		left -= segments[i].len;
	}
	*out = take_ptr(segments);
	return (int)n;
}

static int check_message(const struct msg_value *m)
{
	if (m->status == VALUE_CUT)
		return -ENOMEM;
	return m->status == VALUE_OK ? 0 : -EFAULT;
}

/* `index` is that of the message's name among the call's destinations. */
static int64_t send_message(const struct behalf *b, const struct credentials_pair *who,
	const struct msg_value *m, size_t index, bool *all)
{
	cleanup_control struct behalf_control control = { 0 };
	cleanup_free struct behalf_segment *segments = NULL;
	struct behalf_message message = { .flags = flags_of(b) };
	struct behalf_address to;
	int rc = check_message(m);

	*all = false;
	if (rc == 0 && m->name)
		rc = behalf_address(b, who, m->name, index, &to);
	if (rc == 0)
		rc = read_segments(b, m, &segments);
	if (rc < 0)
		return rc;
	message.to = m->name && !to.none ? &to : NULL;
	message.segments = segments;
	message.segments_len = (size_t)rc;
	rc = behalf_control_make(b, who, m, &control);
	if (rc < 0)
		return rc;
	message.control = control.bytes;
	message.control_len = control.len;
	return behalf_send(b, who, &message, all);
}

int64_t behalf_sendmsg(const struct behalf *b, const struct credentials_pair *who)
{
	bool all;

	return send_message(b, who, call_value(b->call, "msg")->msg, 0, &all);
}

/* mmsghdr.msg_len, behind the seven words of the msghdr. */
static int write_sent(const struct behalf *b, const struct msg_value *m, uint32_t sent)
{
	uint64_t at = m->addr + (uint64_t)7 * b->call->abi->word_size;
	struct iovec local = { .iov_base = &sent, .iov_len = sizeof(sent) };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)at, .iov_len = sizeof(sent) };

	return process_vm_writev(b->tid, &local, 1, &remote, 1, 0) == sizeof(sent) ? 0 : -EFAULT;
}

/* __sys_sendmmsg() in net/socket.c: an error counts only when nothing was sent before it. */
int64_t behalf_sendmmsg(const struct behalf *b, const struct credentials_pair *who)
{
	const struct msgs_value *msgs = &call_value(b->call, "messages")->msgs;
	int64_t result = msgs->full_len && !msgs->len ? -EFAULT : 0;
	size_t named = 0, count = 0;

	while (result >= 0 && count < msgs->len) {
		const struct msg_value *m = &msgs->items[count];
		bool all;

		result = send_message(b, who, m, named, &all);
		if (result >= 0)
			result = write_sent(b, m, (uint32_t)result);
		if (result < 0)
			break;
		named += m->name != NULL;
		count++;
		if (!all)
			break;
	}
	return count ? (int64_t)count : result;
}
