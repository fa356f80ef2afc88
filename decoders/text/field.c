#include "decoders/text/parts.h"

#include <fcntl.h>
#include <inttypes.h>

#include "decoders/call_names.h"

typedef void field_text(struct sbuf *out, const struct call_field *field, const struct value *v);

static void add_signed(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	(void)field;
	sbuf_int(out, (int32_t)v->num);
}

static void add_unsigned(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	(void)field;
	sbuf_uint(out, v->num);
}

static void add_hex(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	(void)field;
	sbuf_fmt(out, "0x%" PRIx64, v->num);
}

static void add_dirfd(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	if ((int32_t)v->num == AT_FDCWD)
		sbuf_str(out, "AT_FDCWD");
	else
		add_signed(out, field, v);
}

static void add_named(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	const char *name = name_of(field->names, v->num);

	if (name)
		sbuf_str(out, name);
	else
		add_hex(out, field, v);
}

static void add_bits(struct sbuf *out, const struct name_row *names, uint64_t num)
{
	if (num)
		text_flags(out, names, num);
	else
		sbuf_char(out, '0');
}

static void add_named_flags(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	add_bits(out, field->names, v->num);
}

static void add_clone_flags(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	(void)field;
	add_bits(out, call_clone_flags, v->num);
}

static void add_bytes(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	(void)field;
	if (v->bytes.status == VALUE_NOT_READ)
		sbuf_fmt(out, "<%" PRIu64 " bytes>", v->bytes.full_len);
	else
		text_bytes(out, &v->bytes);
}

/* Only types that calls without a text of their own have. */
static field_text *const types[VALUE_TYPES] = {
	[VALUE_INT] = add_signed,
	[VALUE_UINT] = add_unsigned,
	[VALUE_HEX] = add_hex,
	[VALUE_SIZE] = add_unsigned,
	[VALUE_FD] = add_signed,
	[VALUE_DIRFD] = add_dirfd,
	[VALUE_PID] = add_signed,
	[VALUE_CLONE_FLAGS] = add_clone_flags,
	[VALUE_PATH] = add_bytes,
	[VALUE_BYTES] = add_bytes,
	[VALUE_NAMED] = add_named,
	[VALUE_NAMED_FLAGS] = add_named_flags,
};

void text_field(struct sbuf *out, const struct call_field *field, const struct value *v)
{
	sbuf_fmt(out, "%s=", field->name);
	if (v->status != VALUE_OK)
		text_mark(out, v->status, v->num);
	else if (types[field->type])
		types[field->type](out, field, v);
	else
		add_hex(out, field, v);
}
