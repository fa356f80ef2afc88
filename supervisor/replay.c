#include "supervisor/replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/environment.h"
#include "supervisor/judge.h"
#include "supervisor/replay_budgets.h"
#include "supervisor/replay_tasks.h"
#include "tracer/stack.h"

struct replay {
	struct judge judge;
	struct replay_budgets budgets;
	struct replay_tasks tasks;
	struct pending pending;
	struct program_facts exec; /* its program alone is filled */
	uid_t uid;                 /* of the session */
};

int replay_new(const struct policy *policy, struct replay **out, struct err **err)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	int rc;

	if (!replay)
		return err_set(err, ENOMEM, "cannot replay a log");
	rc = judge_init(&replay->judge, policy, err);
	if (rc == 0)
		rc = replay_budgets_init(&replay->budgets, policy, err);
	if (rc < 0) {
		free(replay);
		return rc;
	}
	replay->judge.by_path = true;
	replay->uid = (uid_t)-1;
	*out = replay;
	return 0;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	replay_budgets_free(&replay->budgets);
	replay_tasks_free(&replay->tasks);
	free(replay->pending.targets);
	sbuf_free(&replay->pending.advice);
	free(replay);
}

static const struct decision *recorded_decision(const struct event_call *call)
{
	return call->would ? call->would : call->decision;
}

/* The reason the log gives, where the run was judged; "" where it was not. */
static const char *recorded_reason(const struct event_call *call)
{
	const struct decision *recorded = recorded_decision(call);

	return recorded && recorded->reason ? recorded->reason : "";
}

static bool failed_with(const struct event_call *call, const int *errnums)
{
	if (!call->result->is_error)
		return false;
	while (*errnums && call->result->value != -*errnums)
		errnums++;
	return *errnums;
}

/*
 * The call names nothing that there is: no socket, or a path that leads nowhere. A
 * run that was judged says so itself; of any other, what the kernel said tells.
 */
static bool reaches_nothing(const struct event_call *call)
{
	static const int no_socket[] = { EBADF, ENOTSOCK, 0 };
	enum call_kind kind = call_kind(call->call);

	if (kind != CALL_KIND_CONNECT && kind != CALL_KIND_BIND)
		return false;
	if (recorded_decision(call))
		return strcmp(recorded_reason(call), "destination.none") == 0;
	if (!call->socket->known && failed_with(call, no_socket))
		return true;
	return kind == CALL_KIND_CONNECT && call->unix_paths_len == 1 && !call->unix_paths[0];
}

/* An address's own path, for a log that does not say where it leads. */
static void own_path(const struct sockaddr_value *addr, struct unix_target *target)
{
	bool is_path = addr && addr->status == VALUE_OK && addr->decoded &&
		       addr->family == AF_UNIX && addr->un.kind == UNIX_PATH;

	if (is_path && addr->un.name_len < sizeof(target->path))
		memcpy(target->path, addr->un.name, addr->un.name_len);
}

/* Where Unix paths lead. False when there is no memory. */
static bool gather_paths(struct pending *pending, const struct event_call *call)
{
	size_t n = 0;

	if (call->unix_paths_len > TARGETS_MAX)
		return true; /* judged as exhausted */
	n = call->unix_paths_len;
	while (!call->unix_paths_len && n < TARGETS_MAX && call_destination(call->call, n))
		n++;
	if (!n)
		return true;
	pending->targets = calloc(n, sizeof(*pending->targets));
	if (!pending->targets)
		return false;
	pending->targets_len = n;
	for (size_t i = 0; i < n; i++) {
		const char *path = call->unix_paths_len ? call->unix_paths[i] : NULL;
		struct unix_target *target = &pending->targets[i];

		target->fd = -1;
		if (path && strlen(path) < sizeof(target->path))
			strcpy(target->path, path);
		else
			own_path(call_destination(call->call, i), target);
	}
	return true;
}

/* The run's own finding; where it was judged by nobody, the first that this policy does not keep.
 */
static void gather_environment(struct replay *replay, const struct event_call *call)
{
	const char *const *names = call->code_variables;
	const char *name = call->env_code;

	while (!name && names && *names) {
		if (!environment_keeps(replay->judge.policy, *names))
			name = *names;
		names++;
	}
	snprintf(
		replay->pending.env_code, sizeof(replay->pending.env_code), "%s", name ? name : "");
}

