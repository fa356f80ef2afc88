/*
 * Makes bytes from outside safe to show. Everything a traced program chose
 * (paths, arguments, socket names, comm) passes through here before it
 * reaches a terminal or a text file.
 */
#ifndef CALLGATE_BASE_ESCAPE_H
#define CALLGATE_BASE_ESCAPE_H

#include "base/sbuf.h"

/*
 * Adds the bytes as printable text: control characters, DEL, C1 controls,
 * invalid UTF-8 (overlong forms and surrogates included), bidirectional
 * controls, zero-width and other invisible format characters, and
 * backslash become \n, \t, \xHH or \u{HHHH}. The result is valid UTF-8 that
 * moves no cursor and reorders no text.
 */
void escape_text(struct sbuf *out, const void *bytes, size_t len);

/*
 * The same as one shell-like word: plain when it is made of safe characters,
 * else in single quotes, so that a line of argv is unambiguous.
 */
void escape_word(struct sbuf *out, const void *bytes, size_t len);

/* True when the bytes are well-formed UTF-8 (RFC 3629). */
bool utf8_valid(const void *bytes, size_t len);

#endif
