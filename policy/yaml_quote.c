#include "policy/yaml.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"

/* How many bytes the character at the beginning has; 1 for what is no UTF-8. */
static size_t rune_len(const char *text, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++) {
		if (utf8_valid(text, len))
			return len;
	}
	return 1;
}

static unsigned rune_of(const unsigned char *text, size_t len)
{
	unsigned rune = text[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++)
		rune = rune << 6 | (text[i] & 0x3f);
	return rune;
}

/* Invisible or reordering characters are escaped: whoever reads the policy must see them. */
static void add_rune(const char *text, size_t len, struct sbuf *out)
{
	cleanup_sbuf struct sbuf shown = SBUF_INIT;

	escape_text(&shown, text, len);
	if (len == 1 || (shown.len == len && !memcmp(shown.data, text, len)))
		sbuf_add(out, text, len);
	else
		sbuf_fmt(out, "\\U%08x", rune_of((const unsigned char *)text, len));
}

void yaml_quote(const char *text, size_t len, struct sbuf *out)
{
	size_t step;

	sbuf_char(out, '"');
	for (size_t i = 0; i < len; i += step) {
		unsigned char c = (unsigned char)text[i];

		step = c < 0x80 ? 1 : rune_len(text + i, len - i);
		if (c == '"' || c == '\\')
			sbuf_fmt(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			sbuf_fmt(out, "\\x%02x", c);
		else
			add_rune(text + i, step, out);
	}
	sbuf_char(out, '"');
}
