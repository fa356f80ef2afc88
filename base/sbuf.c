#include "base/sbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool sbuf_grow(struct sbuf *s, size_t extra)
{
	size_t need, cap;
	char *data;

	if (s->failed || extra > SIZE_MAX / 4) {
		s->failed = true;
		return false;
	}
	need = s->len + extra + 1;
	if (need <= s->cap)
		return true;
	cap = s->cap ? s->cap : 128;
	while (cap < need)
		cap *= 2;
	data = realloc(s->data, cap);
	if (!data) {
		s->failed = true;
		return false;
	}
	s->data = data;
	s->cap = cap;
	return true;
}

/* Two digits at a time: half of the divisions. */
static void put_pair(char *to, unsigned pair)
{
	static const char pairs[] = "00010203040506070809"
				    "10111213141516171819"
				    "20212223242526272829"
				    "30313233343536373839"
				    "40414243444546474849"
				    "50515253545556575859"
				    "60616263646566676869"
				    "70717273747576777879"
				    "80818283848586878889"
				    "90919293949596979899";

	memcpy(to, pairs + 2 * (size_t)pair, 2);
}

void digits_put(char *to, uint64_t value, size_t width)
{
	for (; width > 1; width -= 2, value /= 100)
		put_pair(to + width - 2, (unsigned)(value % 100));
	if (width)
		*to = (char)('0' + value % 10);
}

static size_t digits_len(uint64_t value)
{
	size_t len = 1;

	for (; value >= 10000; value /= 10000)
		len += 4;
	return len + (value >= 10) + (value >= 100) + (value >= 1000);
}

void sbuf_digits(struct sbuf *s, uint64_t value, unsigned width)
{
	size_t len = digits_len(value);
	char *to;

	if (len < width)
		len = width;
	to = sbuf_take(s, len);
	if (to)
		digits_put(to, value, len);
}

void sbuf_uint(struct sbuf *s, uint64_t value)
{
	sbuf_digits(s, value, 1);
}

void sbuf_int(struct sbuf *s, int64_t value)
{
	if (value < 0)
		sbuf_char(s, '-');
	sbuf_uint(s, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void sbuf_ipv4(struct sbuf *s, const void *bytes)
{
	const uint8_t *b = bytes;
	char text[16], *to = text; /* "255.255.255.255." */

	for (int i = 0; i < 4; i++) {
		size_t len = digits_len(b[i]);

		digits_put(to, b[i], len);
		to[len] = '.';
		to += len + 1;
	}
	sbuf_add(s, text, (size_t)(to - text - 1));
}

void sbuf_vfmt(struct sbuf *s, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	if (!sbuf_reserve(s, 0))
		return;
	room = s->cap - s->len;
	va_copy(again, ap);
	/* Into the room there is; once more when that was too little. */
	n = vsnprintf(s->data + s->len, room, fmt, ap);
	/* What did not fit is not there. */
	if (n < 0 || (size_t)n >= room)
		s->data[s->len] = '\0';
	if (n < 0)
		s->failed = true;
	else if ((size_t)n >= room && sbuf_reserve(s, (size_t)n))
		vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
	if (!s->failed)
		s->len += (size_t)n;
	va_end(again);
}

void sbuf_fmt(struct sbuf *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sbuf_vfmt(s, fmt, ap);
	va_end(ap);
}

void sbuf_pad(struct sbuf *s, size_t column)
{
	if (column <= s->len || !sbuf_reserve(s, column - s->len))
		return;
	memset(s->data + s->len, ' ', column - s->len);
	s->len = column;
	s->data[s->len] = '\0';
}

void sbuf_reset(struct sbuf *s)
{
	s->len = 0;
	s->failed = false;
	if (s->data)
		s->data[0] = '\0';
}

void sbuf_free(struct sbuf *s)
{
	free(s->data);
	*s = (struct sbuf)SBUF_INIT;
}

const char *sbuf_text(const struct sbuf *s)
{
	return s->data ? s->data : "";
}
