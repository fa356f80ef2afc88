/* One question at the terminal: what is shown, and what each key does. */
#ifndef CALLGATE_SUPERVISOR_ASK_TALK_H
#define CALLGATE_SUPERVISOR_ASK_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisor/ask.h"
#include "supervisor/ask/terminal.h"

enum talk_end {
	TALK_ON,          /* not at its end */
	TALK_ANSWERED,    /* and the terminal was given back before */
	TALK_WITHDRAWN,   /* nobody waits any more */
	TALK_INTERRUPTED, /* Ctrl-C */
	TALK_SUSPENDED,   /* Ctrl-Z */
	TALK_TIMED_OUT,
	TALK_NO_ANSWER, /* Ctrl-D */
	TALK_HUNG_UP,
	TALK_LOST, /* another job has the terminal: to be asked again */
};

/*
 * Asks at the terminal, which has been taken. deadline_ns: CLOCK_MONOTONIC, 0 for
 * none. interrupted: the last question was answered with Ctrl-C.
 */
enum talk_end ask_talk(struct ask_terminal *terminal, struct asker *asker,
	struct ask_question *question, uint64_t deadline_ns, bool interrupted);

#endif
