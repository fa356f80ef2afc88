/* The insides of the asker, for ask.c (what waits) and supervisor/ask/answer.c (what is answered).
 */
#ifndef CALLGATE_SUPERVISOR_ASK_IMPL_H
#define CALLGATE_SUPERVISOR_ASK_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "supervisor/ask.h"
#include "supervisor/ask/before.h"

struct asker {
	struct asker_setup setup;
	const struct ask_front *front;
	void *front_state;
	struct ask_rules rules;
	struct sbuf command; /* the rule that lets the command itself run, until it is saved */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* as changed_fd, for whoever has the lock */
	struct ask_question *open, **last;
	uint64_t last_id;
	struct ask_before before;
	int changed_fd;
	atomic_bool over;
	atomic_uint saved; /* rules, so far */
	bool thread_runs, leave_runs;
	pthread_t thread, leave_thread;
	size_t looked_at; /* of what waits: see supervisor/ask/leave.h */
};

/* Gives back all that waits for the question, and closes it. With the lock. */
void ask_finish(struct asker *asker, struct ask_question *question, enum ask_outcome outcome);

/* Takes a call out of the question that it waits for, and gives it back. With the lock. */
void ask_leave(struct asker *asker, struct ask_question *question, struct pending *pending,
	enum ask_outcome outcome);

/*
 * The same with ASK_LEFT, once nobody reads it without the lock. When it is
 * expected to come again, the question stays for a while, though nobody waits for it.
 */
void ask_withdraw(struct asker *asker, struct pending *pending, bool comes_again);

/*
 * With the lock, which is let go: waits for a call to come again. False: the
 * question is open no more.
 */
bool ask_await(struct asker *asker, const struct ask_question *question);

#endif
