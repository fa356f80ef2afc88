/*
 * Patterns over canonical paths and socket names.
 *
 *   *       any run of characters without '/', also an empty one
 *   **      any run of characters, '/' too
 *           As a whole component with another after it, zero or more directories:
 *           /usr/bin, then **, then *sh matches /usr/bin/sh and /usr/bin/a/b/zsh
 *   ?       one character but '/'
 *   [a-z_]  one of these characters, never '/'; [!...] and [^...]: one of no others;
 *           ']' stands first, '-' first or last
 *   \c      the character c itself, in [...] too
 *
 * A leading dot is a character like others. Characters are UTF-8; a byte that
 * is not well-formed UTF-8 is a character of its own. Matching takes time
 * proportional to the product of the lengths at worst and allocates nothing.
 */
#ifndef CALLGATE_POLICY_GLOB_H
#define CALLGATE_POLICY_GLOB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sbuf.h"

/* Bytes in the longest pattern: longer ones are a fault and match nothing. */
enum { GLOB_MAX = 4096 };

/* True when the text has an unescaped `*`, `?` or `[`: else it is a literal, see glob_literal(). */
bool glob_is_pattern(const char *text, size_t len);

/*
 * Checks a pattern. Returns NULL when it is good, else what is wrong with it
 * in words ("'[' is never closed"), a constant, and in *position the offset in
 * bytes of the fault.
 */
const char *glob_check(const char *pattern, size_t len, size_t *position);

/* Does the pattern match the whole text? A faulty pattern matches nothing. */
bool glob_match(const char *pattern, size_t pattern_len, const void *text, size_t len);

/* The bytes at the beginning of the pattern that stand for themselves, up to the first of *?[\. */
size_t glob_prefix(const char *pattern, size_t len);

/*
 * Removes the escaping from a text that is no pattern. Writes at most len + 1
 * bytes, NUL-terminated; returns the length. out may be text itself.
 */
size_t glob_literal(const char *text, size_t len, char *out);

/* Adds the text as a pattern that matches only it, and is no pattern by glob_is_pattern(). */
void glob_escape(const char *text, size_t len, struct sbuf *out);

/*
 * True only when every text that `inner` matches is matched by `outer` too.
 * False may mean "not known". For lint. `inner` may be a literal.
 */
bool glob_covers(const char *outer, size_t outer_len, const char *inner, size_t inner_len);

#endif
