#include "policy/yaml.h"

void yaml_quote(const char *text, size_t len, struct sbuf *out)
{
	sbuf_char(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			sbuf_fmt(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			sbuf_fmt(out, "\\x%02x", c);
		else
			sbuf_char(out, (char)c);
	}
	sbuf_char(out, '"');
}
