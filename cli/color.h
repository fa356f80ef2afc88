/* Whether what is written to a file is to be coloured, and how wide it may be. */
#ifndef CALLGATE_CLI_COLOR_H
#define CALLGATE_CLI_COLOR_H

#include <stdbool.h>

/* `color` is an enum color_choice, of --color. */
bool color_wanted(int color, int fd);

/* The same of a terminal. */
bool color_on_terminal(int color);

/* Columns of the terminal; 0 when the file is none, or the terminal does not say. */
unsigned color_columns(int fd);

#endif
