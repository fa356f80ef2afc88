#include "tracer/tracer.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "tracer/program_table.h"
#include "tracer/skip_call.h"
#include "tracer/tracer/impl.h"

int tracer_new(const struct tracer_observer *observer, struct tracer **out, struct err **err)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	if (tracer)
		tracer->table.programs = program_table_new();
	if (!tracer || !tracer->table.programs) {
		free(tracer);
		return err_set(err, ENOMEM, "cannot make the task table");
	}
	tracer->observer = observer;
	tracer->thread = pthread_self();
	reports_init(&tracer->reports);
	*out = tracer;
	return 0;
}

void tracer_free(struct tracer *tracer)
{
	struct task *task, *next;

	if (!tracer)
		return;
	HASH_ITER (hh, tracer->table.tasks, task, next)
		task_remove(&tracer->table, task);
	newborns_free(&tracer->newborns, tracer->table.programs);
	program_table_free(tracer->table.programs);
	reports_free(&tracer->reports);
	free(tracer);
}

bool tracer_command_ran(const struct tracer *tracer)
{
	return tracer->command_ran;
}

const struct task_table *tracer_tasks(const struct tracer *tracer)
{
	return &tracer->table;
}

struct program_lookup *tracer_programs(struct tracer *tracer)
{
	return &tracer->programs;
}

bool tracer_command_is_stopped(const struct tracer *tracer)
{
	const struct task *task = task_find(&tracer->table, tracer->command);

	return task && task->stopped;
}

void tracer_job_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTSTP);
	sigaddset(set, SIGTTIN);
	sigaddset(set, SIGTTOU);
	sigaddset(set, SIGCONT);
}

void tracer_kill_all(struct tracer *tracer)
{
	struct process *process, *next;

	tracer->killing = true;
	HASH_ITER (hh, tracer->table.processes, process, next)
		kill(process->pid, SIGKILL);
}

/* A blocked signal stays pending: a wake that comes before the wait is not lost. */
void tracer_wake(struct tracer *tracer)
{
	atomic_store(&tracer->woken, true);
	pthread_kill(tracer->thread, TRACER_WAKE_SIGNAL);
}

void tracer_ask_kill(struct tracer *tracer)
{
	atomic_store(&tracer->kill_asked, true);
	tracer_wake(tracer);
}

/* Deaths. */

static void task_ended(struct tracer *tracer, struct task *task, int status)
{
	static const struct call_result unknown = { .known = false };

	if (task->spawning)
		newborns_lose_maker(&tracer->newborns, tracer->table.programs, task->process);
	task_call_returned(tracer, task, &unknown);
	if (task->tid == tracer->command)
		tracer->command_status = status;
	tracer->observer->exited(tracer->observer->ctx, task, status);
	task_remove(&tracer->table, task);
}

/*
 * A thread that is killed in its exec, between taking its leader's tid and the event of it,
 * is reported as that leader (de_thread() in fs/exec.c): nothing comes for its own tid. Of a
 * leader's end the kernel tells last, so whoever is left in the table then is one of those.
 */
static void end_rest(struct tracer *tracer, const struct task *leader, int status)
{
	struct task *task, *next;

	HASH_ITER (hh, tracer->table.tasks, task, next) {
		if (task->process == leader->process && task != leader)
			task_ended(tracer, task, status);
	}
}

static void on_exit_status(struct tracer *tracer, struct task *task, int status)
{
	if (task->tid == task->process->pid && task->process->tasks > 1)
		end_rest(tracer, task, status);
	task_ended(tracer, task, status);
}

/* Exec. */

/*
 * A thread that calls execve(2) becomes its group's leader: it takes the
 * leader's tid, its own is gone, and the old leader vanishes without a report
 * (ptrace(2), "execve(2) under ptrace"). So the leader's entry goes on with
 * the caller's call, and the caller's entry ends.
 */
static void exec_take_over(struct tracer *tracer, struct task *leader, pid_t former)
{
	struct task *caller = task_find(&tracer->table, former);
	void *user = leader->user;

	if (former == leader->tid || !caller)
		return;
	task_call_returned(tracer, leader, &(struct call_result){ .known = false });
	leader->in_call = caller->in_call;
	leader->wanted = caller->wanted;
	leader->user = caller->user;
	caller->in_call = caller->wanted = false;
	caller->user = user;
	tracer->observer->exited(tracer->observer->ctx, caller, 0);
	task_remove(&tracer->table, caller);
}

