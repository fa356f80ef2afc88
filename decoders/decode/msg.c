#include "decoders/decode/parts.h"

#include <limits.h>
#include <string.h>
#include <sys/socket.h>

enum {
	MSG_IOV_MAX = 1024, /* UIO_MAXIOV: more is EMSGSIZE; of sendmmsg(2)'s vlen, ignored */
	MSG_IOV_AT_ONCE = 64,
	MSG_CONTROL_KEPT = 16384, /* more than the kernel's default limit leaves room for */
	MSG_CMSGS_KEPT = 256,
	MSG_FDS_KEPT = 253, /* SCM_MAX_FD */
	MSG_DATA_KEPT = 256,
};

/* Words of struct user_msghdr, which has the same order in both sizes; msg_namelen,
 * msg_flags are ints in the words' first half. */
enum msghdr_word {
	MSGHDR_NAME,
	MSGHDR_NAMELEN,
	MSGHDR_IOV,
	MSGHDR_IOVLEN,
	MSGHDR_CONTROL,
	MSGHDR_CONTROLLEN,
	MSGHDR_FLAGS,
	MSGHDR_WORDS
};

static const struct msg_value no_room = { .status = VALUE_CUT };

static uint64_t add_bounded(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Sums the segments; keeps the first bytes of them when contents are wanted. */
static void decode_iov(struct decoder *d, uint64_t addr, struct msg_value *m)
{
	uint8_t words[MSG_IOV_AT_ONCE * 2 * 8];
	const size_t size = 2 * d->mem.word_size;

	m->iov_addr = addr;
	m->data = (struct bytes_value){ .addr = addr, .status = VALUE_NOT_READ };
	if (m->iov_len > MSG_IOV_MAX) {
		m->data.status = VALUE_BAD_LENGTH;
		return;
	}
	for (uint64_t i = 0; i < m->iov_len; i++) {
		size_t at = (size_t)(i % MSG_IOV_AT_ONCE);
		size_t n = (size_t)(m->iov_len - i);

		if (n > MSG_IOV_AT_ONCE)
			n = MSG_IOV_AT_ONCE;
		if (at == 0 && (addr > UINT64_MAX - i * size ||
				       !memory_read(&d->mem, addr + i * size, words, n * size))) {
			m->data.status = VALUE_UNREADABLE;
			break;
		}
		m->bytes = add_bounded(m->bytes, memory_word_at(&d->mem, words, 2 * at + 1));
		if (i == 0 && d->contents)
			m->data = memory_bytes(&d->mem, memory_word_at(&d->mem, words, 0),
				memory_word_at(&d->mem, words, 1), MSG_DATA_KEPT);
	}
	m->data.full_len = m->bytes;
	if (m->data.status == VALUE_OK && m->data.len < m->bytes)
		m->data.status = VALUE_CUT; /* more segments */
}

static void keep_fds(struct decoder *d, const uint8_t *data, size_t len, struct cmsg_value *c)
{
	size_t n = len / sizeof(int32_t);
	int32_t *fds;

	if (n > MSG_FDS_KEPT)
		n = MSG_FDS_KEPT;
	fds = n ? arena_alloc(d->arena, n * sizeof(*fds)) : NULL;
	if (!fds)
		return;
	memcpy(fds, data, n * sizeof(*fds));
	c->fds = fds;
	c->fds_len = n;
}

static void keep_creds(const uint8_t *data, size_t len, struct cmsg_value *c)
{
	struct ucred creds;

	if (len < sizeof(creds))
		return;
	memcpy(&creds, data, sizeof(creds));
	c->has_creds = true;
	c->pid = creds.pid;
	c->uid = creds.uid;
	c->gid = creds.gid;
}

/* The cmsghdr at the head of what is left; its length in *used, 0 when there is none. */
static struct cmsg_value decode_cmsg(struct decoder *d, const uint8_t *p, size_t left, size_t *used)
{
	const size_t word = d->mem.word_size, head = word + 2 * sizeof(int32_t);
	struct cmsg_value c = { 0 };

	*used = 0;
	if (left < head)
		return c;
	c.len = memory_word_at(&d->mem, p, 0);
	memcpy(&c.level, p + word, sizeof(c.level));
	memcpy(&c.type, p + word + sizeof(c.level), sizeof(c.type));
	if (c.len < head || c.len > left)
		return c; /* CMSG_OK() in linux/socket.h: EINVAL */
	if (c.level == SOL_SOCKET && c.type == SCM_RIGHTS)
		keep_fds(d, p + head, (size_t)c.len - head, &c);
	if (c.level == SOL_SOCKET && c.type == SCM_CREDENTIALS)
		keep_creds(p + head, (size_t)c.len - head, &c);
	*used = ((size_t)c.len + word - 1) / word * word; /* CMSG_ALIGN */
	return c;
}

static void decode_cmsgs(struct decoder *d, const uint8_t *p, size_t left, struct msg_value *m)
{
	const size_t head = d->mem.word_size + 2 * sizeof(int32_t);
	size_t max = left / head < MSG_CMSGS_KEPT ? left / head : MSG_CMSGS_KEPT;
	struct cmsg_value *cmsgs = max ? arena_alloc(d->arena, max * sizeof(*cmsgs)) : NULL;

	if (!cmsgs) {
		m->control_status = max ? VALUE_CUT : m->control_status;
		return;
	}
	m->cmsgs = cmsgs;
	while (left >= head) {
		size_t used;

		if (m->cmsgs_len == max) {
			m->control_status = VALUE_CUT;
			break;
		}
		cmsgs[m->cmsgs_len++] = decode_cmsg(d, p, left, &used);
		if (!used) {
			if (m->control_status == VALUE_OK)
				m->control_status = VALUE_BAD_LENGTH;
			break;
		}
		p += used < left ? used : left;
		left -= used < left ? used : left;
	}
}

static void decode_control(struct decoder *d, uint64_t addr, struct msg_value *m)
{
	size_t kept = m->control_len < MSG_CONTROL_KEPT ? (size_t)m->control_len : MSG_CONTROL_KEPT;
	uint8_t *control;

	m->control_addr = addr;
	if (!m->control_len)
		return;
	if (m->control_len > INT_MAX) {
		m->control_status = VALUE_BAD_LENGTH; /* ENOBUFS: ____sys_sendmsg() */
		return;
	}
	control = arena_alloc(d->arena, kept);
	if (!control || kept < m->control_len)
		m->control_status = VALUE_CUT;
	if (!control)
		return;
	if (!memory_read(&d->mem, addr, control, kept)) {
		m->control_status = VALUE_UNREADABLE;
		return;
	}
	if (kept == m->control_len)
		m->control = control;
	decode_cmsgs(d, control, kept, m);
}

/* The destination: an over-long one is cut, not refused (__copy_msghdr() in net/socket.c). */
static const struct sockaddr_value *decode_name(struct decoder *d, uint64_t addr, int32_t len)
{
	if (!addr || !len)
		return NULL;
	if (len > (int32_t)sizeof(struct sockaddr_storage))
		len = (int32_t)sizeof(struct sockaddr_storage);
	return decode_sockaddr_at(d, addr, len);
}

static size_t msghdr_size(const struct decoder *d)
{
	return (size_t)MSGHDR_WORDS * d->mem.word_size;
}

/* The msghdr itself has been read into `header`. */
static void decode_msghdr(struct decoder *d, const uint8_t *header, struct msg_value *m)
{
	uint64_t words[MSGHDR_WORDS];

	for (size_t i = 0; i < MSGHDR_WORDS; i++)
		words[i] = memory_word_at(&d->mem, header, i);
	m->name = decode_name(d, words[MSGHDR_NAME], (int32_t)words[MSGHDR_NAMELEN]);
	m->iov_len = words[MSGHDR_IOVLEN];
	decode_iov(d, words[MSGHDR_IOV], m);
	m->control_len = words[MSGHDR_CONTROLLEN];
	decode_control(d, words[MSGHDR_CONTROL], m);
}

static void decode_msg_at(struct decoder *d, uint64_t addr, struct msg_value *m)
{
	uint8_t header[MSGHDR_WORDS * 8];

	m->addr = addr;
	if (!addr)
		m->status = VALUE_NULL;
	else if (!memory_read(&d->mem, addr, header, msghdr_size(d)))
		m->status = VALUE_UNREADABLE;
	else
		decode_msghdr(d, header, m);
}

void decode_msg(struct decoder *d, const struct call_field *field, struct value *v)
{
	struct msg_value *m = arena_alloc(d->arena, sizeof(*m));

	(void)field;
	v->msg = m ? m : &no_room;
	if (m)
		decode_msg_at(d, v->num, m);
}

/* struct mmsghdr: a msghdr, an int, and padding to a word. */
static size_t mmsghdr_size(const struct decoder *d)
{
	return msghdr_size(d) + d->mem.word_size;
}

void decode_msgs(struct decoder *d, const struct call_field *field, struct value *v)
{
	uint32_t vlen = (uint32_t)decode_number(d, field->len_arg);
	size_t room = arena_left(d->arena) / 2 / sizeof(struct msg_value);
	struct msg_value *items;
	size_t n;

	v->msgs.full_len = vlen < MSG_IOV_MAX ? vlen : MSG_IOV_MAX;
	if (!v->msgs.full_len)
		return;
	if (!v->num) {
		v->msgs.status = VALUE_NULL;
		return;
	}
	n = v->msgs.full_len < room ? v->msgs.full_len : room;
	items = n ? arena_alloc(d->arena, n * sizeof(*items)) : NULL;
	v->msgs.items = items;
	for (size_t i = 0; items && i < n; i++) {
		uint64_t addr = v->num + i * mmsghdr_size(d);

		decode_msg_at(d, addr < v->num ? UINT64_MAX : addr, &items[i]);
		v->msgs.len++;
		if (items[i].status != VALUE_OK)
			break; /* as the kernel: those before it are sent */
	}
	if (v->msgs.len == 1 && items[0].status != VALUE_OK)
		v->msgs.status = items[0].status;
	else if (v->msgs.len < n || !items || n < v->msgs.full_len)
		v->msgs.status = VALUE_CUT;
}

void decode_msgs_result(struct decoder *d, struct value *v, uint64_t count)
{
	struct msg_value *items = (struct msg_value *)v->msgs.items;

	for (size_t i = 0; i < v->msgs.len && i < count; i++)
		if (items[i].addr <= UINT64_MAX - msghdr_size(d))
			(void)memory_read(&d->mem, items[i].addr + msghdr_size(d), &items[i].sent,
				sizeof(items[i].sent));
}
