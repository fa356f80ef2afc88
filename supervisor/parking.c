#include "supervisor/parking.h"

#include <string.h>

#include "supervisor/watch.h"

static bool can_park(const struct watch *watch, const struct pending *pending)
{
	return watch->stacks && pending->notif_id && !pending->parked;
}

bool parking_is_due(const struct watch *watch, const struct pending *pending)
{
	return can_park(watch, pending) &&
	       (watch->stack_when == STACK_EVERY || watch->gate->judge.uses_stack);
}

bool parking_is_due_now(const struct watch *watch, const struct pending *pending)
{
	enum verdict verdict = pending->decision.verdict;

	bool wanted = watch->stack_when == STACK_DENIED || pending->ask.outcome == ASK_STACK;

	return can_park(watch, pending) && wanted && pending->judged &&
	       (verdict == VERDICT_DENY || verdict == VERDICT_ASK);
}

void parking_park(struct watch *watch, struct task *task, struct pending *pending)
{
	parking_drop(watch, task);
	task->parked = pending;
}

static bool is_same_call(const struct trap *a, const struct trap *b)
{
	return a->audit_arch == b->audit_arch && a->nr == b->nr && a->ip == b->ip &&
	       memcmp(a->args, b->args, sizeof(a->args)) == 0;
}

void parking_replay(struct watch *watch, struct task *task, struct pending *pending)
{
	struct pending *parked = task->parked;

	if (!parked)
		return;
	if (!is_same_call(&parked->trap, &pending->trap)) {
		/* A handler that ran in between calls something else. */
		parking_drop(watch, task);
		return;
	}
	task->parked = NULL;
	pending->parked = parked;
	pending->stack = parked->stack;
}

void parking_drop(struct watch *watch, struct task *task)
{
	if (task->parked)
		watch_forget(watch, task->parked);
	task->parked = NULL;
}

void parking_stopped(void *ctx, struct task *task)
{
	struct watch *watch = ctx;

	stacking_take(watch->stacks, task, task->parked);
}
