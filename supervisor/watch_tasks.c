#include "supervisor/watch_tasks.h"

#include <linux/sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/exec_argv.h"
#include "supervisor/exec_environment.h"
#include "supervisor/parking.h"
#include "tracer/program_table.h"

struct event_task watch_task_now(const struct task *task)
{
	return (struct event_task){
		.pid = task->process->pid,
		.tid = task->tid,
		.comm = task->comm,
		.lineage = task->process->lineage,
	};
}

/* Its task may run another program, or be gone, when it is written. */
static void emit_task_event(struct watch *watch, struct event *event, const struct moment *at)
{
	lineage_ref(event->task.lineage);
	emit_later(watch->emitter, event, at, NULL);
}

/* Of its maker, but in a user namespace of its own: clone(2). */
static void inherit_credentials(
	struct task *task, const struct task *maker, const struct pending *pending)
{
	const struct value *flags = pending ? call_value(&pending->call, "flags") : NULL;
	bool same_namespace = pending && !(flags && (flags->num & CLONE_NEWUSER));

	task->credentials_known = same_namespace && maker->credentials_known;
	task->own_credentials = task->credentials_known && maker->own_credentials;
}

/*
 * Processes that open and close descriptors for each other: clone(2), CLONE_FILES. What a
 * clone3(2) asks for is in memory, so it is taken for one; so is a call that nobody saw.
 */
static void share_files(
	const struct watch *watch, struct process *process, const struct pending *pending)
{
	struct process *maker = process_find(tracer_tasks(watch->tracer), process->parent);
	enum call_id id = pending && pending->call.desc ? pending->call.desc->id : CALL_NONE;
	bool known = id == CALL_CLONE || id == CALL_FORK || id == CALL_VFORK;
	const struct value *flags = known ? call_value(&pending->call, "flags") : NULL;

	if (known && !(flags && (flags->num & CLONE_FILES)))
		return;
	process->shares_files = true;
	if (maker)
		maker->shares_files = true;
}

void watch_started(void *ctx, struct task *task, struct task *maker, const char *how)
{
	struct watch *watch = ctx;
	struct pending *pending = maker ? maker->user : NULL;
	bool thread = task->tid != task->process->pid;
	struct moment now = moment_now();
	struct event event = {
		.type = EVENT_START,
		.task = watch_task_now(task),
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
	inherit_credentials(task, maker, pending);
	if (!thread && task->tid != watch->command)
		share_files(watch, task->process, pending);
	if (watch->gate) {
		gate_started(watch->gate, task, pending && pending->reserved);
		spawning_end(&watch->gate->spawning, pending);
	}
	emit_task_event(watch, &event, &now);
}

/* Once for each program: it fails in ways that do not tell why. */
static void warn_of_privileges(struct watch *watch, const struct task *task)
{
	cleanup_sbuf struct sbuf words = SBUF_INIT;
	struct moment now = moment_now();
	struct event event = { .type = EVENT_WARNING, .task = watch_task_now(task) };

	if (!event.task.lineage || !privileges_withheld(&watch->privileges, task, &words))
		return;
	event.warning.code = "privileges.withheld";
	event.warning.text = sbuf_text(&words);
	emit(watch->emitter, &event, &now);
}

void watch_execing(void *ctx, struct task *task)
{
	struct watch *watch = ctx;

	watchdog_begin(&watch->watchdog, task->process->pid);
}

void watch_execed(void *ctx, struct task *task, const struct exec_stack *stack)
{
	struct watch *watch = ctx;
	struct pending *pending = task->user;
	const struct lineage *lineage = task->process->lineage;

	/* Of the first thread, whose number another one has now, or left for good by a handler. */
	parking_drop(watch, task, false);
	if (watch->reload)
		reload_execed(watch->reload, task);
	task->credentials_known = false;     /* set-user-ID programs, capabilities of files */
	task->process->shares_files = false; /* begin_new_exec() in fs/exec.c */
	stacks_forget(watch->stacks, task->process->pid);
	if (pending && lineage) {
		pending->runs = lineage_ref(lineage);
		pending->program = lineage->program;
	}
	if (pending && watch->gate)
		exec_argv_refresh(task->process->pid, stack, pending);
	if (pending && watch->environment)
		pending->code_variables = exec_environment_variables(
			task->process->pid, watch->environment, &pending->arena);
	warn_of_privileges(watch, task);
	/* Not one instruction of it has run: this is the last moment to say no. */
	if (watch->gate && !gate_execed(watch->gate, task, pending))
		kill(task->process->pid, SIGKILL);
	watch_end_reading(watch);
}

void watch_exited(void *ctx, struct task *task, int status)
{
	struct watch *watch = ctx;
	bool process_ends = task->process->tasks == 1;
	struct moment now = moment_now();
	struct event event = {
		.type = EVENT_EXIT,
		.task = watch_task_now(task),
		.exit = {
			.status = status,
			.thread = !process_ends,
			.lifetime_ns = now.mono_ns - task->start_ns,
		},
	};

	parking_drop(watch, task, process_ends);
	emit_task_event(watch, &event, &now);
	if (process_ends)
		stacks_forget(watch->stacks, task->process->pid);
	if (HASH_COUNT(tracer_tasks(watch->tracer)->tasks) == 1)
		stacks_stop(watch->stacks);
	if (watch->gate)
		gate_exited(watch->gate, task, process_ends);
	if (task->tid == watch->command && watch->kill_on_exit)
		tracer_kill_all(watch->tracer);
}
