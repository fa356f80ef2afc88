#include "report/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "decoders/json.h"

/* Integers up to here are exact in a reader's double. */
static const uint64_t exact_max = UINT64_C(1) << 53;

static const size_t dump_flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The code point at the beginning of valid UTF-8; *len is how many bytes it takes. */
static uint32_t first_rune(const unsigned char *s, size_t *len)
{
	uint32_t rune;

	*len = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	rune = *len == 1 ? s[0] : s[0] & (0x7fu >> *len);
	for (size_t i = 1; i < *len; i++)
		rune = rune << 6 | (s[i] & 0x3f);
	return rune;
}

static void add_unit(struct sbuf *out, uint32_t unit)
{
	char text[8];

	snprintf(text, sizeof(text), "\\u%04X", unit & 0xffff);
	sbuf_add(out, text, 6);
}

/* RFC 8259, section 7: beyond the basic plane, a pair of surrogates. */
static void add_escape(struct sbuf *out, uint32_t rune)
{
	if (rune == '"' || rune == '\\') {
		sbuf_char(out, '\\');
		sbuf_char(out, (char)rune);
	} else if (rune == '\n') {
		sbuf_str(out, "\\n");
	} else if (rune < 0x10000) {
		add_unit(out, rune);
	} else {
		add_unit(out, 0xd800 + ((rune - 0x10000) >> 10));
		add_unit(out, 0xdc00 + ((rune - 0x10000) & 0x3ff));
	}
}

/* The text, which is valid UTF-8, as a JSON string. */
static void add_string(struct sbuf *out, const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + size;

	sbuf_char(out, '"');
	while (s < end) {
		const unsigned char *plain = s;
		size_t len;

		while (s < end && is_plain(*s))
			s++;
		sbuf_add(out, plain, (size_t)(s - plain));
		if (s == end)
			break;
		add_escape(out, first_rune(s, &len));
		s += len;
	}
	sbuf_char(out, '"');
}

/* What comes before a value: a comma, and the key, which is a plain word of ours. */
static void add_key(struct record *record, const char *key)
{
	if (record->more)
		sbuf_char(record->out, ',');
	record->more = true;
	if (!key)
		return;
	sbuf_char(record->out, '"');
	sbuf_str(record->out, key);
	sbuf_add(record->out, "\":", 2);
}

void record_open(struct record *record, struct sbuf *out)
{
	*record = (struct record){ .out = out };
	sbuf_char(out, '{');
}

bool record_close(struct record *record)
{
	sbuf_char(record->out, '}');
	return !record->failed && !record->out->failed;
}

/* A line has a dozen numbers: printf(3) would be the most of its cost. */
static void add_number(struct record *record, const char *key, bool negative, uint64_t magnitude)
{
	bool exact = magnitude <= exact_max;
	char digits[24], *first = digits + sizeof(digits);

	if (!exact)
		*--first = '"';
	do
		*--first = (char)('0' + magnitude % 10);
	while (magnitude /= 10);
	if (negative)
		*--first = '-';
	if (!exact)
		*--first = '"';
	add_key(record, key);
	sbuf_add(record->out, first, (size_t)(digits + sizeof(digits) - first));
}

void record_number(struct record *record, const char *key, int64_t value)
{
	add_number(record, key, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void record_unsigned(struct record *record, const char *key, uint64_t value)
{
	add_number(record, key, false, value);
}

void record_micros(struct record *record, const char *key, uint64_t ns)
{
	add_key(record, key);
	sbuf_fmt(record->out, "%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);
}

void record_bool(struct record *record, const char *key, bool value)
{
	add_key(record, key);
	sbuf_str(record->out, value ? "true" : "false");
}

void record_null(struct record *record, const char *key)
{
	add_key(record, key);
	sbuf_add(record->out, "null", 4);
}

void record_text(struct record *record, const char *key, const char *text)
{
	size_t len;

	if (!text)
		return;
	len = strlen(text);
	if (!utf8_valid(text, len)) {
		record_json(record, key, json_bytes(text, len));
		return;
	}
	add_key(record, key);
	add_string(record->out, text, len);
}

/* jansson leaves DEL, which JSON allows and terminals act on; it stands in strings only. */
static int add_piece(const char *piece, size_t len, void *out)
{
	const char *del;

	while ((del = memchr(piece, 0x7f, len))) {
		sbuf_add(out, piece, (size_t)(del - piece));
		add_unit(out, 0x7f);
		len -= (size_t)(del + 1 - piece);
		piece = del + 1;
	}
	sbuf_add(out, piece, len);
	return 0;
}

void record_json(struct record *record, const char *key, json_t *value)
{
	add_key(record, key);
	if (!value || json_dump_callback(value, add_piece, record->out, dump_flags) < 0)
		record->failed = true;
	json_decref(value);
}

void record_object_open(struct record *record, const char *key)
{
	add_key(record, key);
	sbuf_char(record->out, '{');
	record->more = false;
}

void record_object_close(struct record *record)
{
	sbuf_char(record->out, '}');
	record->more = true;
}

void record_array_open(struct record *record, const char *key)
{
	add_key(record, key);
	sbuf_char(record->out, '[');
	record->more = false;
}

void record_array_close(struct record *record)
{
	sbuf_char(record->out, ']');
	record->more = true;
}
