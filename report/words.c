#include "report/words.h"

#include <string.h>

#include "base/escape.h"

void words_add(struct sbuf *out, const char *sentence)
{
	for (;;) {
		size_t len = strcspn(sentence, "\\");

		escape_text(out, sentence, len);
		sentence += len;
		if (!*sentence)
			return;
		sbuf_char(out, *sentence++);
	}
}
