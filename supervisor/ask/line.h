/* A line of text, edited at the terminal. */
#ifndef CALLGATE_SUPERVISOR_ASK_LINE_H
#define CALLGATE_SUPERVISOR_ASK_LINE_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "supervisor/ask/terminal.h"

/*
 * Lets the text be edited until Enter. False: it was left with Ctrl-C, Ctrl-D or
 * Escape, or the terminal is gone, or go_on() said no, which is asked now and
 * then; the text is then of no use. Ctrl-A, -E, -B, -F, -K, -U, -W, Backspace and
 * Ctrl-H as in shells.
 */
bool ask_line_edit(
	struct ask_terminal *terminal, struct sbuf *text, bool (*go_on)(void *ctx), void *ctx);

#endif
