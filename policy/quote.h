/*
 * The offending text of an error message: in double quotes, made safe to
 * show, and cut where it is longer than anybody reads.
 */
#ifndef CALLGATE_POLICY_QUOTE_H
#define CALLGATE_POLICY_QUOTE_H

#include <stddef.h>

#include "base/err.h"
#include "base/sbuf.h"

void quote_text(struct sbuf *out, const char *text, size_t len);

/* Sets the error `"TEXT": MESSAGE`; returns -1. The message is made safe to show too. */
int quote_err(struct err **err, const char *text, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts `"TEXT": ` before an error. Returns what err_wrap() does. */
int quote_wrap(struct err **err, const char *text, size_t len);

#endif
