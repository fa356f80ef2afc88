#include "decoders/text/parts.h"

#include <inttypes.h>

#include "base/escape.h"

void text_gap(struct sbuf *out, size_t start)
{
	if (out->len > start)
		sbuf_str(out, "  ");
}

void text_mark(struct sbuf *out, enum value_status status, uint64_t num)
{
	static const char *const marks[] = {
		[VALUE_OK] = "ok",
		[VALUE_NULL] = "null",
		[VALUE_UNREADABLE] = "unreadable",
		[VALUE_CUT] = "cut",
		[VALUE_BAD_LENGTH] = "bad length",
		[VALUE_NOT_READ] = "not read",
	};

	sbuf_fmt(out, "<%s", marks[status]);
	if (status == VALUE_UNREADABLE)
		sbuf_fmt(out, " 0x%" PRIx64, num);
	if (status == VALUE_BAD_LENGTH)
		sbuf_fmt(out, " %" PRId64, (int64_t)num);
	sbuf_char(out, '>');
}

void text_name(struct sbuf *out, const struct name_row *names, uint64_t num, const char *word)
{
	const char *name = name_of(names, num);

	if (name)
		sbuf_str(out, name);
	else
		sbuf_fmt(out, "%s %" PRIu64, word, num);
}

void text_flags(struct sbuf *out, const struct name_row *names, uint64_t num)
{
	const char *comma = "";

	for (; names->name; names++) {
		if (!names->value || (num & names->value) != names->value)
			continue;
		sbuf_fmt(out, "%s%s", comma, names->name);
		num &= ~names->value;
		comma = ",";
	}
	if (num)
		sbuf_fmt(out, "%s0x%" PRIx64, comma, num);
}

void text_size(struct sbuf *out, uint64_t bytes)
{
	sbuf_fmt(out, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
}

void text_bytes(struct sbuf *out, const struct bytes_value *v)
{
	if (v->status != VALUE_OK && v->status != VALUE_CUT) {
		text_mark(out, v->status, v->status == VALUE_BAD_LENGTH ? v->full_len : v->addr);
		return;
	}
	escape_word(out, v->data, v->len);
	if (v->status == VALUE_CUT)
		sbuf_fmt(out, "<cut: %" PRIu64 " bytes>", v->full_len);
}

void text_strings(struct sbuf *out, const struct strings_value *v, uint64_t addr)
{
	if (v->status != VALUE_OK && v->status != VALUE_CUT) {
		text_mark(out, v->status, addr);
		return;
	}
	for (size_t i = 0; i < v->len; i++) {
		if (i)
			sbuf_char(out, ' ');
		text_bytes(out, &v->items[i]);
	}
	if (v->status == VALUE_CUT)
		sbuf_fmt(out, "%s<cut: %zu strings>", v->len ? " " : "", v->full_len);
}
