/*
 * The gate: what becomes of a judged call in audit, ask and enforce.
 *
 * In audit every call goes on, and the decision is only recorded. In ask, a call
 * whose decision is to ask is held until somebody has answered; with the answer,
 * and in enforce, a denied call is answered with its errno; an allowed one that names a
 * destination in memory is made on behalf; an allowed one whose arguments are
 * in registers goes on, and so does a message that can only go through a Unix stream.
 */
#ifndef CALLGATE_SUPERVISOR_GATE_H
#define CALLGATE_SUPERVISOR_GATE_H

#include <stdbool.h>

#include "supervisor/ask.h"
#include "supervisor/behalf/pool.h"
#include "supervisor/bound_sockets.h"
#include "supervisor/generation.h"
#include "supervisor/judge.h"
#include "supervisor/name_lookup.h"
#include "supervisor/pending.h"
#include "supervisor/ready.h"
#include "supervisor/spawning.h"
#include "tracer/tracer.h"

struct gate {
	enum mode mode; /* any but MODE_TRACE */
	struct judge judge;
	struct generation *generation; /* owned: the policies since the first; NULL: only that */
	struct spawning spawning;
	bool stacks; /* what is denied is to have its stack */
	struct behalf_pool *pool;
	bool credentials_are_followed; /* by the filter: task.credentials_known can be true */
	/* Answers a call at the listener; for any thread. NULL: there is none. */
	void (*answer)(void *answer_ctx, uint64_t id, int64_t result);
	void *answer_ctx;
	struct asker *asker; /* owned; NULL but in MODE_ASK */
	struct ready ready;  /* held calls to go on with, and the tracer whose they are */
	struct name_lookup name_lookup;
	struct bound_sockets bound;
};

/* For MODE_ASK, gate->asker is to be set before the first call traps. */
int gate_init(struct gate *gate, enum mode mode, const struct policy *policy, struct err **err);

/* Whose calls these are. Before the first traps; borrowed. */
void gate_attach(struct gate *gate, struct tracer *tracer);

/*
 * Between two calls: those that trap from now on are judged by these policies,
 * which the gate takes over. The places that budgets count are counted anew.
 */
int gate_replace_policy(struct gate *gate, const struct policies *policies, struct err **err);

/* Joins every thread of the gate. Nothing may be held any more, but calls may be ready. */
void gate_stop(struct gate *gate);

/* After gate_stop(), and once what was ready has been taken. */
void gate_free(struct gate *gate);

/*
 * Judges a decoded call of a stopped task and says what to do. For TRAP_ANSWER
 * *answer is its result. `silent` calls are no event: what was answered only
 * makes the program take another way, and that is judged.
 */
enum trap_response gate_trapped(struct gate *gate, struct task *task, struct pending *pending,
	int64_t *answer, bool *silent);

/*
 * A held call goes on: its names are known. Same answers as gate_trapped(); for
 * a call that was made on behalf, *answer is what it came to.
 */
enum trap_response gate_resumed(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer);

/* The task of a held call died. True: the gate still uses it, and it will become ready. */
bool gate_cancel(struct gate *gate, struct pending *pending);

/* The task has to leave its held call: one that blocks is answered with a restart code. */
void gate_interrupt(struct gate *gate, struct pending *pending);

/* The call has returned, or was answered: gives back what a spawn reserved and did not use. */
void gate_returned(struct gate *gate, struct pending *pending, bool spawned);

/*
 * The process runs its new program: judges that. False: it must be killed,
 * which audit only records.
 */
bool gate_execed(struct gate *gate, struct task *task, struct pending *pending);

/* A task that nobody reserved a place for: the command, the child of a killed maker. */
void gate_started(struct gate *gate, struct task *task, bool reserved);

void gate_exited(struct gate *gate, struct task *task, bool process_ends);

/* True when pending->decision lets the call go on. */
bool gate_allows(const struct pending *pending);

#endif
