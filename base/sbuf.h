/*
 * A growing string that is reused from line to line, so that rendering
 * allocates nothing once it is warm. When memory runs out the buffer is marked
 * failed and further additions do nothing: callers check once, at the end.
 */
#ifndef CALLGATE_BASE_SBUF_H
#define CALLGATE_BASE_SBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct sbuf {
	char *data; /* NUL-terminated once anything was added; owned */
	size_t len; /* bytes, without the NUL */
	size_t cap;
	bool failed;
};

#define SBUF_INIT                                                                                  \
	{                                                                                          \
		0                                                                                  \
	}
#define cleanup_sbuf __attribute__((cleanup(sbuf_free)))

/* Makes room for so many bytes more, and the NUL. False, and failed, without memory. */
bool sbuf_grow(struct sbuf *s, size_t extra);

static inline bool sbuf_reserve(struct sbuf *s, size_t extra)
{
	return (s->cap - s->len > extra && !s->failed) || sbuf_grow(s, extra);
}

/* Adds so many bytes, which the caller has to fill. NULL without memory. */
static inline char *sbuf_take(struct sbuf *s, size_t len)
{
	char *bytes;

	if (!sbuf_reserve(s, len))
		return NULL;
	bytes = s->data + s->len;
	s->len += len;
	s->data[s->len] = '\0';
	return bytes;
}

/* Inline: a line is made of dozens of short pieces, most of them constant. */
static inline void sbuf_add(struct sbuf *s, const void *bytes, size_t len)
{
	char *to = sbuf_take(s, len);

	if (to && len)
		memcpy(to, bytes, len);
}

static inline void sbuf_str(struct sbuf *s, const char *text)
{
	sbuf_add(s, text, strlen(text));
}

static inline void sbuf_char(struct sbuf *s, char c)
{
	sbuf_add(s, &c, 1);
}

/* Decimal digits: printf(3) takes many times as long as the digits do. */
void sbuf_uint(struct sbuf *s, uint64_t value);
void sbuf_int(struct sbuf *s, int64_t value);

/* The last `width` digits of the number, with zeros before them; no NUL. */
void digits_put(char *to, uint64_t value, size_t width);

/* At least `width` digits, with zeros before them. */
void sbuf_digits(struct sbuf *s, uint64_t value, unsigned width);

/* The four bytes of an IPv4 address: "127.0.0.1". inet_ntop(3) goes through printf(3). */
void sbuf_ipv4(struct sbuf *s, const void *bytes);

void sbuf_fmt(struct sbuf *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void sbuf_vfmt(struct sbuf *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Adds spaces until the buffer is `column` bytes long. */
void sbuf_pad(struct sbuf *s, size_t column);

/* Empties it and keeps the memory. */
void sbuf_reset(struct sbuf *s);
void sbuf_free(struct sbuf *s);

/* The text so far; "" when nothing was added. Never NULL. */
const char *sbuf_text(const struct sbuf *s);

#endif
