#include "policy/quote.h"

#include <stdarg.h>

#include "base/escape.h"

enum { QUOTE_MAX = 120, MESSAGE_MAX = 600 };

static void add_cut(struct sbuf *out, const char *text, size_t len, size_t max)
{
	size_t shown = len;

	if (shown > max) {
		shown = max;
		while (shown && ((unsigned char)text[shown] & 0xc0) == 0x80)
			shown--; /* not within a character */
	}
	escape_text(out, text, shown);
	if (shown < len)
		sbuf_str(out, "...");
}

void quote_text(struct sbuf *out, const char *text, size_t len)
{
	sbuf_char(out, '"');
	add_cut(out, text, len, QUOTE_MAX);
	sbuf_char(out, '"');
}

int quote_err(struct err **err, const char *text, size_t len, const char *fmt, ...)
{
	cleanup_sbuf struct sbuf all = SBUF_INIT, message = SBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	sbuf_vfmt(&message, fmt, ap);
	va_end(ap);
	quote_text(&all, text, len);
	sbuf_str(&all, ": ");
	add_cut(&all, sbuf_text(&message), message.len, MESSAGE_MAX);
	return err_set(err, 0, "%s", sbuf_text(&all));
}

int quote_wrap(struct err **err, const char *text, size_t len)
{
	cleanup_sbuf struct sbuf quoted = SBUF_INIT;

	quote_text(&quoted, text, len);
	return err_wrap(err, "%s", sbuf_text(&quoted));
}
