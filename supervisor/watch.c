#include "supervisor/watch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "report/jsonl_event.h"
#include "supervisor/event_facts.h"
#include "supervisor/own_root.h"
#include "supervisor/parking.h"
#include "supervisor/reach.h"
#include "supervisor/socket_dup.h"
#include "supervisor/watch_tasks.h"
#include "notify/filter.h"
#include "tracer/memory.h"
#include "tracer/program_table.h"

/* Calls whose first argument is the descriptor of a socket worth asking about. */
static bool uses_socket(const struct call *call)
{
	static const enum call_id ids[] = { CALL_CONNECT, CALL_BIND, CALL_LISTEN, CALL_ACCEPT,
		CALL_ACCEPT4, CALL_SENDTO, CALL_SEND, CALL_SENDMSG, CALL_SENDMMSG };

	for (size_t i = 0; call->desc && i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (call->desc->id == ids[i])
			return true;
	}
	return false;
}

/* In audit a bind goes on by itself: what it will come to is not waited for. */
static void look_at_port(const struct watch *watch, struct pending *pending)
{
	struct gate *gate = watch->gate;
	enum call_kind kind = call_kind(&pending->call);

	if (gate && kind == CALL_KIND_BIND && !mode_enforces(gate->mode))
		bound_sockets_add(&gate->bound, pending->fd);
	if (pending->call.desc && pending->call.desc->id == CALL_LISTEN)
		pending->unbound = socket_is_unbound(
			pending->fd, !gate || bound_sockets_has(&gate->bound, pending->fd));
}

/* The duplicate is kept where the call may be made on it; otherwise only asked. */
static void find_socket(struct watch *watch, struct task *task, struct pending *pending)
{
	const struct value *value = call_value(&pending->call, "fd");
	bool judged = watch->gate && judge_by_socket(&watch->gate->judge, &pending->call);
	int fd = (int)(value ? value->num : pending->call.args[0]);

	pending->socket = (struct socket_facts){ 0 };
	/* As it is when the socket is looked at: a thread may swap it, and end, while the call is
	 * held. */
	pending->fd_stays = task->process->tasks == 1 && !task->process->shares_files;
	if (!judged && (!value || !uses_socket(&pending->call)))
		return;
	pending->fd = socket_dup_task(task, fd);
	if (pending->fd < 0)
		return;
	socket_ask(&watch->sockets, pending->fd, &pending->socket);
	look_at_port(watch, pending);
	if (!watch->gate) {
		close(pending->fd);
		pending->fd = -1;
	}
}

static bool is_plain_send(const struct call *call)
{
	enum call_id id = call->desc ? call->desc->id : CALL_NONE;

	return (id == CALL_SENDTO || id == CALL_SEND) && !call_destination(call, 0);
}

/*
 * Some calls stop without being asked for: what the tracer needs to keep its
 * table, and ptrace(2), of which some must not be let go.
 */
static bool is_asked_for(
	const struct watch *watch, const struct task *task, const struct call *call)
{
	/* What tasks of the run do to one another is theirs to know. */
	if (call_set_has_only_other(watch->select, call->name))
		return reach_of(tracer_tasks(watch->tracer), task, call) != REACH_INSIDE;
	if (call_kind(call) == CALL_KIND_SPAWN || filter_accounts_for(call->name) ||
		strcmp(call->name, "ptrace") == 0)
		return call_set_is_all(watch->select) || call_set_has(watch->select, call->name);
	return true;
}

/* And sends, whose registers cannot always tell whether they name a destination. */
static bool is_selected(const struct watch *watch, const struct task *task, const struct call *call)
{
	if (call_kind(call) != CALL_KIND_CONNECT)
		return is_asked_for(watch, task, call);
	/* In enforce an i386 send stays: its arguments are in memory, and it is made on behalf. */
	if (watch->gate && mode_enforces(watch->gate->mode))
		return true;
	return call_set_wants_plain_send(watch->select) || !is_plain_send(call);
}

static uint64_t duration_since(const struct moment *begin, const struct call_result *result)
{
	return result->known ? mono_now() - begin->mono_ns : 0;
}

/* One that was taken for a rule is not shown by that alone. */
static const struct stack *shown_stack(const struct watch *watch, const struct pending *pending)
{
	bool shown = watch->stack_when == STACK_EVERY ||
		     (watch->stack_when == STACK_DENIED && !gate_allows(pending));

	return shown ? pending->stack : NULL;
}

