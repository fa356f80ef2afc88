#include "base/escape.h"

#include <stdint.h>
#include <string.h>

/* One code point, or one byte that is not part of well-formed UTF-8. */
struct rune {
	uint32_t code; /* the byte itself when !valid */
	size_t len;    /* bytes it takes, at least 1 */
	bool valid;
};

struct code_range {
	uint32_t first, last;
};

/*
 * Code points that are invisible, reorder text or end a line: Unicode 15
 * general categories Cf, Zl and Zp, Default_Ignorable_Code_Point, and the
 * annotation and noncharacters that no text needs. Sorted.
 */
static const struct code_range unsafe_ranges[] = {
	{ 0x0080, 0x009f },
	{ 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },
	{ 0x0600, 0x0605 },
	{ 0x061c, 0x061c },
	{ 0x06dd, 0x06dd },
	{ 0x070f, 0x070f },
	{ 0x0890, 0x0891 },
	{ 0x08e2, 0x08e2 },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0xfffe, 0xffff },
	{ 0x110bd, 0x110bd },
	{ 0x110cd, 0x110cd },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

/* Spaces that are not U+0020: shown, but never part of a plain word. */
static const struct code_range space_ranges[] = {
	{ 0x00a0, 0x00a0 },
	{ 0x1680, 0x1680 },
	{ 0x2000, 0x200a },
	{ 0x202f, 0x202f },
	{ 0x205f, 0x205f },
	{ 0x2800, 0x2800 },
	{ 0x3000, 0x3000 },
};

static bool in_ranges(uint32_t code, const struct code_range *ranges, size_t n)
{
	for (size_t i = 0; i < n && ranges[i].first <= code; i++)
		if (code <= ranges[i].last)
			return true;
	return false;
}

#define IN_RANGES(code, ranges) in_ranges(code, ranges, sizeof(ranges) / sizeof((ranges)[0]))

/* The forms of RFC 3629, section 4, by the first byte: the range of the second tells them apart. */
static size_t sequence_length(const uint8_t *p)
{
	uint8_t low = 0x80, high = 0xbf;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return 2;
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		low = p[0] == 0xe0 ? 0xa0 : low;
		high = p[0] == 0xed ? 0x9f : high;
		return p[1] >= low && p[1] <= high ? 3 : 0;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		low = p[0] == 0xf0 ? 0x90 : low;
		high = p[0] == 0xf4 ? 0x8f : high;
		return p[1] >= low && p[1] <= high ? 4 : 0;
	}
	return 0;
}

static struct rune next_rune(const uint8_t *p, size_t len)
{
	struct rune bad = { .code = p[0], .len = 1, .valid = false };
	struct rune r = { .code = p[0], .len = 1, .valid = true };

	if (p[0] < 0x80)
		return r;
	if (len < 2)
		return bad;
	r.len = sequence_length(p);
	if (r.len == 0 || r.len > len)
		return bad;
	r.code = p[0] & (0x7fu >> r.len);
	for (size_t i = 1; i < r.len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return bad;
		r.code = r.code << 6 | (p[i] & 0x3fu);
	}
	return r;
}

static bool rune_printable(const struct rune *r)
{
	if (!r->valid || r->code < 0x20 || r->code == 0x7f)
		return false;
	if (r->code < 0x80)
		return true;
	/* The last two code points of every plane are noncharacters. */
	return !IN_RANGES(r->code, unsafe_ranges) && (r->code & 0xfffe) != 0xfffe;
}

static void escape_rune(struct sbuf *out, const uint8_t *p, const struct rune *r)
{
	if (r->valid && r->code == '\\')
		sbuf_str(out, "\\\\");
	else if (rune_printable(r))
		sbuf_add(out, p, r->len);
	else if (r->valid && r->code == '\n')
		sbuf_str(out, "\\n");
	else if (r->valid && r->code == '\t')
		sbuf_str(out, "\\t");
	else if (r->valid && r->code == '\r')
		sbuf_str(out, "\\r");
	else if (!r->valid || r->code < 0x80)
		sbuf_fmt(out, "\\x%02x", (unsigned)r->code);
	else
		sbuf_fmt(out, "\\u{%x}", (unsigned)r->code);
}

void escape_text(struct sbuf *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		struct rune r = next_rune(p, len);

		escape_rune(out, p, &r);
		p += r.len;
		len -= r.len;
	}
}

/* How a word can be written: each form can hold what the ones before it can, and more. */
enum word_form {
	WORD_PLAIN,
	WORD_QUOTED,  /* '...': nothing inside is special */
	WORD_ESCAPED, /* $'...': with backslash escapes, as in bash and POSIX.1-2024 */
};

static enum word_form rune_form(const struct rune *r)
{
	if (!rune_printable(r) || r->code == '\'' || r->code == '\\')
		return WORD_ESCAPED;
	if (r->code >= 0x80)
		return IN_RANGES(r->code, space_ranges) ? WORD_QUOTED : WORD_PLAIN;
	if ((r->code >= '0' && r->code <= '9') || (r->code >= 'A' && r->code <= 'Z') ||
		(r->code >= 'a' && r->code <= 'z') || strchr("%+,-./:=@_^~", (int)r->code))
		return WORD_PLAIN;
	return WORD_QUOTED;
}

static enum word_form word_form(const uint8_t *p, size_t len)
{
	enum word_form form = len ? WORD_PLAIN : WORD_QUOTED;

	while (len) {
		struct rune r = next_rune(p, len);
		enum word_form needed = rune_form(&r);

		form = needed > form ? needed : form;
		p += r.len;
		len -= r.len;
	}
	return form;
}

void escape_word(struct sbuf *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	enum word_form form = word_form(p, len);

	if (form == WORD_PLAIN) {
		sbuf_add(out, p, len);
		return;
	}
	sbuf_str(out, form == WORD_ESCAPED ? "$'" : "'");
	while (len) {
		struct rune r = next_rune(p, len);

		if (r.valid && r.code == '\'')
			sbuf_str(out, "\\'");
		else
			escape_rune(out, p, &r);
		p += r.len;
		len -= r.len;
	}
	sbuf_char(out, '\'');
}

bool utf8_valid(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		struct rune r = next_rune(p, len);

		if (!r.valid)
			return false;
		p += r.len;
		len -= r.len;
	}
	return true;
}
