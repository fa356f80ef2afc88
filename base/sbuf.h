/*
 * A growing string that is reused from line to line, so that rendering
 * allocates nothing once it is warm. When memory runs out the buffer is marked
 * failed and further additions do nothing: callers check once, at the end.
 */
#ifndef CALLGATE_BASE_SBUF_H
#define CALLGATE_BASE_SBUF_H

#include <stdbool.h>
#include <stddef.h>

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

void sbuf_add(struct sbuf *s, const void *bytes, size_t len);
void sbuf_str(struct sbuf *s, const char *text);
void sbuf_char(struct sbuf *s, char c);
void sbuf_fmt(struct sbuf *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Adds spaces until the buffer is `column` bytes long. */
void sbuf_pad(struct sbuf *s, size_t column);

/* Empties it and keeps the memory. */
void sbuf_reset(struct sbuf *s);
void sbuf_free(struct sbuf *s);

/* The text so far; "" when nothing was added. Never NULL. */
const char *sbuf_text(const struct sbuf *s);

#endif
