#include "decoders/decode/parts.h"

#include <string.h>

#include "decoders/sockaddr.h"

/* Stands for an address that the arena has no room for. */
static const struct sockaddr_value no_room = { .status = VALUE_CUT };

const struct sockaddr_value *decode_sockaddr_at(struct decoder *d, uint64_t addr, int64_t len)
{
	struct sockaddr_value *s = arena_alloc(d->arena, sizeof(*s));

	if (!s)
		return &no_room;
	s->addr = addr;
	s->len = len;
	/* move_addr_to_kernel() in net/socket.c */
	if (!addr)
		s->status = VALUE_NULL;
	else if (len < 0 || len > (int64_t)sizeof(s->raw))
		s->status = VALUE_BAD_LENGTH;
	else if (!memory_read(&d->mem, addr, s->raw, (size_t)len))
		s->status = VALUE_UNREADABLE;
	else
		s->raw_len = (size_t)len;
	sockaddr_decode(s);
	return s;
}

void decode_sockaddr(struct decoder *d, const struct call_field *field, struct value *v)
{
	/* The length is an `int` to the kernel, whatever socklen_t is to libc. */
	v->sockaddr = decode_sockaddr_at(d, v->num, (int32_t)decode_number(d, field->len_arg));
}

/* At the entry: where the kernel would write the address, and for how many bytes there is room. */
void decode_sockaddr_out(struct decoder *d, const struct call_field *field, struct value *v)
{
	struct sockaddr_value *s = arena_alloc(d->arena, sizeof(*s));
	int32_t room = 0;

	v->sockaddr = s ? s : &no_room;
	if (!s)
		return;
	s->addr = v->num;
	s->status = v->num ? VALUE_NOT_READ : VALUE_NULL;
	if (v->num && !memory_read(&d->mem, decode_number(d, field->len_arg), &room, sizeof(room)))
		s->status = VALUE_UNREADABLE;
	s->len = room;
}

/*
 * At the exit: the kernel has written as much as there was room for, and the
 * full length where the room's size was (move_addr_to_user() in net/socket.c).
 */
void decode_sockaddr_result(struct decoder *d, const struct call_field *field, struct value *v)
{
	const struct sockaddr_value *before = v->sockaddr;
	struct sockaddr_value *s;
	int32_t full = 0;
	int64_t written;

	if (before->status != VALUE_NOT_READ)
		return;
	s = arena_alloc(d->arena, sizeof(*s));
	v->sockaddr = s ? s : &no_room;
	if (!s)
		return;
	s->addr = before->addr;
	if (!memory_read(&d->mem, decode_number(d, field->len_arg), &full, sizeof(full))) {
		s->status = VALUE_UNREADABLE;
		return;
	}
	s->len = full;
	written = full < before->len ? full : before->len;
	if (written < 0 || full > (int64_t)sizeof(s->raw))
		s->status = VALUE_BAD_LENGTH; /* not the kernel's doing: changed since */
	else if (!memory_read(&d->mem, s->addr, s->raw, (size_t)written))
		s->status = VALUE_UNREADABLE;
	else
		s->raw_len = (size_t)written;
	if (s->raw_len < (size_t)full && s->status == VALUE_OK)
		s->status = VALUE_CUT;
	sockaddr_decode(s);
}

void decode_fd_pair_result(struct decoder *d, const struct call_field *field, struct value *v)
{
	(void)field;
	v->fd_pair.status = VALUE_UNREADABLE;
	if (memory_read(&d->mem, v->num, v->fd_pair.fds, sizeof(v->fd_pair.fds)))
		v->fd_pair.status = VALUE_OK;
}
