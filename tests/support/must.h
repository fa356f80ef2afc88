/* What fuzzers check: in every build, unlike assert(). */
#ifndef CALLGATE_TESTS_MUST_H
#define CALLGATE_TESTS_MUST_H

#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* UTF-8 without control characters but newlines: no escape sequence reaches a terminal. */
static inline void must_be_harmless(const char *text, size_t len)
{
	MUST(utf8_valid(text, len));
	for (size_t i = 0; i < len; i++)
		MUST(text[i] == '\n' || ((unsigned char)text[i] >= 0x20 && text[i] != 0x7f));
}

#endif