static void call_event(const struct watch *watch, const struct task *task,
	const struct pending *pending, struct event *event)
{
	bool audit = watch->gate && watch->gate->mode == MODE_AUDIT;

	*event = (struct event){
		.type = EVENT_CALL,
		.task = watch_task_now(task),
		.call = {
			.call = &pending->call,
			.result = &pending->result,
			.duration_ns = duration_since(&pending->at, &pending->result),
			.socket = &pending->socket,
			.unbound = pending->unbound,
			.stack = shown_stack(watch, pending),
			.program = pending->program,
			.child = pending->child,
			.child_is_thread = pending->child_is_thread,
		},
	};

	event->task.comm = pending->comm;
	event->task.lineage = pending->lineage;
	if (pending->judged && audit)
		event->call.would = &pending->decision;
	else if (pending->judged)
		event->call.decision = &pending->decision;
	if (pending->advice.len)
		event->call.advice = sbuf_text(&pending->advice);
}

void watch_describe(const struct watch *watch, const struct task *task,
	const struct pending *pending, struct sbuf *out)
{
	struct event event;

	call_event(watch, task, pending, &event);
	emitter_stamp(watch->emitter, &event, &pending->at);
	if (!jsonl_event(&event, out))
		sbuf_reset(out);
}

void watch_forget(struct watch *watch, struct pending *pending)
{
	struct program_table *programs = tracer_tasks(watch->tracer)->programs;

	if (pending->parked)
		watch_forget(watch, pending->parked);
	lineage_unref(programs, pending->lineage);
	lineage_unref(programs, pending->runs);
	pending_put(&watch->pool, pending);
}

/* The command's own exec was denied: callgate ends with that, and says what to write. */
static void note_denied_command(
	struct watch *watch, const struct task *task, const struct pending *pending)
{
	const struct rule_ref *rule = &pending->decision.rule;

	if (task->tid != watch->command || tracer_command_ran(watch->tracer) ||
		call_kind(&pending->call) != CALL_KIND_EXEC || gate_allows(pending) ||
		!mode_enforces(watch->gate->mode))
		return;
	sbuf_reset(&watch->denial);
	if (rule->file)
		sbuf_fmt(&watch->denial,
			"the policy does not let it run (%s%s%s:%d); to allow it, add before that "
			"rule: - {exec: ",
			rule->id, *rule->id ? ", " : "", rule->file, rule->line);
	else
		sbuf_fmt(&watch->denial,
			"the policy does not let it run (%s); to allow it, add a rule: - {exec: ",
			pending->decision.reason);
	escape_word(&watch->denial, pending->exec ? pending->exec->path : "PATH",
		pending->exec ? strlen(pending->exec->path) : 4);
	sbuf_str(&watch->denial, ", verdict: allow}");
}

void watch_finish(struct watch *watch, struct task *task, struct pending *pending,
	const struct call_result *result)
{
	struct mem_reader mem = task_memory_reader(&task->tid);
	struct event event;

	pending->result = *result;
	call_decode_result(&pending->call, result, &mem, &pending->arena);
	call_event(watch, task, pending, &event);
	event_facts_put(pending, watch->gate ? judge_policy(&watch->gate->judge, pending) : NULL,
		&event.call);
	if (watch->gate) {
		note_denied_command(watch, task, pending);
		gate_returned(watch->gate, pending, pending->child != 0);
	}
	/* One that a thread of the gate still works on is forgotten when that is through. */
	if (watch->gate && gate_cancel(watch->gate, pending))
		emit(watch->emitter, &event, &pending->at);
	else
		emit_later(watch->emitter, &event, &pending->at, pending);
}

void watch_released(void *ctx, const struct event *event, void *owner)
{
	struct watch *watch = ctx;

	if (owner)
		watch_forget(watch, owner);
	else if (event->type == EVENT_START || event->type == EVENT_EXIT)
		lineage_unref(tracer_tasks(watch->tracer)->programs, event->task.lineage);
}

/* False: its task has been killed, and what was read may be another one's. */
static bool still_waits(const struct watch *watch, uint64_t notif_id)
{
	return !notif_id || listener_valid(&watch->notified.listener, notif_id);
}

static void attribute(const struct task *task, struct pending *pending)
{
	pending->lineage = lineage_ref(task->process->lineage);
	memcpy(pending->comm, task->comm, sizeof(pending->comm));
}

