#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/behalf/impl.h"
#include "supervisor/socket_dup.h"

/* A control message as it stands in the task's bytes. */
struct given {
	uint64_t len;
	int32_t level, type;
	const uint8_t *data;
	size_t data_len;
};

static uint64_t word_at(const uint8_t *p, unsigned size)
{
	uint64_t wide = 0;
	uint32_t narrow = 0;

	if (size == sizeof(narrow)) {
		memcpy(&narrow, p, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, p, sizeof(wide));
	return wide;
}

/* struct cmsghdr: a length of the task's word size, two ints. */
static size_t head_size(unsigned word)
{
	return word + 2 * sizeof(int32_t);
}

/* Reads the next one and moves on. CMSG_OK() in linux/socket.h decides what is one. */
static bool next_given(unsigned word, const uint8_t **at, size_t *left, struct given *out)
{
	const size_t head = head_size(word);
	size_t used;

	out->len = word_at(*at, word);
	memcpy(&out->level, *at + word, sizeof(out->level));
	memcpy(&out->type, *at + word + sizeof(out->level), sizeof(out->type));
	if (out->len < head || out->len > *left)
		return false;
	out->data = *at + head;
	out->data_len = (size_t)out->len - head;
	used = ((size_t)out->len + word - 1) / word * word;
	if (used > *left)
		used = *left;
	*at += used;
	*left -= used;
	return true;
}

/* SCM_RIGHTS: each descriptor of the task's becomes one of ours. */
static int translate_fds(
	const struct behalf *b, struct behalf_control *out, uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int32_t fd;

		if (out->fds_len == sizeof(out->fds) / sizeof(out->fds[0]))
			return -EINVAL; /* scm_fp_copy() in net/core/scm.c */
		memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
		fd = fd < 0 ? -EBADF : socket_dup(b->pid, b->tid, fd);
		if (fd < 0)
			return fd;
		out->fds[out->fds_len++] = fd;
		memcpy(data + i * sizeof(fd), &fd, sizeof(fd));
	}
	return 0;
}

/*
 * SCM_CREDENTIALS: judged here as the kernel would judge the task. Only who has
 * CAP_SYS_ADMIN can name another process than itself, so the receiver of an
 * ordinary task's gets our pid, as it does by SO_PEERCRED.
 */
static int translate_creds(
	const struct behalf *b, const struct credentials_pair *who, uint8_t *data, size_t len)
{
	struct ucred claimed;

	if (len != sizeof(claimed))
		return -EINVAL;
	memcpy(&claimed, data, sizeof(claimed));
	if (!credentials_may_claim(&who->task, b->pid, &claimed))
		return -EPERM;
	if (!credentials_capable(&who->task, CAP_SYS_ADMIN))
		claimed.pid = getpid();
	memcpy(data, &claimed, sizeof(claimed));
	return 0;
}

static int translate(const struct behalf *b, const struct credentials_pair *who,
	struct behalf_control *out, const struct given *given, uint8_t *data)
{
	if (given->level != SOL_SOCKET)
		return 0;
	if (given->type == SCM_RIGHTS)
		return translate_fds(b, out, data, given->data_len / sizeof(int32_t));
	if (given->type == SCM_CREDENTIALS)
		return translate_creds(b, who, data, given->data_len);
	return 0;
}

static int append(const struct behalf *b, const struct credentials_pair *who,
	struct behalf_control *out, const struct given *given)
{
	struct cmsghdr head = {
		.cmsg_len = CMSG_LEN(given->data_len),
		.cmsg_level = given->level,
		.cmsg_type = given->type,
	};
	uint8_t *at = out->bytes + out->len;

	memcpy(at, &head, sizeof(head));
	memcpy(at + CMSG_LEN(0), given->data, given->data_len);
	out->len += CMSG_SPACE(given->data_len);
	return translate(b, who, out, given, at + CMSG_LEN(0));
}

/* ____sys_sendmsg() in net/socket.c; what we have no room for is as what it has none for. */
static int check_control(const struct msg_value *msg)
{
	if (msg->control_len > INT_MAX)
		return -ENOBUFS;
	if (msg->control)
		return 0;
	return msg->control_status == VALUE_UNREADABLE ? -EFAULT : -ENOBUFS;
}

int behalf_control_make(const struct behalf *b, const struct credentials_pair *who,
	const struct msg_value *msg, struct behalf_control *out)
{
	const unsigned word = b->call->abi->word_size;
	const uint8_t *at = msg->control;
	size_t left = (size_t)msg->control_len;
	int rc = msg->control_len ? check_control(msg) : 0;

	out->bytes = NULL;
	out->len = out->fds_len = 0;
	if (rc < 0 || !left)
		return rc;
	/* Each head grows to ours: by 4 bytes and 4 of alignment at most. */
	out->bytes = calloc(1, left + left / head_size(word) * 8 + CMSG_SPACE(0));
	if (!out->bytes)
		return -ENOMEM;
	while (left >= head_size(word)) {
		struct given given;

		if (!next_given(word, &at, &left, &given))
			return -EINVAL;
		rc = append(b, who, out, &given);
		if (rc < 0)
			return rc;
	}
	return 0;
}

void behalf_control_free(struct behalf_control *control)
{
	for (size_t i = 0; i < control->fds_len; i++)
		close(control->fds[i]);
	free(control->bytes);
}
