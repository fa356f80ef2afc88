#include "decoders/json/parts.h"

#include <fcntl.h>

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
	record_number(out->record, c->field->name, (int32_t)v->num);
}

static void put_unsigned(struct json_out *out, const struct field_context *c, const struct value *v)
{
	record_unsigned(out->record, c->field->name, v->num);
}

static void put_hex(struct json_out *out, const struct field_context *c, const struct value *v)
{
	record_hex(out->record, c->field->name, v->num);
}

static void put_dirfd(struct json_out *out, const struct field_context *c, const struct value *v)
{
	if ((int32_t)v->num == AT_FDCWD)
		record_text(out->record, c->field->name, "AT_FDCWD");
	else
		put_signed(out, c, v);
}

static void put_family(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_name(out, c->field->name, socket_families, v->num);
}

static void put_socket_type(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	const uint64_t mask = SOCKET_TYPE_MASK;

	json_put_name(out, c->field->name, socket_types, v->num & mask);
	json_put_flags(out, json_key_suffixed(c->field->name, "_flags").text, socket_type_flags,
		v->num & ~mask);
	out->says_type = true;
}

static void put_protocol(struct json_out *out, const struct field_context *c, const struct value *v)
{
	const struct value *family = call_value(c->call, "family");
	const struct name_row *names = socket_protocols((int32_t)family->num);

	if (name_of(names, v->num))
		json_put_name(out, c->field->name, names, v->num);
	else
		put_signed(out, c, v);
}

static void put_socket_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_flags(out, c->field->name, socket_type_flags, v->num);
}

static void put_msg_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_flags(out, c->field->name, socket_msg_flags, v->num);
}

static void put_at_flags(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_flags(out, c->field->name, call_at_flags, v->num);
}

static void put_clone_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_flags(out, c->field->name, call_clone_flags, v->num);
}

static void put_signal(struct json_out *out, const struct field_context *c, const struct value *v)
{
	char name[32];

	if (v->num && v->num <= CALL_SIGNAL_MAX)
		record_text(out->record, c->field->name,
			call_signal_name((unsigned)v->num, name, sizeof(name)));
	else
		put_unsigned(out, c, v);
}

static void put_named(struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_name(out, c->field->name, c->field->names, v->num);
}

static void put_named_flags(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	json_put_flags(out, c->field->name, c->field->names, v->num);
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
static void put_element(struct record *record, const struct bytes_value *v)
{
	if (v->status == VALUE_OK) {
		record_bytes(record, NULL, v->data, v->len);
		return;
	}
	record_object_open(record, NULL);
	if (v->status == VALUE_CUT) {
		record_text(record, "status", "cut");
		record_bytes(record, "value", v->data, v->len);
		record_unsigned(record, "len", v->full_len);
	} else {
		record_text(record, "status", "unreadable");
		record_hex(record, "addr", v->addr);
	}
	record_object_close(record);
}

static void put_elements(struct record *record, const char *name, const struct strings_value *v)
{
	record_array_open(record, name);
	for (size_t i = 0; i < v->len; i++)
		put_element(record, &v->items[i]);
	record_array_close(record);
}

static void put_vector_status(struct json_out *out, const char *name, const struct value *v)
{
	if (v->strings.status == VALUE_CUT)
		record_text(out->record, json_key_suffixed(name, "_status").text, "cut");
	else
		json_put_status(out, name, v->strings.status, v->num, 0);
}

static void put_strings(struct json_out *out, const struct field_context *c, const struct value *v)
{
	const char *name = c->field->name;

	if (v->strings.status == VALUE_OK || v->strings.status == VALUE_CUT)
		put_elements(out->record, name, &v->strings);
	put_vector_status(out, name, v);
	if (v->strings.status == VALUE_CUT)
		record_unsigned(
			out->record, json_key_suffixed(name, "_count").text, v->strings.full_len);
}

static void put_environment(
	struct json_out *out, const struct field_context *c, const struct value *v)
{
	const char *name = c->field->name;

	if (v->strings.len)
		put_elements(out->record, name, &v->strings);
	put_vector_status(out, name, v);
	record_unsigned(out->record, json_key_suffixed(name, "_count").text, v->strings.full_len);
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

	if (v->fd_pair.status == VALUE_OK) {
		record_array_open(out->record, name);
		record_number(out->record, NULL, v->fd_pair.fds[0]);
		record_number(out->record, NULL, v->fd_pair.fds[1]);
		record_array_close(out->record);
	}
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