/*
 * What is no call of a socket, a spawn or an exec may change the task's credentials:
 * setuid(2), capset(2), unshare(2). It cannot come here again before that is over.
 */
static void credentials_may_change(struct task *task, const struct call *call)
{
	enum call_kind kind = call_kind(call);

	if (kind == CALL_KIND_OTHER || kind == CALL_KIND_SYSCALL)
		task->credentials_known = false;
}

bool watch_end_reading(struct watch *watch)
{
	bool killed = watchdog_end(&watch->watchdog);

	if (killed)
		emit_warning(watch->emitter, "unreadable.killed",
			"a process was killed: what it wanted to do could not be read for seconds");
	return killed;
}

/* Where calls are judged, that is what became of this one. */
static enum trap_response note_killed(const struct watch *watch, struct pending *pending,
	enum trap_response response, int64_t *answer)
{
	if (!watch->gate || !mode_enforces(watch->gate->mode) || response == TRAP_HOLD)
		return response;
	pending->judged = true;
	sbuf_reset(&pending->advice);
	judge_deny(pending, EFAULT, "unreadable.killed",
		"memory or a file that the call names never came");
	pending->decision.verdict = VERDICT_KILL;
	*answer = -EFAULT;
	return TRAP_ANSWER;
}

static enum trap_response no_memory(const struct watch *watch, int64_t *answer)
{
	emit_warning(watch->emitter, "memory.exhausted", "a call is not shown: out of memory");
	*answer = -ENOMEM;
	return watch->gate && mode_enforces(watch->gate->mode) ? TRAP_ANSWER : TRAP_PASS;
}

/* Those that wait at the listener are parked for it. */
static void take_stack(const struct watch *watch, enum stack_when when, const struct task *task,
	struct pending *pending)
{
	if (watch->stack_when == when && !pending->notif_id)
		stacking_take(watch->stacks, task, pending);
}

/* Even where nothing else is refused: reach_traces_callgate(). */
static enum trap_response refuse_tracing(const struct task *task, const struct pending *pending,
	enum trap_response response, int64_t *answer)
{
	if (response == TRAP_ANSWER || !reach_traces_callgate(task, &pending->call))
		return response;
	*answer = -EPERM;
	return TRAP_ANSWER;
}

enum trap_response watch_trap(struct watch *watch, struct task *task, const struct trap *trap,
	uint64_t notif_id, int64_t *answer, struct pending **out)
{
	struct pending *pending = pending_get(&watch->pool);
	struct mem_reader mem = task_memory_reader(&task->tid);
	enum trap_response response = TRAP_WATCH;
	bool silent = false, killed;

	*out = NULL;
	if (!pending)
		return no_memory(watch, answer);
	pending->at = moment_now();
	pending->trap = *trap;
	pending->notif_id = notif_id;
	watchdog_begin(&watch->watchdog, task->process->pid);
	call_decode(&pending->call, trap, &mem, &pending->arena, &watch->decode);
	credentials_may_change(task, &pending->call);
	/* Before it is let go, and whatever becomes of it. */
	if (own_root_may_end(&pending->call))
		tracer_programs(watch->tracer)->own_root = false;
	if (!is_selected(watch, task, &pending->call)) {
		watch_end_reading(watch);
		response = refuse_tracing(task, pending, TRAP_PASS, answer);
		pending_put(&watch->pool, pending);
		return response;
	}
	find_socket(watch, task, pending);
	killed = watch_end_reading(watch);
	if (!killed && !still_waits(watch, notif_id)) {
		pending_put(&watch->pool, pending);
		return TRAP_ANSWER;
	}
	attribute(task, pending);
	if (killed) {
		*out = pending;
		return note_killed(watch, pending, TRAP_WATCH, answer);
	}
	parking_replay(watch, task, pending);
	if (parking_is_due(watch, pending)) {
		parking_park(watch, task, pending);
		*answer = PARKING_ANSWER;
		return TRAP_ANSWER;
	}
	take_stack(watch, STACK_EVERY, task, pending);
	watchdog_begin(&watch->watchdog, task->process->pid);
	if (watch->reload && reload_holds(watch->reload, task, pending))
		response = TRAP_HOLD;
	else if (watch->gate)
		response = gate_trapped(watch->gate, task, pending, answer, &silent);
	else
		judge_gather_paths(task, pending);
	if (watch_end_reading(watch) && !silent)
		response = note_killed(watch, pending, response, answer);
	response = refuse_tracing(task, pending, response, answer);
	if (silent)
		watch_forget(watch, pending);
	else
		*out = pending;
	return response;
}

