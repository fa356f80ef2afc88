/* A person at the terminal answers: one question after the other. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/ask.h"
#include "supervisor/ask/talk.h"
#include "supervisor/clock.h"

enum {
	BACKGROUND_LOOK_MS = 300, /* whether we are in the foreground again */
	LEFT_LOOK_MS = 50,        /* whether a call has come again after its signal */
	STOP_MS = 1000,           /* how long a job may take to stop */
};

struct tty {
	struct ask_terminal terminal;
	bool said_background;
	unsigned interrupts; /* Ctrl-C, one after the other */
	bool ending;         /* the run is: nothing is asked any more */
};

static int tty_open(struct asker *asker, void **front, struct err **err)
{
	struct tty *tty = calloc(1, sizeof(*tty));

	if (!tty)
		return err_set(err, ENOMEM, "cannot ask at the terminal");
	ask_terminal_open(&tty->terminal, asker_options(asker)->color);
	*front = tty;
	return 0;
}

static const char *tty_warning(const void *front)
{
	const struct tty *tty = front;

	return tty->terminal.fd >= 0 ? NULL
				     : "there is no terminal to ask at: what would be asked is "
				       "denied. Let a program answer with --ask-socket PATH";
}

static void tty_close(void *front)
{
	struct tty *tty = front;

	ask_terminal_close(&tty->terminal);
	free(tty);
}

static void wait_changed(struct asker *asker, int timeout_ms)
{
	struct pollfd poller = { .fd = asker_changed_fd(asker), .events = POLLIN };

	poll(&poller, 1, timeout_ms);
	asker_settle(asker);
}

static bool still_asks(struct asker *asker, const struct ask_question *q, uint64_t deadline_ns)
{
	return !asker_is_over(asker) && asker_wants(asker, q) &&
	       (!deadline_ns || mono_now() < deadline_ns);
}

static void say_background(struct tty *tty)
{
	static const char text[] = "callgate: a question waits: bring this job to the foreground\n";

	if (!tty->said_background)
		ask_terminal_write(&tty->terminal, text, strlen(text));
	tty->said_background = true;
}

/* False when nobody can be asked any more. */
static bool take_terminal(
	struct tty *tty, struct asker *asker, const struct ask_question *q, uint64_t deadline_ns)
{
	while (!ask_terminal_take(&tty->terminal)) {
		if (ask_terminal_is_gone(&tty->terminal) || !still_asks(asker, q, deadline_ns))
			return false;
		say_background(tty);
		wait_changed(asker, BACKGROUND_LOOK_MS);
	}
	tty->said_background = false;
	return true;
}

/* Where no key was pressed, what is said begins a line of its own. */
static void note_end(struct tty *tty, enum talk_end end, struct asker *asker)
{
	static const char *const notes[] = {
		[TALK_WITHDRAWN] = "\n  -> the process is gone, or stopped: nothing to answer\n",
		[TALK_TIMED_OUT] = "\n  -> no answer in time: denied\n",
		[TALK_LOST] = "\n",
		[TALK_NO_ANSWER] = "  -> no answer: denied\n",
	};
	const char *note = (size_t)end < sizeof(notes) / sizeof(notes[0]) ? notes[end] : NULL;

	if (end == TALK_WITHDRAWN && asker_is_over(asker))
		note = "\n";
	if (note)
		ask_terminal_write(&tty->terminal, note, strlen(note));
}

/*
 * What the terminal does at Ctrl-Z where no program has taken that key; and where it
 * would have stopped callgate, too, callgate stops. It does so by itself, without
 * waiting for the command to stop: that may be within a vfork(2), until the very
 * process that asks has run its program. One that does not stop asks again.
 */
static void stop_job(struct tty *tty, struct asker *asker, const struct ask_question *q)
{
	uint64_t until = mono_now() + STOP_MS * 1000000ull;
	pid_t group = tty->terminal.foreground;

	kill(-group, SIGTSTP);
	while (still_asks(asker, q, until))
		wait_changed(asker, LEFT_LOOK_MS);
	if (group == getpgrp() && !asker_is_over(asker) && !asker_wants(asker, q))
		raise(SIGSTOP);
}

static void act_on(struct tty *tty, struct asker *asker, struct ask_question *q, enum talk_end end)
{
	const struct ask_answer deny = { .verdict = VERDICT_DENY, .scope = ASK_ONCE };

	tty->interrupts = end == TALK_INTERRUPTED ? tty->interrupts + 1 : 0;
	if (end == TALK_TIMED_OUT || end == TALK_NO_ANSWER || end == TALK_HUNG_UP)
		asker_give_up(asker, q);
	if (end == TALK_HUNG_UP)
		ask_terminal_close(&tty->terminal);
	if (end == TALK_SUSPENDED)
		stop_job(tty, asker, q);
	if (end != TALK_INTERRUPTED)
		return;
	tty->ending = tty->interrupts > 1;
	/* Who waits dies with the rest: an answer would let it go on before. */
	if (tty->ending)
		asker_end_run(asker);
	else
		asker_finish(asker, q, &deny, NULL);
}

static void ask(struct tty *tty, struct asker *asker, struct ask_question *q)
{
	uint64_t timeout = asker_options(asker)->timeout_ns;
	uint64_t deadline = timeout ? mono_now() + timeout : 0;
	enum talk_end end;

	/* Its task runs a handler: it comes again, or the question goes. */
	if (asker_waiting(asker, q) == 0) {
		wait_changed(asker, LEFT_LOOK_MS);
		return;
	}
	if (tty->terminal.fd < 0 || !take_terminal(tty, asker, q, deadline)) {
		asker_give_up(asker, q);
		return;
	}
	end = ask_talk(&tty->terminal, asker, q, deadline, tty->interrupts > 0);
	note_end(tty, end, asker);
	/* Before the answer: what it lets go on finds the terminal as it was. */
	ask_terminal_give_back(&tty->terminal);
	act_on(tty, asker, q, end);
}

static void tty_run(struct asker *asker, void *front)
{
	struct tty *tty = front;

	while (!asker_is_over(asker)) {
		struct ask_question *q = tty->ending ? NULL : asker_take(asker, 0);

		if (!q) {
			wait_changed(asker, -1);
			continue;
		}
		ask(tty, asker, q);
		asker_put(asker, q);
	}
}

const struct ask_front ask_front_tty = {
	.open = tty_open,
	.run = tty_run,
	.close = tty_close,
	.warning = tty_warning,
};
