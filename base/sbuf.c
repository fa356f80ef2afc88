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

void sbuf_digits(struct sbuf *s, uint64_t value, unsigned width)
{
	char digits[32], *first = digits + sizeof(digits);

	if (width > sizeof(digits))
		width = sizeof(digits);
	do
		*--first = (char)('0' + value % 10);
	while ((value /= 10) || (size_t)(digits + sizeof(digits) - first) < width);
	sbuf_add(s, first, (size_t)(digits + sizeof(digits) - first));
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

	for (int i = 0; i < 4; i++) {
		if (i)
			sbuf_char(s, '.');
		sbuf_uint(s, b[i]);
	}
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
