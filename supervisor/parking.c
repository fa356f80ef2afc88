#include "supervisor/parking.h"

#include <signal.h>
#include <string.h>

#include "base/cleanup.h"
#include "decoders/json.h"
#include "decoders/record.h"
#include "supervisor/watch.h"

/* Of one task. */
enum { PARKED_MAX = 8 };

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
	       (verdict == VERDICT_DENY || verdict == VERDICT_ASK || pending->kill_waits);
}

/* The last that was parked does not come again. */
static void abandon(struct watch *watch, struct task *task, bool process_ends)
{
	static const struct call_result unknown = { .known = false };
	struct pending *parked = task->parked;

	task->parked = parked->under;
	parked->under = NULL;
	/* Its thread is gone by another one's exec, and the process would live on. */
	if (parked->kill_waits && !process_ends)
		kill(task->process->pid, SIGKILL);
	/* One that was to be asked about was not: there is nothing to tell. */
	if (parked->judged && parked->decision.verdict != VERDICT_ASK)
		watch_finish(watch, task, parked, &unknown);
	else
		watch_forget(watch, parked);
}

void parking_drop(struct watch *watch, struct task *task, bool process_ends)
{
	while (task->parked)
		abandon(watch, task, process_ends);
}

/* Handlers may make calls that are parked, too; but those that never come again add up. */
void parking_park(struct watch *watch, struct task *task, struct pending *pending)
{
	unsigned depth = 0;

	for (const struct pending *parked = task->parked; parked; parked = parked->under)
		depth++;
	if (depth >= PARKED_MAX)
		parking_drop(watch, task, false);
	pending->under = task->parked;
	task->parked = pending;
}

/* What it is about, in words. */
static bool describe(const struct pending *pending, struct sbuf *out)
{
	struct record record;

	record_open(&record, out);
	json_record_args(&record, "args", &pending->call, NULL);
	return record_close(&record);
}

/* A judged one may be another by its memory alone. */
static bool is_about_the_same(const struct pending *a, const struct pending *b)
{
	cleanup_sbuf struct sbuf one = SBUF_INIT, other = SBUF_INIT;

	return describe(a, &one) && describe(b, &other) &&
	       strcmp(sbuf_text(&one), sbuf_text(&other)) == 0;
}

static bool comes_again(const struct pending *parked, const struct pending *pending)
{
	const struct trap *a = &parked->trap, *b = &pending->trap;

	return a->audit_arch == b->audit_arch && a->nr == b->nr && a->ip == b->ip &&
	       memcmp(a->args, b->args, sizeof(a->args)) == 0 &&
	       (!parked->judged || is_about_the_same(parked, pending));
}

void parking_replay(struct watch *watch, struct task *task, struct pending *pending)
{
	struct pending *found = task->parked;

	while (found && !comes_again(found, pending))
		found = found->under;
	if (!found)
		return; /* a handler that runs in between calls something else */
	while (task->parked != found)
		abandon(watch, task, false); /* of handlers that have ended */
	task->parked = found->under;
	found->under = NULL;
	pending->parked = found;
	pending->stack = found->stack;
}

static void carry_out_kill(struct watch *watch, struct task *task)
{
	struct pending *parked = task->parked;
	const struct call_result result = {
		.known = true,
		.is_error = true,
		.value = -parked->decision.errnum,
	};

	kill(task->process->pid, SIGKILL);
	task->parked = parked->under;
	parked->under = NULL;
	watch_finish(watch, task, parked, &result);
}

void parking_stopped(void *ctx, struct task *task)
{
	struct watch *watch = ctx;
	struct pending *parked = task->parked;

	stacking_take(watch->stacks, task, parked);
	if (parked->kill_waits)
		carry_out_kill(watch, task);
}
