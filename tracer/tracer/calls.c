#include "tracer/tracer/impl.h"

#include <errno.h>
#include <linux/audit.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>

#include "decoders/restart.h"
#include "tracer/skip_call.h"

void task_resume(const struct task *task, int signal)
{
	ptrace(task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, task->tid, NULL, (long)signal);
}

void task_set_spawning(struct tracer *tracer, struct task *task, bool spawning)
{
	if (task->spawning == spawning)
		return;
	task->spawning = spawning;
	tracer->spawning += spawning ? 1 : -1u;
}

/* True when the observer is to be told of its result. */
static bool call_is_over(struct tracer *tracer, struct task *task)
{
	bool wanted = task->wanted;

	if (task->renaming)
		proc_read_comm(task->tid, task->comm);
	task->in_call = task->wanted = task->renaming = task->held = false;
	task_set_spawning(tracer, task, false);
	return wanted;
}

void task_call_returned(struct tracer *tracer, struct task *task, const struct call_result *result)
{
	if (call_is_over(tracer, task))
		tracer->observer->returned(tracer->observer->ctx, task, result);
}

bool task_go_on_after_call(struct tracer *tracer, struct task *task)
{
	bool wanted = call_is_over(tracer, task);

	task_resume(task, 0);
	return wanted;
}

/*
 * What has no decoder, and is stopped to keep account of tasks: prctl(PR_SET_NAME), for task.comm
 * to be true, and waits.
 */
static void account_for(struct tracer *tracer, struct task *task, const struct trap *trap)
{
	bool sets_name = (uint32_t)trap->args[0] == PR_SET_NAME;
	char buf[32];
	const char *call;

	task->renaming = false;
	/* Names are dear: they are asked for where the registers fit. */
	if ((!sets_name && !tracer_may_be_wait(trap)) || trap_call_kind(trap) != CALL_KIND_OTHER)
		return;
	call = abi_call_name(abi_of_trap(trap), trap->nr, buf, sizeof(buf));
	task->renaming = sets_name && strcmp(call, "prctl") == 0;
	tracer_before_wait(tracer, task, call, trap);
}

/*
 * The call is not made: the kernel skips a call numbered -1 and returns what
 * the return register has (seccomp(2), SECCOMP_RET_TRACE).
 */
static void task_answer(struct tracer *tracer, struct task *task, int64_t result)
{
	task_set_spawning(tracer, task, false);
	task->wanted = task->renaming = task->held = false;
	/* For a restart the kernel needs the number again, once the call was skipped. */
	task->restarts = result_is_restart(result);
	task->in_call = task->restarts;
	if (!task_skip_call(task->tid, result))
		kill(task->tid, SIGKILL); /* rather than a call that was not allowed */
	task_resume(task, 0);
}

static void respond(
	struct tracer *tracer, struct task *task, enum trap_response response, int64_t answer)
{
	if (response == TRAP_ANSWER) {
		task_answer(tracer, task, answer);
		return;
	}
	task->wanted = response != TRAP_PASS;
	task->held = response == TRAP_HOLD;
	task->in_call = task->wanted || task->spawning || task->renaming;
	if (!task->held)
		task_resume(task, 0);
}

void tracer_answer(struct tracer *tracer, struct task *task, int64_t result)
{
	task_answer(tracer, task, result);
}

void tracer_release(struct tracer *tracer, struct task *task)
{
	respond(tracer, task, TRAP_WATCH, 0);
}

void tracer_held(struct task *task, bool held)
{
	task->wanted = task->held = held;
}

void tracer_interrupt(const struct task *task)
{
	ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
}

void tracer_on_seccomp(struct tracer *tracer, struct task *task, int event, int signal)
{
	struct __ptrace_syscall_info info;
	enum trap_response response;
	int64_t answer = -ENOSYS;
	long n = ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info);
	struct trap trap;

	(void)event;
	(void)signal;
	if (n < 0 && errno != ESRCH) {
		/* What cannot be seen must not happen. */
		tracer->blind = errno;
		tracer_kill_all(tracer);
		return;
	}
	if (n <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
		return; /* it was killed meanwhile */
	trap = (struct trap){
		.tid = task->tid,
		.audit_arch = info.arch,
		.nr = (int64_t)info.seccomp.nr,
		.ip = info.instruction_pointer,
	};
	for (size_t i = 0; i < 6; i++)
		trap.args[i] = info.seccomp.args[i];
	task->nr = trap.nr;
	account_for(tracer, task, &trap);
	task_set_spawning(tracer, task, trap_call_kind(&trap) == CALL_KIND_SPAWN);
	response = tracer->observer->trapped(tracer->observer->ctx, task, &trap, &answer);
	respond(tracer, task, response, answer);
}

void tracer_on_syscall_stop(struct tracer *tracer, struct task *task)
{
	struct __ptrace_syscall_info info;
	long n = ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info);

	if (task->restarts) {
		task_restore_call(task->tid, task->nr);
		tracer_interrupt(task);
	}
	task->restarts = false;
	if (n > 0 && info.op == PTRACE_SYSCALL_INFO_EXIT) {
		struct call_result result = {
			.known = true,
			.is_error = info.exit.is_error,
			.value = info.exit.rval,
		};

		task_call_returned(tracer, task, &result);
	}
	task_resume(task, 0);
}