/* At PTRACE_EVENT_EXEC the task already has the ABI and the stack of its new program. */
static void read_exec_stack(struct exec_stack *stack, struct process *process)
{
	struct __ptrace_syscall_info info = { 0 };

	process->word_size = sizeof(long);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof(info), &info) > 0)
		process->word_size = info.arch & __AUDIT_ARCH_64BIT ? 8 : 4;
	exec_stack_read(stack, process->pid, info.stack_pointer, process->word_size);
}

static void task_set_program(struct tracer *tracer, struct task *task)
{
	struct process *process = task->process;
	struct program_facts *facts = &tracer->facts;
	const struct lineage *old = process->lineage;

	read_exec_stack(&tracer->stack, process);
	program_at_exec(&tracer->programs, process->pid, &tracer->stack, facts);
	memcpy(task->comm, facts->comm, sizeof(task->comm));
	process->lineage = lineage_push(tracer->table.programs, old, &facts->program);
	lineage_unref(tracer->table.programs, old);
	/* A process whose program we cannot remember must not run it. */
	if (!process->lineage)
		kill(process->pid, SIGKILL);
}

/* Where the exec was another thread's than the leader's, that one's former number. */
static pid_t former_tid(const struct task *task)
{
	unsigned long former = (unsigned long)task->tid;

	/* One that is not in the table has not run yet: there is no other then. */
	if (task->process->tasks > 1)
		ptrace(PTRACE_GETEVENTMSG, task->tid, NULL, &former);
	return (pid_t)former;
}

static void on_exec(struct tracer *tracer, struct task *task, int event, int signal)
{
	(void)event;
	(void)signal;
	exec_take_over(tracer, task, former_tid(task));
	tracer->observer->execing(tracer->observer->ctx, task);
	task_set_program(tracer, task);
	tracer->command_ran = true;
	tracer->observer->execed(tracer->observer->ctx, task, &tracer->stack);
	/* The call has succeeded; its exit would say no more. */
	if (task_go_on_after_call(tracer, task))
		tracer->observer->returned(
			tracer->observer->ctx, task, &(struct call_result){ .known = true });
}

/* Stops. */

static bool is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/*
 * A SIGCONT that was sent to the whole process group ends the command's stop in
 * the kernel before we hear of anything, and the next Ctrl-Z may have come since:
 * one more SIGCONT would undo that. So the command is asked. One in a group-stop
 * reports it again when it is interrupted, one that was continued does not:
 * ptrace(2), PTRACE_INTERRUPT.
 */
void tracer_continue_command(struct tracer *tracer)
{
	if (!tracer_command_is_stopped(tracer))
		return;
	tracer->continuing = true;
	ptrace(PTRACE_INTERRUPT, tracer->command, NULL, NULL);
}

static void command_still_stopped(struct tracer *tracer)
{
	if (tracer->continuing)
		kill(tracer->command, SIGCONT);
	tracer->continuing = false;
}

/* The other tasks of a process that stops: those we hold would keep it from it. */
static void let_stop(struct tracer *tracer, const struct process *process)
{
	struct task *task, *next;

	if (!tracer->observer->must_leave)
		return;
	HASH_ITER (hh, tracer->table.tasks, task, next) {
		if (task->process == process && task->held)
			tracer->observer->must_leave(tracer->observer->ctx, task);
	}
}

/* PTRACE_EVENT_STOP: a group-stop, its end, or a new task's first stop. */
static void on_event_stop(struct tracer *tracer, struct task *task, int event, int signal)
{
	(void)event;
	if (task->parked)
		tracer->observer->parked(tracer->observer->ctx, task);
	task->stopped = is_stop_signal(signal);
	if (!task->stopped) {
		if (task->tid == tracer->command)
			tracer->continuing = false;
		task_resume(task, 0);
		return;
	}
	/* Stay stopped, and hear of SIGCONT: what makes job control work under ptrace. */
	ptrace(PTRACE_LISTEN, task->tid, NULL, NULL);
	if (task->process->tasks > 1)
		let_stop(tracer, task->process);
	if (task->process->pid == tracer->command)
		tracer->tell_stop = true;
	if (task->tid == tracer->command)
		command_still_stopped(tracer);
}

