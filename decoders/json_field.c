#include "decoders/json_parts.h"

#include <fcntl.h>
#include <stdio.h>

#include "decoders/call_names.h"
#include "decoders/socket_names.h"

struct field_context {
	const struct call_field *field;
	const struct call *call;
	const struct socket_facts *facts;
};

typedef void field_json(struct json_out *out, const struct field_context *c, const struct value *v);

static void put_signed(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_integer((int32_t)v->num));
}

static void put_unsigned(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_unsigned(v->num));
}

static void put_hex(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_hex(v->num));
}

static void put_dirfd(struct json_out *out, const struct field_context *c, const struct value *v)
{
	if ((int32_t)v->num == AT_FDCWD)
		json_put(out, c->field->name, json_string("AT_FDCWD"));
	else
		put_signed(out, c, v);
}

static void put_family(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_name(socket_families, v->num));
}

static void put_socket_type(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	const uint64_t mask = SOCKET_TYPE_MASK;

	json_put(out, c->field->name, json_name(socket_types, v->num & mask));
	json_put_suffixed(
		out, c->field->name, "_flags", json_flags(socket_type_flags, v->num & ~mask));
}

static void put_protocol(struct json_out *out, const struct field_context *c, const struct value *v)
{
	const struct value *family = call_value(c->call, "family");
	const struct name_row *names = socket_protocols((int32_t)family->num);

	if (name_of(names, v->num))
		json_put(out, c->field->name, json_name(names, v->num));
	else
		put_signed(out, c, v);
}

static void put_socket_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_flags(socket_type_flags, v->num));
}

static void put_msg_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_flags(socket_msg_flags, v->num));
}

static void put_at_flags(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_flags(call_at_flags, v->num));
}

static void put_clone_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_flags(call_clone_flags, v->num));
}

static void put_signal(struct json_out *out, const struct field_context *c, const struct value *v)
{
	char name[32];

	if (v->num && v->num <= CALL_SIGNAL_MAX)
		json_put(out, c->field->name,
			json_string(call_signal_name((unsigned)v->num, name, sizeof(name))));
	else
		put_unsigned(out, c, v);
}

static void put_named(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_name(c->field->names, v->num));
}

static void put_named_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put(out, c->field->name, json_flags(c->field->names, v->num));
}

static void put_path(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_bytes(out, c->field->name, &v->bytes);
}

static void put_data(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_data(out, c->field->name, &v->bytes);
}

/* An element of argv: the string itself, or what is wrong with it. */
static json_t *element(const struct bytes_value *v)
{
	if (v->status == VALUE_OK)
		return json_bytes(v->data, v->len);
	if (v->status == VALUE_CUT)
		return json_pack("{s:s, s:o, s:o}", "status", "cut", "value",
			json_bytes(v->data, v->len), "len", json_unsigned(v->full_len));
	return json_pack("{s:s, s:o}", "status", "unreadable", "addr", json_hex(v->addr));
}

static json_t *elements(const struct strings_value *v)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < v->len; i++)
		if (json_array_append_new(array, element(&v->items[i]))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static void put_vector_status(struct json_out *out, const char *name, const struct value *v)
{
	if (v->strings.status == VALUE_CUT)
		json_put_suffixed(out, name, "_status", json_string("cut"));
	else
		json_put_status(out, name, v->strings.status, v->num, 0);
}

static void put_strings(struct json_out *out, const struct field_context *c, const struct value *v)
{
	const char *name = c->field->name;

	if (v->strings.status == VALUE_OK || v->strings.status == VALUE_CUT)
		json_put(out, name, elements(&v->strings));
	put_vector_status(out, name, v);
	if (v->strings.status == VALUE_CUT)
		json_put_suffixed(out, name, "_count", json_unsigned(v->strings.full_len));
}

static void put_environment(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	const char *name = c->field->name;

	if (v->strings.len)
		json_put(out, name, elements(&v->strings));
	put_vector_status(out, name, v);
	json_put_suffixed(out, name, "_count", json_unsigned(v->strings.full_len));
}

static void put_sockaddr(struct json_out *out, const struct field_context *c, const struct value *v)
{
	/* A sendto(2) without an address names none: nothing is missing. */
	if (c->call->desc->id == CALL_SENDTO && v->sockaddr->status == VALUE_NULL)
		return;
	json_put_sockaddr(out, c->field->name, v->sockaddr, c->facts);
}

static void put_fd_pair(struct json_out *out, const struct field_context *c, const struct value *v)
{
	const char *name = c->field->name;

	if (v->fd_pair.status == VALUE_OK)
		json_put(out, name, json_pack("[i, i]", v->fd_pair.fds[0], v->fd_pair.fds[1]));
	json_put_status(out, name, v->fd_pair.status, v->num, 0);
}

static void put_msg(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_msg(out, v->msg, c->facts);
}

static void put_msgs(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_msgs(out, c->field->name, v, c->facts);
}

static field_json *const types[VALUE_TYPES] = {
	[VALUE_INT] = put_signed,
	[VALUE_UINT] = put_unsigned,
	[VALUE_HEX] = put_hex,
	[VALUE_SIZE] = put_unsigned,
	[VALUE_FD] = put_signed,
	[VALUE_DIRFD] = put_dirfd,
	[VALUE_PID] = put_signed,
	[VALUE_FAMILY] = put_family,
	[VALUE_SOCKET_TYPE] = put_socket_type,
	[VALUE_PROTOCOL] = put_protocol,
	[VALUE_SOCKET_FLAGS] = put_socket_flags,
	[VALUE_MSG_FLAGS] = put_msg_flags,
	[VALUE_AT_FLAGS] = put_at_flags,
	[VALUE_CLONE_FLAGS] = put_clone_flags,
	[VALUE_SIGNAL] = put_signal,
	[VALUE_PATH] = put_path,
	[VALUE_BYTES] = put_data,
	[VALUE_STRINGS] = put_strings,
	[VALUE_ENVIRONMENT] = put_environment,
	[VALUE_SOCKADDR] = put_sockaddr,
	[VALUE_SOCKADDR_OUT] = put_sockaddr,
	[VALUE_FD_PAIR_OUT] = put_fd_pair,
	[VALUE_MSG] = put_msg,
	[VALUE_MSGS] = put_msgs,
	[VALUE_NAMED] = put_named,
	[VALUE_NAMED_FLAGS] = put_named_flags,
};

void json_put_field(struct json_out *out, const struct call_field *field, const struct value *v,
	const struct call *call, const struct socket_facts *facts)
{
	const struct field_context c = { field, call, facts };

	if (v->status != VALUE_OK)
		json_put_status(out, field->name, v->status, v->num, v->num);
	else
		types[field->type](out, &c, v);
}
