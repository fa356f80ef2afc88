#include "decoders/record.h"

#include <string.h>

#include "base/escape.h"
#include "decoders/json_value.h"

/* Integers up to here are exact in a reader's double. */
static const uint64_t exact_max = UINT64_C(1) << 53;

static const size_t dump_flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* GCC's vectors: an instruction is for sixteen bytes where the processor can, as all x86-64 do. */
typedef uint8_t block __attribute__((vector_size(16)));

static bool are_plain(const block *bytes)
{
	block bad = (block)((*bytes < 0x20) | (*bytes > 0x7e) | (*bytes == '"') | (*bytes == '\\'));
	uint64_t halves[2];

	memcpy(halves, &bad, sizeof(halves));
	return !(halves[0] | halves[1]);
}

/* How many bytes need no escape. Most texts have only such, and are long: sixteen at a time. */
static size_t plain_len(const unsigned char *s, size_t size)
{
	block bytes;
	size_t n = 0;

	for (; size - n >= sizeof(bytes); n += sizeof(bytes)) {
		memcpy(&bytes, s + n, sizeof(bytes));
		if (!are_plain(&bytes))
			break;
	}
	while (n < size && is_plain(s[n]))
		n++;
	return n;
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
	static const char digits[] = "0123456789ABCDEF";
	const char text[] = { '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15],
		digits[unit >> 4 & 15], digits[unit & 15] };

	sbuf_add(out, text, sizeof(text));
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

/* A text that needs no escape. */
static void add_plain(struct sbuf *out, const char *text, size_t size)
{
	char *to = sbuf_take(out, size + 2);

	if (!to)
		return;
	to[0] = '"';
	if (size)
		memcpy(to + 1, text, size);
	to[size + 1] = '"';
}

/* The text, which is valid UTF-8, as a JSON string. */
static void add_string(struct sbuf *out, const char *text, size_t size)
{
	const unsigned char *s = (const unsigned char *)text, *end = size ? s + size : s;

	sbuf_char(out, '"');
	while (s < end) {
		size_t len = plain_len(s, (size_t)(end - s));

		sbuf_add(out, s, len);
		s += len;
		if (s == end)
			break;
		add_escape(out, first_rune(s, &len));
		s += len;
	}
	sbuf_char(out, '"');
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

static void add_number(struct sbuf *out, bool negative, uint64_t magnitude)
{
	bool exact = magnitude <= exact_max;

	if (!exact)
		sbuf_char(out, '"');
	if (negative)
		sbuf_char(out, '-');
	sbuf_uint(out, magnitude);
	if (!exact)
		sbuf_char(out, '"');
}

void record_put_number(struct record *record, int64_t value)
{
	add_number(record->out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void record_put_unsigned(struct record *record, uint64_t value)
{
	add_number(record->out, false, value);
}

void record_put_micros(struct record *record, uint64_t ns)
{
	sbuf_uint(record->out, ns / 1000);
	sbuf_char(record->out, '.');
	sbuf_digits(record->out, ns % 1000, 3);
}

void record_put_hex(struct record *record, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	char text[16], *first = text + sizeof(text);

	do
		*--first = digits[value & 15];
	while (value >>= 4);
	sbuf_str(record->out, "\"0x");
	sbuf_add(record->out, first, (size_t)(text + sizeof(text) - first));
	sbuf_char(record->out, '"');
}

void record_put_ipv4(struct record *record, const void *bytes)
{
	sbuf_char(record->out, '"');
	sbuf_ipv4(record->out, bytes);
	sbuf_char(record->out, '"');
}

void record_put_bytes(struct record *record, const void *bytes, size_t len)
{
	if (plain_len(bytes, len) == len)
		add_plain(record->out, bytes, len);
	else if (utf8_valid(bytes, len))
		add_string(record->out, bytes, len);
	else
		record_put_json(record, json_bytes(bytes, len));
}

void record_put_word(struct record *record, const char *word)
{
	add_plain(record->out, word, strlen(word));
}

/*
 * The day of an era of 400 years, which begins on 1 March, and from it year,
 * month and day: gmtime_r(3) and strftime(3) take as long as the rest of a line.
 */
static void add_date(struct sbuf *out, int64_t days)
{
	int64_t shifted = days + 719468; /* from 0000-03-01 to 1970-01-01 */
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	uint64_t day = (uint64_t)(shifted - era * 146097);
	uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	uint64_t of_year = day - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;
	char text[] = "-MM-DD";

	sbuf_digits(out, year + (uint64_t)era * 400 + (month >= 10), 4);
	digits_put(text + 1, month < 10 ? month + 3 : month - 9, 2);
	digits_put(text + 4, of_year - (153 * month + 2) / 5 + 1, 2);
	sbuf_add(out, text, sizeof(text) - 1);
}

void record_put_time(struct record *record, const struct timespec *time)
{
	int64_t days = time->tv_sec / 86400 - (time->tv_sec % 86400 < 0);
	uint64_t second = (uint64_t)(time->tv_sec - days * 86400);
	char text[] = "Thh:mm:ss.nnnnnnnnnZ\"";

	sbuf_char(record->out, '"');
	add_date(record->out, days);
	digits_put(text + 1, second / 3600, 2);
	digits_put(text + 4, second / 60 % 60, 2);
	digits_put(text + 7, second % 60, 2);
	digits_put(text + 10, (uint64_t)time->tv_nsec, 9);
	sbuf_add(record->out, text, sizeof(text) - 1);
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

void record_put_json(struct record *record, json_t *value)
{
	if (!value || json_dump_callback(value, add_piece, record->out, dump_flags) < 0)
		record->failed = true;
	json_decref(value);
}
