#include "decoders/call.h"

#include <string.h>
#include <sys/socket.h>

const struct value *call_value(const struct call *call, const char *field)
{
	for (size_t i = 0; i < call->values_len; i++)
		if (strcmp(call->desc->fields[i].name, field) == 0)
			return &call->values[i];
	return NULL;
}

/* Of what could not be read, num is the address it was to be read from. */
static bool is_number(const struct value *value)
{
	return value && value->status == VALUE_OK;
}

struct socket_facts call_asked_socket(const struct call *call)
{
	const struct value *family = call_value(call, "family"), *type = call_value(call, "type"),
			   *protocol = call_value(call, "protocol");

	if (!is_number(family) || !is_number(type) || !is_number(protocol))
		return (struct socket_facts){ 0 };
	return (struct socket_facts){
		.known = true,
		.family = (int)family->num,
		.type = (int)type->num & ~(SOCK_CLOEXEC | SOCK_NONBLOCK),
		.protocol = (int)protocol->num,
	};
}

/* An address that names a destination: for a send, NULL is no address, and no fault. */
static const struct sockaddr_value *named(const struct call *call, const struct value *v)
{
	bool optional = call->desc->id == CALL_SENDTO;

	return optional && v->sockaddr->status == VALUE_NULL ? NULL : v->sockaddr;
}

/* Stand for the destinations that a message would have named, had it been read. */
static const struct sockaddr_value unread = { .status = VALUE_UNREADABLE };
static const struct sockaddr_value cut = { .status = VALUE_CUT };

static const struct sockaddr_value *name_of_msg(const struct msg_value *m)
{
	if (m->status == VALUE_CUT)
		return &cut;
	return m->status == VALUE_OK ? m->name : &unread;
}

static const struct sockaddr_value *nth_name(const struct msgs_value *msgs, size_t i)
{
	for (size_t m = 0; m < msgs->len; m++) {
		const struct sockaddr_value *name = name_of_msg(&msgs->items[m]);

		if (name && i-- == 0)
			return name;
	}
	return msgs->len < msgs->full_len && i == 0 ? &cut : NULL;
}

const struct sockaddr_value *call_destination(const struct call *call, size_t i)
{
	for (size_t f = 0; f < call->values_len; f++) {
		const struct value *v = &call->values[f];

		if (v->type == VALUE_SOCKADDR)
			return i == 0 ? named(call, v) : NULL;
		if (v->type == VALUE_MSG)
			return i == 0 ? name_of_msg(v->msg) : NULL;
		if (v->type == VALUE_MSGS)
			return nth_name(&v->msgs, i);
	}
	return NULL;
}

const struct msg_value *call_message(const struct call *call, size_t i)
{
	for (size_t f = 0; f < call->values_len; f++) {
		const struct value *v = &call->values[f];

		if (v->type == VALUE_MSG)
			return i == 0 ? v->msg : NULL;
		if (v->type == VALUE_MSGS)
			return i < v->msgs.len ? &v->msgs.items[i] : NULL;
	}
	return NULL;
}

bool call_is_socketcall(const struct call *call)
{
	return call->abi->socketcall_nr >= 0 && call->nr == call->abi->socketcall_nr;
}
