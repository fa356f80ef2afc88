#include "decoders/json_read/parts.h"

#include <fcntl.h>
#include <string.h>

#include "decoders/call_names.h"
#include "decoders/socket_names.h"

struct field_in {
	const struct json_in *in;
	const struct call_field *field;
	const struct call *call;
	const struct json_node *value; /* the member of that name, or NULL */
};

/* Returns false when the member is not what it should be. */
typedef bool field_read(const struct field_in *f, struct value *out);

/* Signed numbers keep their low 32 bits: value.h. */
static bool read_signed(const struct field_in *f, struct value *out)
{
	int64_t number;

	if (!json_read_number(f->value, &number) || number < INT32_MIN || number > INT32_MAX)
		return false;
	out->num = (uint32_t)number;
	return true;
}

static bool read_unsigned(const struct field_in *f, struct value *out)
{
	return json_read_unsigned(f->value, &out->num);
}

static bool read_hex(const struct field_in *f, struct value *out)
{
	return json_read_hex(f->value, &out->num);
}

static bool read_dirfd(const struct field_in *f, struct value *out)
{
	const char *text = json_node_text(f->value);

	if (!text || strcmp(text, "AT_FDCWD") != 0)
		return read_signed(f, out);
	out->num = (uint32_t)AT_FDCWD;
	return true;
}

static bool read_family(const struct field_in *f, struct value *out)
{
	return json_read_name(f->value, socket_families, &out->num);
}

static bool read_socket_type(const struct field_in *f, struct value *out)
{
	uint64_t flags;

	if (!json_read_name(f->value, socket_types, &out->num) ||
		!json_read_flags(
			json_in_get(f->in, f->field->name, "_flags"), socket_type_flags, &flags))
		return false;
	out->num |= flags;
	return true;
}

static bool read_protocol(const struct field_in *f, struct value *out)
{
	const struct value *family = call_value(f->call, "family");
	const struct name_row *names = socket_protocols(family ? (int32_t)family->num : -1);

	return json_node_is(f->value, JSON_NODE_STRING) ? json_read_name(f->value, names, &out->num)
							: read_signed(f, out);
}

static bool read_socket_flags(const struct field_in *f, struct value *out)
{
	return json_read_flags(f->value, socket_type_flags, &out->num);
}

static bool read_msg_flags(const struct field_in *f, struct value *out)
{
	return json_read_flags(f->value, socket_msg_flags, &out->num);
}

static bool read_at_flags(const struct field_in *f, struct value *out)
{
	return json_read_flags(f->value, call_at_flags, &out->num);
}

static bool read_clone_flags(const struct field_in *f, struct value *out)
{
	return json_read_flags(f->value, call_clone_flags, &out->num);
}

static bool read_signal(const struct field_in *f, struct value *out)
{
	const char *text = json_node_text(f->value);
	char name[32];

	for (unsigned i = 1; text && i <= CALL_SIGNAL_MAX; i++) {
		if (strcmp(call_signal_name(i, name, sizeof(name)), text) == 0) {
			out->num = i;
			return true;
		}
	}
	return json_read_unsigned(f->value, &out->num);
}

static bool read_named(const struct field_in *f, struct value *out)
{
	return json_read_name(f->value, f->field->names, &out->num);
}

static bool read_named_flags(const struct field_in *f, struct value *out)
{
	return json_read_flags(f->value, f->field->names, &out->num);
}

static bool read_path(const struct field_in *f, struct value *out)
{
	json_in_bytes(f->in, f->field->name, &out->bytes);
	return true;
}

static bool read_data(const struct field_in *f, struct value *out)
{
	json_in_data(f->in, f->field->name, &out->bytes);
	return true;
}

/* An element of argv: the string itself, or what is wrong with it. */
static void read_element(
	const struct json_node *element, struct arena *arena, struct bytes_value *out)
{
	const struct json_in in = { .object = element, .arena = arena };
	const struct json_node *status = json_node_get(element, "status");

	if (!status) {
		out->data = (const uint8_t *)json_read_bytes(element, arena, &out->len);
		out->status = out->data ? VALUE_OK : VALUE_UNREADABLE;
		out->full_len = out->len;
		return;
	}
	out->data =
		(const uint8_t *)json_read_bytes(json_node_get(element, "value"), arena, &out->len);
	out->status = out->data ? VALUE_CUT : VALUE_UNREADABLE;
	out->full_len = json_in_number(&in, "len", "");
	json_read_hex(json_node_get(element, "addr"), &out->addr);
}

