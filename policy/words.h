/* Rules and requests in words, for explanations. Text of programs is made safe to show. */
#ifndef CALLGATE_POLICY_WORDS_H
#define CALLGATE_POLICY_WORDS_H

#include "base/sbuf.h"
#include "policy/search.h"

/* "/usr/bin/vi (which is /usr/bin/vim.basic)", "any of 12 programs". */
void words_programs(const struct program_list *list, struct sbuf *out);

/* A path or "a program without a name", "no program". */
void words_named(const struct named *named, const char *none, struct sbuf *out);

/* "tcp 10.1.2.3:443", "unix /run/x.sock". */
void words_target(const struct facts *facts, struct sbuf *out);

/* "10.0.0.0/8:443", "any of 100000 destinations". */
void words_destinations(const struct destination_list *list, struct sbuf *out);

const char *words_protocol(enum target_protocol protocol);

#endif
