#include "supervisor/notified.h"

#include <errno.h>
#include <linux/net.h>
#include <string.h>

#include "decoders/abi.h"
#include "decoders/acts_on.h"
#include "decoders/restart.h"
#include "supervisor/parking.h"
#include "supervisor/watch.h"

/* For the gate: a result that is no restart code. */
static void answer_from_anywhere(void *ctx, uint64_t id, int64_t result)
{
	listener_answer(ctx, id, result);
}

bool notified_attach(struct watch *watch, const struct task *task)
{
	struct notified *notified = &watch->notified;
	int rc;

	if (!notified->remote || notified->listener.fd >= 0)
		return true;
	rc = listener_open(&notified->listener, task->process->pid, *notified->remote);
	if (rc == 0)
		rc = tracer_listen(watch->tracer, notified->listener.fd);
	notified->errnum = -rc;
	if (rc < 0)
		return false;
	watch->gate->answer = answer_from_anywhere;
	watch->gate->answer_ctx = &notified->listener;
	watch->gate->credentials_are_followed = true;
	return true;
}

/* Whether the kernel itself may interrupt such a call once it is let go. */
static bool may_block(const struct trap *trap)
{
	const struct abi *abi = abi_of_trap(trap);
	enum call_kind kind = trap_call_kind(trap);
	char name[64];

	if (kind == CALL_KIND_CONNECT)
		return true; /* a message that its task sends itself */
	return (kind == CALL_KIND_OTHER || kind == CALL_KIND_SYSCALL) &&
	       abi_call_id(abi, trap->nr) != CALL_LISTEN &&
	       !acts_on_by_name(abi_call_name(abi, trap->nr, name, sizeof(name)));
}

/* The task is gone when an answer does not reach it: its end will be reported. */
static void answer_call(struct watch *watch, struct task *task, uint64_t id, int64_t answer)
{
	/* Before the answer, after which the task may be anywhere. */
	if (result_is_restart(answer)) {
		/* -ERESTARTNOINTR never turns into -EINTR; what is interrupted next is another. */
		task->own_restart = answer == PARKING_ANSWER ? -1 : task->nr;
		tracer_interrupt(task);
	}
	listener_answer(&watch->notified.listener, id, answer);
}

static void let_go(struct watch *watch, struct task *task, uint64_t id, const struct trap *trap)
{
	if (may_block(trap))
		task->own_restart = trap->nr;
	/*
	 * CONTINUE. It cannot be raced: gate_trapped() lets go only calls whose
	 * arguments are in registers, which the waiting task cannot change. A second
	 * filter of the task cannot answer in our place: only one may have a
	 * listener, and of all the other answers the stricter wins (seccomp(2)).
	 */
	listener_continue(&watch->notified.listener, id);
}

static void finish(struct watch *watch, struct task *task, struct pending *pending,
	enum trap_response response, int64_t answer)
{
	struct call_result result = {
		.known = response == TRAP_ANSWER,
		.went_on = response != TRAP_ANSWER,
		.is_error = answer < 0,
		.value = answer,
	};

	watch_finish(watch, task, pending, &result);
}

/* A denied call is to have its stack first, and is made again for that. */
static bool parks(struct watch *watch, struct task *task, struct pending *pending,
	enum trap_response response)
{
	if (response != TRAP_ANSWER || !parking_is_due_now(watch, pending))
		return false;
	parking_park(watch, task, pending);
	answer_call(watch, task, pending->notif_id, PARKING_ANSWER);
	return true;
}

/* The task goes on as early as can be; what is told of its call is told meanwhile. */
void notified_resume(struct watch *watch, struct task *task, struct pending *pending,
	enum trap_response response, int64_t answer)
{
	if (response == TRAP_HOLD)
		return;
	tracer_held(task, false);
	task->user = NULL;
	if (parks(watch, task, pending, response))
		return;
	if (response == TRAP_ANSWER && !pending->answered)
		answer_call(watch, task, pending->notif_id, answer);
	else if (response != TRAP_ANSWER)
		let_go(watch, task, pending->notif_id, &pending->trap);
	finish(watch, task, pending, response, answer);
}

static void serve(struct watch *watch, struct task *task, const struct trap *trap, uint64_t id)
{
	struct pending *pending = NULL;
	int64_t answer = -ENOSYS;
	enum trap_response response = watch_trap(watch, task, trap, id, &answer, &pending);

	if (response == TRAP_HOLD) {
		task->user = pending;
		tracer_held(task, true);
		return;
	}
	if (pending)
		pending_drop_socket(pending);
	if (pending && parks(watch, task, pending, response))
		return;
	if (response == TRAP_ANSWER)
		answer_call(watch, task, id, answer);
	else
		let_go(watch, task, id, trap);
	if (pending)
		finish(watch, task, pending, response, answer);
}

void notified_readable(void *ctx)
{
	struct watch *watch = ctx;
	struct listener *listener = &watch->notified.listener;
	struct task *task;
	struct trap trap;
	uint64_t id;

	if (listener_receive(listener, &trap, &id) < 0)
		return; /* killed before we came */
	task = task_find(tracer_tasks(watch->tracer), trap.tid);
	if (!task) {
		/* Nobody can say whose call it is. */
		listener_answer(listener, id, -EPERM);
		return;
	}
	watch_last_call(watch, task);
	task->nr = trap.nr;
	task->own_restart = -1;
	serve(watch, task, &trap, id);
}

/* A native sendto(2) without an address passes the filter: what interrupts it is its own. */
static bool is_plain_send(const struct abi *abi, const struct trap *trap)
{
	return abi_call_id(abi, trap->nr) == CALL_SENDTO && abi->socketcall_nr < 0 &&
	       trap->args[4] == 0;
}

/* What i386 makes through socketcall(2) and never waits in unseen: linux/net.h. */
static bool is_gated_subcall(uint64_t subcall)
{
	static const unsigned char gated[] = { SYS_SOCKET, SYS_BIND, SYS_CONNECT, SYS_LISTEN,
		SYS_SOCKETPAIR, SYS_SEND, SYS_SENDTO, SYS_SENDMSG, SYS_SENDMMSG };

	return subcall < 256 && memchr(gated, (int)subcall, sizeof(gated));
}

bool notified_never_began(void *ctx, struct task *task, const struct trap *trap)
{
	struct watch *watch = ctx;
	const struct abi *abi = abi_of_trap(trap);
	enum call_kind kind = trap_call_kind(trap);
	char name[64];

	if (task->own_restart == trap->nr) {
		task->own_restart = -1;
		return false;
	}
	if (abi->socketcall_nr >= 0 && trap->nr == abi->socketcall_nr)
		return is_gated_subcall(trap->args[0]);
	if (kind == CALL_KIND_SPAWN || kind == CALL_KIND_EXEC || is_plain_send(abi, trap))
		return false;
	if (kind != CALL_KIND_OTHER)
		return true;
	abi_call_name(abi, trap->nr, name, sizeof(name));
	/* What the filter lets pass with other arguments may well be interrupted of itself. */
	if (call_set_has_only_other(watch->select, name))
		return acts_on_args(name, trap->args) != NULL;
	return call_set_has(watch->select, name);
}