/* The rest of an answer: its call is over before its task goes on. */
static void answered(struct watch *watch, struct task *task, int64_t answer)
{
	struct call_result result = { .known = true, .is_error = answer < 0, .value = answer };
	struct pending *pending = task->user;

	task->user = NULL;
	watch_finish(watch, task, pending, &result);
}

static enum trap_response watch_trapped(
	void *ctx, struct task *task, const struct trap *trap, int64_t *answer)
{
	struct watch *watch = ctx;
	enum trap_response response;
	struct pending *pending;

	if (task->tid == watch->command && !notified_attach(watch, task)) {
		tracer_kill_all(watch->tracer);
		return TRAP_ANSWER;
	}
	watch_last_call(watch, task);
	response = watch_trap(watch, task, trap, 0, answer, &pending);
	if (pending && !gate_allows(pending))
		take_stack(watch, STACK_DENIED, task, pending);
	task->user = pending;
	if (response != TRAP_HOLD && pending)
		pending_drop_socket(pending);
	if (response == TRAP_ANSWER && pending)
		answered(watch, task, *answer);
	return response;
}

static void watch_returned(void *ctx, struct task *task, const struct call_result *result)
{
	struct pending *pending;

	if (!result->known)
		watch_last_call(ctx, task);
	pending = task->user;
	task->user = NULL;
	if (pending)
		watch_finish(ctx, task, pending, result);
}

/* A thread of the gate is through with a held call: its task goes on. */
static void go_on(struct watch *watch, struct pending *pending)
{
	struct task *task = task_find(tracer_tasks(watch->tracer), pending->tid);
	enum trap_response response;
	int64_t answer = 0;

	if (pending->dead || !task) {
		watch_forget(watch, pending);
		return;
	}
	watchdog_begin(&watch->watchdog, task->process->pid);
	response = gate_resumed(watch->gate, task, pending, &answer);
	watch_end_reading(watch);
	if (!gate_allows(pending))
		take_stack(watch, STACK_DENIED, task, pending);
	if (response != TRAP_HOLD)
		pending_drop_socket(pending);
	if (pending->notif_id) {
		notified_resume(watch, task, pending, response, answer);
	} else if (response == TRAP_ANSWER) {
		answered(watch, task, answer);
		tracer_answer(watch->tracer, task, answer);
	} else if (response == TRAP_WATCH) {
		tracer_release(watch->tracer, task);
	}
}

void watch_woken(void *ctx)
{
	struct watch *watch = ctx;
	struct pending *pending;

	if (watch->reload)
		reload_apply(watch->reload, watch->gate, watch->emitter);
	while (watch->gate && (pending = ready_take(&watch->gate->ready)))
		go_on(watch, pending);
}

void watch_last_call(struct watch *watch, struct task *task)
{
	const struct pending *pending = task->user;

	if (pending && pending->notif_id)
		watch_woken(watch);
}

static void watch_must_leave(void *ctx, struct task *task)
{
	struct watch *watch = ctx;

	gate_interrupt(watch->gate, task->user);
}

static void watch_command_stopped(void *ctx)
{
	struct watch *watch = ctx;

	watch->stopped(watch->job_ctx);
}

static void watch_job_signal(void *ctx, const siginfo_t *info)
{
	struct watch *watch = ctx;

	watch->job_signal(watch->job_ctx, info);
}

struct tracer_observer watch_observer(struct watch *watch)
{
	return (struct tracer_observer){
		.ctx = watch,
		.started = watch_started,
		.trapped = watch_trapped,
		.returned = watch_returned,
		.execing = watch_execing,
		.execed = watch_execed,
		.exited = watch_exited,
		.command_stopped = watch_command_stopped,
		.job_signal = watch_job_signal,
		.woken = watch_woken,
		.must_leave = watch_must_leave,
		.parked = parking_stopped,
		.readable = notified_readable,
		.never_began = notified_never_began,
	};
}

void watch_free(struct watch *watch)
{
	/* What the gate was still at when the last task died. */
	watch_woken(watch);
	listener_close(&watch->notified.listener);
	pending_pool_free(&watch->pool);
	sbuf_free(&watch->denial);
}
