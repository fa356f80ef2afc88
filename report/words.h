/* callgate's own sentences: errors and warnings, with names of others in them. */
#ifndef CALLGATE_REPORT_WORDS_H
#define CALLGATE_REPORT_WORDS_H

#include "base/sbuf.h"

/*
 * Adds the sentence. Names in it should be escaped already; whatever is not
 * is escaped now, and backslashes stay as they are.
 */
void words_add(struct sbuf *out, const char *sentence);

#endif
