/*
 * The texts that a report keeps: each once, all of them within one bound. They
 * live as long as the table.
 */
#ifndef CALLGATE_REPORT_STRINGS_H
#define CALLGATE_REPORT_STRINGS_H

#include <stddef.h>

#include "base/arena.h"

struct strings {
	struct arena arena;
	struct strings_entry *entries; /* uthash */
};

void strings_init(struct strings *strings, size_t limit);
void strings_free(struct strings *strings);

/*
 * The kept copy of the text: the same pointer for the same text. "..." when
 * there is no more room, and NULL for NULL.
 */
const char *strings_keep(struct strings *strings, const char *text);

#endif
