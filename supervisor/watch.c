#include "supervisor/watch.h"

#include <string.h>
#include <unistd.h>

#include "supervisor/socket_ask.h"
#include "tracer/memory.h"
#include "tracer/program_table.h"

/* Who an event is about, as the table has it now. */
static struct event_task event_task_now(const struct task *task)
{
	return (struct event_task){
		.pid = task->process->pid,
		.tid = task->tid,
		.comm = task->comm,
		.lineage = task->process->lineage,
	};
}

static void watch_started(void *ctx, struct task *task, struct task *maker, const char *how)
{
	struct watch *watch = ctx;
	struct pending *pending = maker ? maker->user : NULL;
	bool thread = task->tid != task->process->pid;
	struct moment now = moment_now();
	struct event event = {
		.type = EVENT_START,
		.task = event_task_now(task),
		.start = {
			.parent = thread ? task->process->pid : task->process->parent,
			.thread = thread,
			.how = how,
		},
	};

	if (task->tid == watch->command)
		event.start.parent = getpid();
	if (pending && call_kind(&pending->call) == CALL_KIND_SPAWN) {
		pending->child = task->tid;
		pending->child_is_thread = thread;
		event.start.how = pending->call.name;
	}
	emit(watch->emitter, &event, &now);
}

/* The descriptor whose socket the call uses, or -1. */
static int call_socket_fd(const struct call *call)
{
	const struct value *fd = call_value(call, "fd");
	enum call_id id = call->desc ? call->desc->id : CALL_NONE;

	switch (id) {
	case CALL_CONNECT:
	case CALL_BIND:
	case CALL_LISTEN:
	case CALL_ACCEPT:
	case CALL_ACCEPT4:
	case CALL_SENDTO:
	case CALL_SEND:
	case CALL_SENDMSG:
	case CALL_SENDMMSG:
		return fd ? (int)fd->num : -1;
	default:
		return -1;
	}
}

static bool is_plain_send(const struct call *call)
{
	enum call_id id = call->desc ? call->desc->id : CALL_NONE;

	return (id == CALL_SENDTO || id == CALL_SEND) && !call_destination(call, 0);
}

/*
 * Some calls stop without being asked for: sends whose registers cannot tell
 * whether they name a destination, and what the tracer needs to keep its table.
 */
static bool is_selected(const struct watch *watch, const struct call *call)
{
	if (call_kind(call) == CALL_KIND_SPAWN || strcmp(call->name, "prctl") == 0)
		return call_set_is_all(watch->select) || call_set_has(watch->select, call->name);
	return call_set_wants_plain_send(watch->select) || !is_plain_send(call);
}

static enum trap_response watch_trapped(
	void *ctx, struct task *task, const struct trap *trap, int64_t *answer)
{
	struct watch *watch = ctx;
	struct pending *pending = pending_get(&watch->pool);
	struct mem_reader mem = task_memory_reader(&task->tid);
	int fd;

	(void)answer;
	if (!pending) {
		emit_warning(
			watch->emitter, "memory.exhausted", "a call is not shown: out of memory");
		return TRAP_PASS;
	}
	pending->at = moment_now();
	call_decode(&pending->call, trap, &mem, &pending->arena, &watch->decode);
	if (!is_selected(watch, &pending->call)) {
		pending_put(&watch->pool, pending);
		return TRAP_PASS;
	}
	fd = call_socket_fd(&pending->call);
	pending->socket = (struct socket_facts){ 0 };
	if (fd >= 0)
		socket_ask(task->process->pid, task->tid, fd, &pending->socket);
	pending->lineage = lineage_ref(task->process->lineage);
	memcpy(pending->comm, task->comm, sizeof(pending->comm));
	task->user = pending;
	return TRAP_WATCH;
}

static uint64_t duration_since(const struct moment *begin, const struct call_result *result)
{
	struct moment now;

	if (!result->known)
		return 0;
	now = moment_now();
	return now.mono_ns - begin->mono_ns;
}

static void watch_returned(void *ctx, struct task *task, const struct call_result *result)
{
	struct watch *watch = ctx;
	struct pending *pending = task->user;
	struct mem_reader mem = task_memory_reader(&task->tid);
	struct event event = {
		.type = EVENT_CALL,
		.task = event_task_now(task),
		.call = {
			.call = &pending->call,
			.result = result,
			.duration_ns = duration_since(&pending->at, result),
			.socket = &pending->socket,
			.program = pending->program,
			.child = pending->child,
			.child_is_thread = pending->child_is_thread,
		},
	};

	event.task.comm = pending->comm;
	event.task.lineage = pending->lineage;
	call_decode_result(&pending->call, result, &mem, &pending->arena);
	emit(watch->emitter, &event, &pending->at);
	lineage_unref(tracer_tasks(watch->tracer)->programs, pending->lineage);
	pending_put(&watch->pool, pending);
	task->user = NULL;
}

static void watch_execed(void *ctx, struct task *task)
{
	struct pending *pending = task->user;
	const struct lineage *lineage = task->process->lineage;

	(void)ctx;
	if (pending && lineage)
		pending->program = lineage->program;
}

static void watch_exited(void *ctx, struct task *task, int status)
{
	struct watch *watch = ctx;
	bool process_ends = task->process->tasks == 1;
	struct moment now = moment_now();
	struct event event = {
		.type = EVENT_EXIT,
		.task = event_task_now(task),
		.exit = {
			.status = status,
			.thread = !process_ends,
			.lifetime_ns = now.mono_ns - task->start_ns,
		},
	};

	emit(watch->emitter, &event, &now);
	if (task->tid == watch->command && watch->kill_on_exit)
		tracer_kill_all(watch->tracer);
}

static void watch_command_stopped(void *ctx)
{
	struct watch *watch = ctx;

	watch->stopped(watch->stopped_ctx);
}

struct tracer_observer watch_observer(struct watch *watch)
{
	return (struct tracer_observer){
		.ctx = watch,
		.started = watch_started,
		.trapped = watch_trapped,
		.returned = watch_returned,
		.execed = watch_execed,
		.exited = watch_exited,
		.command_stopped = watch_command_stopped,
	};
}

void watch_free(struct watch *watch)
{
	pending_pool_free(&watch->pool);
}