static void on_ptrace_event(struct tracer *tracer, struct task *task, int event, int signal)
{
	static void (*const handlers[])(struct tracer *, struct task *, int, int) = {
		[PTRACE_EVENT_SECCOMP] = tracer_on_seccomp,
		[PTRACE_EVENT_FORK] = tracer_on_fork,
		[PTRACE_EVENT_VFORK] = tracer_on_fork,
		[PTRACE_EVENT_CLONE] = tracer_on_fork,
		[PTRACE_EVENT_EXEC] = on_exec,
		[PTRACE_EVENT_STOP] = on_event_stop,
	};
	size_t n = sizeof(handlers) / sizeof(handlers[0]);

	if ((size_t)event < n && handlers[event])
		handlers[event](tracer, task, event, signal);
	else
		task_resume(task, 0);
}

/* Signal-delivery: the task gets what was sent to it. */
static void on_signal(struct tracer *tracer, struct task *task, int signal)
{
	const struct tracer_observer *observer = tracer->observer;
	struct trap trap;

	/* A stop signal on its way to the command is newer than what we were to end. */
	if (is_stop_signal(signal) && task->process->pid == tracer->command)
		tracer->continuing = false;
	if (reports_is_listening(&tracer->reports) && task_interrupted_call(task->tid, &trap) &&
		observer->never_began(observer->ctx, task, &trap))
		task_restart_call(task->tid);
	task_resume(task, signal);
}

void tracer_handle(struct tracer *tracer, pid_t tid, int status)
{
	struct task *task = task_find(&tracer->table, tid);
	int signal = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

	if (!task)
		tracer_on_unknown(tracer, tid, status);
	else if (!WIFSTOPPED(status))
		on_exit_status(tracer, task, status);
	else if (status >> 16)
		on_ptrace_event(tracer, task, status >> 16, signal);
	else if (signal == (SIGTRAP | 0x80))
		tracer_on_syscall_stop(tracer, task);
	else
		on_signal(tracer, task, signal);
}

/* Nothing is waiting to be handled: now the observer may stop callgate itself. */
static void tell_command_stopped(struct tracer *tracer)
{
	tracer->tell_stop = false;
	if (tracer_command_is_stopped(tracer))
		tracer->observer->command_stopped(tracer->observer->ctx);
}

int tracer_listen(struct tracer *tracer, int fd)
{
	return reports_listen(&tracer->reports, fd);
}

/*
 * Waits until a task reports, somebody wakes us, or callgate is sent a signal of
 * job control. SIGCHLD has the lowest number and comes first: what was sent to
 * callgate is told only when all that the tasks reported has been handled.
 */
static void wait_reports(struct tracer *tracer)
{
	const struct tracer_observer *observer = tracer->observer;
	siginfo_t info;
	int signal = reports_wait(&tracer->reports, observer->readable, observer->ctx, &info);

	if (signal < 0 || signal == SIGCHLD || signal == TRACER_WAKE_SIGNAL)
		return;
	observer->job_signal(observer->ctx, &info);
	tracer->tell_stop = tracer_command_is_stopped(tracer);
}

static void handle_wakes(struct tracer *tracer)
{
	if (atomic_exchange(&tracer->kill_asked, false))
		tracer_kill_all(tracer);
	if (!atomic_exchange(&tracer->woken, false))
		return;
	if (tracer->observer->woken)
		tracer->observer->woken(tracer->observer->ctx);
}

int tracer_run(struct tracer *tracer, pid_t command, int *status, struct err **err)
{
	tracer->command = command;
	if (!task_born(tracer, command, command, NULL, NULL, "spawn"))
		return err_set(err, ENOMEM, "cannot watch the command");
	for (;;) {
		int wait_status;
		pid_t tid = waitpid(-1, &wait_status, __WALL | WNOHANG);

		if (tid < 0 && errno == ECHILD)
			break;
		if (tid < 0 && errno != EINTR)
			return err_set(err, errno, "cannot wait for the command: waitpid");
		if (tid > 0)
			tracer_handle(tracer, tid, wait_status);
		tracer_settle_orphans(tracer);
		handle_wakes(tracer);
		if (tid == 0 && tracer->tell_stop)
			tell_command_stopped(tracer);
		else if (tid == 0)
			wait_reports(tracer);
	}
	*status = tracer->command_status;
	if (tracer->blind)
		return err_set(err, tracer->blind,
			"this kernel, or what stands in for one, does not tell a tracer what a "
			"task calls (that needs Linux 5.3; `callgate doctor` tells more). The "
			"command was killed. PTRACE_GET_SYSCALL_INFO");
	return 0;
}
