/*
 * From a decoded call to a decision: gathers the facts a policy asks for (who,
 * which destination, which program would run, how full the budgets are) and
 * lets it decide. The same for audit, ask and enforce.
 */
#ifndef CALLGATE_SUPERVISOR_JUDGE_H
#define CALLGATE_SUPERVISOR_JUDGE_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "policy/policy.h"
#include "supervisor/budget_count.h"
#include "supervisor/pending.h"
#include "tracer/task.h"

struct stacks;
struct ask_rules;

struct judge {
	const struct policy *policy; /* of calls to come */
	const struct policy *first;  /* of the start: never changes */
	struct budget_count budgets;
	bool closed; /* the policy could not be loaded again: nothing passes */
	bool uses_uid;
	/* Entries of an environment that are taken for not there; ends with NULL. NULL: none. */
	const char *const *env_ignored;
	bool by_path; /* of a log, not of a task: see struct request */
	bool uses_stack;
	const struct program_lookup *programs; /* borrowed; of a run: for judge_gather() */
	struct stacks *stacks;                 /* borrowed; where uses_stack */
	struct ask_rules *answers;             /* borrowed; NULL: nobody is asked */
};

/* The policy that a call is judged by from beginning to end. */
const struct policy *judge_policy(const struct judge *judge, const struct pending *pending);

/* Judges by another policy from now on. Of no more budgets than BUDGETS_MAX. */
void judge_replace_policy(
	struct judge *judge, const struct policy *policy, const struct task_table *tasks);

int judge_init(struct judge *judge, const struct policy *policy, struct err **err);

/*
 * Gathers what deciding the pending call needs from the kernel: where a Unix
 * path leads, which program an exec would run. The task is stopped.
 */
void judge_gather(const struct judge *judge, const struct task *task, struct pending *pending);

/* Only where its Unix paths lead: for the record of a run without a policy. */
void judge_gather_paths(const struct task *task, struct pending *pending);

/* True when a host name that may matter has no fresh answer: judge_look_up() would get it. */
bool judge_wants_names(const struct judge *judge, const struct pending *pending);

/* Gets those answers. Blocks as long as the resolver does. For any thread. */
void judge_look_up(const struct judge *judge, const struct pending *pending);

/* Decides; fills pending->decision, and pending->advice when it is no allow. To be called
 * again when a question was answered. */
void judge_decide(struct judge *judge, const struct task *task, struct pending *pending);

/* What is asked about a call whose decision is to ask. Borrows from the pending call. */
void judge_asked(const struct judge *judge, const struct pending *pending, struct request *request);

/*
 * Decides an exec once more, on the program that really runs. Returns false,
 * with pending->decision saying why, when it may not, or is not the program that
 * was judged before.
 */
bool judge_exec_again(
	const struct judge *judge, struct pending *pending, const struct program *program);

/* Lets a call go for a reason of our own. */
void judge_allow(struct pending *pending, const char *reason);

/* Denies for a reason of our own, with words that say what it is about. */
void judge_deny(struct pending *pending, int errnum, const char *reason, const char *words);

/*
 * True for a call that is judged by its socket and nothing else, because of the
 * policy's network mode. Its first argument is the descriptor.
 */
bool judge_by_socket(const struct judge *judge, const struct call *call);

/*
 * True for a clone3(2), unless the policy itself denies it. Its flags are in
 * memory. enforce has it missing, silently: every libc then uses clone(2), which
 * has them in a register. So audit judges the clone3 as that clone.
 */
bool judge_hides_clone3(const struct judge *judge, const struct call *call);

/* True when the pending call makes a thread and no process, from its registers. */
bool judge_makes_thread(const struct call *call);

#endif
