/*
 * The terminal at which a person answers: /dev/tty, never the standard input,
 * which is the command's. It is taken for a question and given back as it was:
 * its modes, and its foreground process group.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_TERMINAL_H
#define CALLGATE_SUPERVISOR_ASK_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "base/err.h"

struct ask_terminal {
	int fd; /* negative: there is none, or it is gone */
	bool color;
	bool utf8; /* what is not ASCII can be shown */
	bool taken;
	struct termios modes; /* as they were before */
	pid_t foreground;     /* the same of its process group */
	unsigned width;       /* in characters; see ask_terminal_measure() */
};

/* What a key is, when it is no character. */
enum ask_key {
	ASK_KEY_NONE = -1,     /* the time is over */
	ASK_KEY_CHANGED = -2,  /* the other descriptor is readable */
	ASK_KEY_END = -3,      /* no more keys: the terminal was hung up */
	ASK_KEY_OTHER = -4,    /* a key that is none of ours: an arrow, a function key */
	ASK_KEY_LOST = -5,     /* the terminal is another job's now: ask_terminal_keep() */
	ASK_KEY_INTERRUPT = 3, /* Ctrl-C, Ctrl-D and the rest are characters like others */
	ASK_KEY_EOF = 4,
	ASK_KEY_REDRAW = 12,
	ASK_KEY_SUSPEND = 26,
	ASK_KEY_ESCAPE = 27,
};

/* No controlling terminal is no error: terminal->fd is negative then. */
void ask_terminal_open(struct ask_terminal *terminal, bool color);
void ask_terminal_close(struct ask_terminal *terminal);

/*
 * Makes it ours: keys come one by one, unseen; what was typed before is thrown
 * away. False: it is the terminal of another job now, and callgate is in the
 * background.
 */
bool ask_terminal_take(struct ask_terminal *terminal);
void ask_terminal_give_back(struct ask_terminal *terminal);

/*
 * A shell among the command's processes may have put a job in front since: then that is
 * remembered, and it is taken again. False: it is not ours any more.
 */
bool ask_terminal_keep(struct ask_terminal *terminal);

/* It was hung up: nobody is there any more. */
bool ask_terminal_is_gone(const struct ask_terminal *terminal);

/* Throws away what was typed and not read. */
void ask_terminal_flush(struct ask_terminal *terminal);

/* Reads the width; true when it has changed. */
bool ask_terminal_measure(struct ask_terminal *terminal);

/* What cannot be written within some seconds is lost. */
void ask_terminal_write(struct ask_terminal *terminal, const char *text, size_t len);

/*
 * The next key, a byte or one of enum ask_key. Sequences that keys like arrows,
 * and answers of the terminal to whoever asked it, are made of are left out
 * whole. `changed_fd` negative: only keys. timeout_ms negative: no end.
 */
int ask_terminal_key(struct ask_terminal *terminal, int changed_fd, int timeout_ms);

#endif
