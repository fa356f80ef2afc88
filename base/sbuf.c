#include "base/sbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool sbuf_reserve(struct sbuf *s, size_t extra)
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

void sbuf_add(struct sbuf *s, const void *bytes, size_t len)
{
	if (!sbuf_reserve(s, len))
		return;
	if (len)
		memcpy(s->data + s->len, bytes, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void sbuf_str(struct sbuf *s, const char *text)
{
	sbuf_add(s, text, strlen(text));
}

void sbuf_char(struct sbuf *s, char c)
{
	sbuf_add(s, &c, 1);
}

void sbuf_fmt(struct sbuf *s, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		s->failed = true;
	else if (sbuf_reserve(s, (size_t)n)) {
		vsnprintf(s->data + s->len, (size_t)n + 1, fmt, again);
		s->len += (size_t)n;
	}
	va_end(again);
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
