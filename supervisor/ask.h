/*
 * The asker: holds the calls whose decision is to ask, as questions, until
 * somebody answers. A front (a terminal, a socket) runs in a thread of its own,
 * takes questions, and answers them; docs/ask.md has the rules of the game.
 *
 * A call that waits belongs to its question. It is given back with
 * ready_tell(), once, whatever happens: answered, withdrawn because its
 * task died, or left over at the end.
 */
#ifndef CALLGATE_SUPERVISOR_ASK_H
#define CALLGATE_SUPERVISOR_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "supervisor/ask/question.h"
#include "supervisor/ask/rules.h"
#include "supervisor/pending.h"
#include "supervisor/ready.h"
#include "tracer/task.h"

struct asker;

/* Who answers. */
struct ask_front {
	/* In the main thread, before the command runs. *front is handed to the others. */
	int (*open)(struct asker *asker, void **front, struct err **err);
	/* In a thread of its own, until asker_is_over(). */
	void (*run)(struct asker *asker, void *front);
	void (*close)(void *front);
	/* See asker_warning(). May be NULL. */
	const char *(*warning)(const void *front);
	bool wants_events; /* questions carry their call as an event of the log */
};

extern const struct ask_front ask_front_tty, ask_front_socket;

struct ask_options {
	const char *save;    /* file for saved rules; NULL: none */
	const char *socket;  /* where programs may answer; NULL: a person does, at /dev/tty */
	uint64_t timeout_ns; /* for an answer; 0: none */
	bool color;          /* at the terminal */
	bool builtin;        /* there is no policy but ask_builtin_load()'s */
};

struct asker_setup {
	const struct ask_options *options; /* borrowed */
	const struct policy *policy;       /* borrowed: what decides to ask */
	struct ready *ready;               /* borrowed: where answered calls go */
	const struct judge *judge;         /* borrowed */
	/* Adds the call as an event of the log, without a newline. For fronts that want it. */
	void (*describe)(void *ctx, const struct task *task, const struct pending *pending,
		struct sbuf *out);
	/* Writes the events so far, so that they stand before a question. In the tracing thread. */
	void (*flush)(void *ctx);
	void (*end_run)(void *ctx); /* kills every task; from any thread */
	void *ctx;
};

int asker_new(const struct asker_setup *setup, struct asker **out, struct err **err);

/* Ends the front; what still waits is given back. NULL is nothing. */
void asker_free(struct asker *asker);

/* For judge.answers. */
struct ask_rules *asker_rules(struct asker *asker);

/*
 * For the tracing thread. Takes on a call whose decision is to ask. True: it is
 * held, and may be ready at once. False: pending->decision says what is done.
 */
bool asker_submit(struct asker *asker, struct pending *pending, const struct task *task);

/*
 * For the tracing thread: nobody waits for this call any more, or its task must
 * leave it for now. It is given back, with ASK_LEFT.
 */
void asker_withdraw(struct asker *asker, struct pending *pending);

/* For the tracing thread: this task has died, in a question or not. */
void asker_exited(struct asker *asker, pid_t tid);

/* How many rules were saved so far. For any thread. */
unsigned asker_saved(const struct asker *asker);

/* Why nobody can be asked, for people; NULL when somebody can. */
const char *asker_warning(const struct asker *asker);

/* The rest is for the front. */

const struct ask_options *asker_options(const struct asker *asker);

/* Readable when something has changed since asker_settle() was called. */
int asker_changed_fd(const struct asker *asker);
void asker_settle(struct asker *asker);
bool asker_is_over(const struct asker *asker);

/*
 * The oldest open question with an id above `after`, NULL when there is none. The
 * caller gives it back with asker_put(); until then it can be read, and its
 * members that are not said to be the asker's do not change.
 */
struct ask_question *asker_take(struct asker *asker, uint64_t after);
void asker_put(struct asker *asker, struct ask_question *question);

/* How many questions are open. */
size_t asker_open(struct asker *asker);

/* False: it is answered, or withdrawn. */
bool asker_wants(struct asker *asker, const struct ask_question *question);

/*
 * How many calls wait for this answer. None, for a moment, while its task runs the
 * handler of a signal.
 */
size_t asker_waiting(struct asker *asker, const struct ask_question *question);

/*
 * Has the stack of a call that waits taken, when the question has none yet. Waits for
 * that, some seconds at most. False: there is none; nobody waits any more, perhaps.
 */
bool asker_want_stack(struct asker *asker, struct ask_question *question);

/* The rule of two rungs, see policy/widen.h. False when there is none, or nobody waits. */
bool asker_rule(struct asker *asker, const struct ask_question *question, unsigned who,
	unsigned what, enum verdict verdict, struct sbuf *out);

/*
 * Would the rule answer the question, and how? The error says why not. Nothing
 * is done with it.
 */
int asker_check(struct asker *asker, struct ask_question *question, const char *rule,
	enum verdict *verdict, struct err **err);

enum ask_scope { ASK_ONCE, ASK_RUN, ASK_SAVE };

struct ask_answer {
	enum verdict verdict; /* not VERDICT_ASK */
	enum ask_scope scope;
	const char *rule; /* for the run, and saved: a YAML flow mapping; its verdict counts */
};

/*
 * To answer a question is to prepare the answer, which may fail: the question then
 * stays open, and the error is for whoever answered. `told` gets the text that was
 * saved. Nobody goes on before asker_finish(), which gives the answer to all that
 * wait for it, and to every other question that the rule answers too.
 */
int asker_prepare(struct asker *asker, struct ask_question *question,
	const struct ask_answer *answer, struct sbuf *told, struct err **err);
int asker_finish(struct asker *asker, struct ask_question *question,
	const struct ask_answer *answer, struct err **err);

/* Nobody answers: denied, with the reason ask.unanswered. */
void asker_give_up(struct asker *asker, struct ask_question *question);

/* Ends the run: every task is killed, and so what waits is withdrawn. */
void asker_end_run(struct asker *asker);

#endif
