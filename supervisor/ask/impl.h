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
	struct ask_question *open, **last;
	uint64_t last_id;
	struct ask_before before;
	int changed_fd;
	atomic_bool over;
	bool thread_runs;
	pthread_t thread;
};

/* Gives back all that waits for the question, and closes it. With the lock. */
void ask_finish(struct asker *asker, struct ask_question *question, enum ask_outcome outcome);

/* Takes one call out of its question, and gives it back. With the lock. */
void ask_withdraw(struct asker *asker, struct pending *pending);

#endif