/* False when the log does not tell enough. */
static bool gather(struct replay *replay, const struct log_record *record)
{
	const struct event_call *call = &record->event.call;
	const struct decision *recorded = recorded_decision(call);
	struct pending *pending = &replay->pending;
	struct sbuf advice = pending->advice;

	free(pending->targets);
	sbuf_reset(&advice);
	memset(pending, 0, sizeof(*pending));
	pending->advice = advice;
	pending->call = *call->call;
	pending->lineage = record->event.task.lineage;
	pending->socket = *call->socket;
	pending->unbound = call->unbound;
	pending->uid = call->uid_known ? call->uid : replay->uid;
	pending->module = call->module;
	if (!pending->module && call->stack)
		pending->module = stack_caller(call->stack);
	gather_environment(replay, call);
	if (call->target) {
		replay->exec.program = *call->target;
		replay->exec.program.changed = call->target_changed;
		replay->exec.program.script_changed = call->target_script_changed;
		pending->exec = &replay->exec;
	} else if (call_kind(call->call) == CALL_KIND_EXEC && recorded &&
		   recorded->verdict != VERDICT_ALLOW) {
		return false; /* it was denied, and what would have run is not said */
	}
	return gather_paths(pending, call);
}

static bool same_words(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/*
 * What came between the judging and the doing is a fact of that run, whatever the
 * policy: an exec that ran something else, a path that led elsewhere, what could not be read.
 */
static const struct {
	const char *reason;
	int errnum;
} mishaps[] = {
	{ "raced", EACCES },
	{ "unreadable", EACCES },
	{ "unreadable.killed", EFAULT },
};

static void carry_over_kill(struct pending *pending, const struct event_call *call)
{
	const struct decision *recorded = recorded_decision(call);

	if (!recorded || recorded->verdict != VERDICT_KILL)
		return;
	if (same_words(recorded->reason, "exec.tampered")) {
		pending->decision.reason = "exec.tampered";
		pending->decision.verdict = VERDICT_KILL;
	}
	for (size_t i = 0; i < sizeof(mishaps) / sizeof(mishaps[0]); i++) {
		if (!same_words(recorded->reason, mishaps[i].reason))
			continue;
		judge_deny(pending, mishaps[i].errnum, mishaps[i].reason,
			call->advice ? call->advice : "");
		pending->decision.verdict = VERDICT_KILL;
	}
}

static void decide(struct replay *replay, const struct log_record *record)
{
	const struct event *event = &record->event;
	struct pending *pending = &replay->pending;
	struct process process = { .pid = event->task.pid };
	struct task task = { .tid = event->task.tid, .process = &process };

	if (reaches_nothing(&event->call)) {
		judge_allow(pending, "destination.none");
		return;
	}
	if (call_kind(event->call.call) == CALL_KIND_SPAWN) {
		replay_budgets_at(&replay->budgets, event, &replay->judge.budgets);
		process.budgets = budget_set(&replay->judge.budgets, event->task.lineage);
	}
	if (judge_wants_names(&replay->judge, pending))
		judge_look_up(&replay->judge, pending);
	judge_decide(&replay->judge, &task, pending);
	carry_over_kill(pending, &event->call);
}

/* A question that nobody was there to answer is written down as its denial. */
static bool same_verdict(const struct decision *now, const struct decision *then)
{
	if (now->verdict == VERDICT_ASK && same_words(then->reason, "ask.unanswered"))
		return true;
	return now->verdict == then->verdict && same_words(now->reason, then->reason) &&
	       (now->verdict != VERDICT_DENY || now->errnum == then->errnum);
}

static bool same_decision(const struct decision *now, const struct decision *then)
{
	return same_verdict(now, then) && same_words(now->rule.id, then->rule.id) &&
	       now->rule.line == then->rule.line;
}

static enum replay_result judge_call(
	struct replay *replay, const struct log_record *record, struct replay_verdict *out)
{
	const struct event_call *call = &record->event.call;

	/* A run that is judged does not even show what its tasks do to one another. */
	if (!recorded_decision(call) && replay_tasks_reach(&replay->tasks, call->call))
		return REPLAY_NONE;
	if (!gather(replay, record))
		return REPLAY_UNKNOWN;
	decide(replay, record);
	replay->pending.exec = NULL; /* borrowed */
	out->decision = &replay->pending.decision;
	out->advice = sbuf_text(&replay->pending.advice);
	out->recorded = recorded_decision(call);
	out->same = out->recorded && same_decision(out->decision, out->recorded);
	return REPLAY_JUDGED;
}

enum replay_result replay_record(
	struct replay *replay, const struct log_record *record, struct replay_verdict *out)
{
	enum replay_result result = REPLAY_NONE;

	if (record->event.type == EVENT_SESSION)
		replay->uid = record->event.session.uid;
	if (record->event.type == EVENT_CALL)
		result = judge_call(replay, record, out);
	replay_budgets_count(&replay->budgets, &record->event);
	replay_tasks_add(&replay->tasks, &record->event);
	return result;
}
