/*
 * Completions: a script for each shell, made from the tables of commands and
 * options. A new shell is a new file completion/NAME.c and a row in
 * completions.c.
 */
#ifndef CALLGATE_CLI_COMPLETION_H
#define CALLGATE_CLI_COMPLETION_H

#include "base/sbuf.h"
#include "cli/command.h"

void completion_bash(struct sbuf *out);
void completion_zsh(struct sbuf *out);
void completion_fish(struct sbuf *out);

/* True when the option's argument is to be completed as a file name. */
bool completion_is_file(const struct option_row *row);

/* Adds the text in single quotes; the shells agree on '\'' for a quote. */
void completion_quote(struct sbuf *out, const char *text);

#endif