static bool read_strings(const struct field_in *f, struct value *out)
{
	struct strings_value *strings = &out->strings;
	const char *name = f->field->name;
	size_t len = json_node_count(f->value);
	struct bytes_value *items = len ? arena_alloc(f->in->arena, len * sizeof(*items)) : NULL;

	strings->status = json_in_status(f->in, name);
	for (size_t i = 0; items && i < len; i++)
		read_element(json_node_at(f->value, i), f->in->arena, &items[i]);
	strings->items = items;
	strings->len = items ? len : 0;
	strings->full_len = json_in_number(f->in, name, "_count");
	if (strings->status == VALUE_OK && !json_in_get(f->in, name, "_count"))
		strings->full_len = len;
	if (len && !items)
		strings->status = VALUE_CUT;
	return true;
}

/* An address with no bytes is one that is not there: value.h wants it all the same. */
static const struct sockaddr_value absent = { .status = VALUE_NULL };
static const struct sockaddr_value unread = { .status = VALUE_UNREADABLE };

static bool read_sockaddr(const struct field_in *f, struct value *out)
{
	bool optional = f->call->desc->id == CALL_SENDTO;
	bool there =
		json_in_get(f->in, "family", "") || json_in_get(f->in, f->field->name, "_status");

	out->sockaddr = json_in_sockaddr(f->in, f->field->name);
	if (!out->sockaddr)
		out->sockaddr = optional && !there ? &absent : &unread;
	return true;
}

static bool read_fd_pair(const struct field_in *f, struct value *out)
{
	out->fd_pair.status = json_in_status(f->in, f->field->name);
	for (size_t i = 0; i < 2; i++)
		out->fd_pair.fds[i] = (int32_t)json_node_integer(json_node_at(f->value, i));
	return true;
}

static bool read_msg(const struct field_in *f, struct value *out)
{
	out->msg = json_in_msg(f->in);
	return true;
}

static bool read_msgs(const struct field_in *f, struct value *out)
{
	json_in_msgs(f->in, f->field->name, &out->msgs);
	return true;
}

static field_read *const types[VALUE_TYPES] = {
	[VALUE_INT] = read_signed,
	[VALUE_UINT] = read_unsigned,
	[VALUE_HEX] = read_hex,
	[VALUE_SIZE] = read_unsigned,
	[VALUE_FD] = read_signed,
	[VALUE_DIRFD] = read_dirfd,
	[VALUE_PID] = read_signed,
	[VALUE_FAMILY] = read_family,
	[VALUE_SOCKET_TYPE] = read_socket_type,
	[VALUE_PROTOCOL] = read_protocol,
	[VALUE_SOCKET_FLAGS] = read_socket_flags,
	[VALUE_MSG_FLAGS] = read_msg_flags,
	[VALUE_AT_FLAGS] = read_at_flags,
	[VALUE_CLONE_FLAGS] = read_clone_flags,
	[VALUE_SIGNAL] = read_signal,
	[VALUE_PATH] = read_path,
	[VALUE_BYTES] = read_data,
	[VALUE_STRINGS] = read_strings,
	[VALUE_ENVIRONMENT] = read_strings,
	[VALUE_SOCKADDR] = read_sockaddr,
	[VALUE_SOCKADDR_OUT] = read_sockaddr,
	[VALUE_FD_PAIR_OUT] = read_fd_pair,
	[VALUE_MSG] = read_msg,
	[VALUE_MSGS] = read_msgs,
	[VALUE_NAMED] = read_named,
	[VALUE_NAMED_FLAGS] = read_named_flags,
};

bool json_field_is_number(enum value_type type)
{
	return type != VALUE_PATH && type != VALUE_BYTES && type != VALUE_STRINGS &&
	       type != VALUE_ENVIRONMENT && type != VALUE_SOCKADDR && type != VALUE_SOCKADDR_OUT &&
	       type != VALUE_FD_PAIR_OUT && type != VALUE_MSG && type != VALUE_MSGS;
}

void json_in_field(const struct json_in *in, const struct call_field *field,
	const struct call *call, struct value *out)
{
	const struct field_in f = { in, field, call, json_in_get(in, field->name, "") };

	out->type = field->type;
	out->status = VALUE_OK;
	/* The others mark themselves. */
	if (json_field_is_number(field->type))
		out->status = json_in_status(in, field->name);
	if (out->status == VALUE_OK && !types[field->type](&f, out))
		out->status = VALUE_UNREADABLE;
}
