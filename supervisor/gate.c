#include "supervisor/gate.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "supervisor/ask/builtin.h"
#include "supervisor/exec_environment.h"
#include "supervisor/credentials.h"
#include "supervisor/parking.h"
#include "supervisor/reach.h"
#include "supervisor/socket_dup.h"
#include "supervisor/stacking.h"

enum { WORKERS_MAX = 16384 }; /* calls that may block at the same time */

/* Before it is answered: who listens next may be another task. */
static void note_bound(struct gate *gate, const struct pending *pending, int64_t result)
{
	if (result == 0 && call_kind(&pending->call) == CALL_KIND_BIND)
		bound_sockets_add(&gate->bound, pending->fd);
}

/* A call was made on behalf; in a worker thread. */
static void on_made(void *ctx, struct behalf_job *job)
{
	struct pending *pending = job->user;
	struct gate *gate = ctx;
	uint64_t id = pending->notif_id;
	int64_t result = job->result;

	note_bound(gate, pending, result);
	pending_drop_socket(pending);
	/* What has to stop on its way is for the tracing thread to answer. */
	if (!id || !gate->answer || result == BEHALF_RESTART || job->behalf.raced) {
		ready_tell(&gate->ready, pending);
		return;
	}
	/* First in the list: when the task comes again, it is found there. */
	pending->answered = true;
	ready_put(&gate->ready, pending);
	gate->answer(gate->answer_ctx, id, result);
	tracer_wake(gate->ready.tracer);
}

int gate_init(struct gate *gate, enum mode mode, const struct policy *policy, struct err **err)
{
	int rc;

	*gate = (struct gate){ .mode = mode };
	ready_init(&gate->ready);
	name_lookup_init(&gate->name_lookup, &gate->judge, &gate->ready);
	rc = judge_init(&gate->judge, policy, err);
	if (rc < 0)
		return rc;
	return behalf_pool_new(WORKERS_MAX, on_made, gate, &gate->pool, err);
}

void gate_attach(struct gate *gate, struct tracer *tracer)
{
	gate->ready.tracer = tracer;
}

int gate_replace_policy(struct gate *gate, const struct policies *policies, struct err **err)
{
	struct generation *generation = generation_new(policies, gate->generation);

	if (!generation)
		return err_set(err, ENOMEM, "cannot keep another policy");
	gate->generation = generation;
	judge_replace_policy(&gate->judge, policies->policy, tracer_tasks(gate->ready.tracer));
	generation_sweep(generation);
	return 0;
}

void gate_stop(struct gate *gate)
{
	spawning_free(&gate->spawning);
	asker_free(gate->asker);
	behalf_pool_free(gate->pool);
	name_lookup_free(&gate->name_lookup);
}

void gate_free(struct gate *gate)
{
	ready_destroy(&gate->ready);
}

bool gate_allows(const struct pending *pending)
{
	return !pending->judged || pending->decision.verdict == VERDICT_ALLOW;
}

/* Calls that name a destination or a file in memory. */
static bool names_in_memory(const struct call *call)
{
	enum call_kind kind = call_kind(call);

	return kind == CALL_KIND_CONNECT || kind == CALL_KIND_BIND;
}

/* Of a socket without a port it is a bind, and whether it has one was looked at. */
static bool is_listen(const struct call *call)
{
	return call->desc && call->desc->id == CALL_LISTEN;
}

/*
 * A message through a Unix stream goes to its other end, or nowhere, whatever it
 * names: unix_stream_sendmsg() and unix_seqpacket_sendmsg(), net/unix/af_unix.c.
 * It is made best by its task, which is who the receiver is told of (SCM_CREDENTIALS).
 */
static bool stays_in_its_stream(const struct pending *pending)
{
	const struct socket_facts *socket = &pending->socket;
	enum call_id id = pending->call.desc ? pending->call.desc->id : CALL_NONE;

	/* The descriptor of a socketcall(2) is in memory, too. */
	return (id == CALL_SENDTO || id == CALL_SENDMSG || id == CALL_SENDMMSG) &&
	       !call_is_socketcall(&pending->call) && socket->known && socket->family == AF_UNIX &&
	       (socket->type == SOCK_STREAM || socket->type == SOCK_SEQPACKET);
}

/* What must not be let go as it is. */
static bool must_be_made_on_behalf(const struct pending *pending)
{
	if (is_listen(&pending->call))
		return !pending->fd_stays || call_is_socketcall(&pending->call);
	return names_in_memory(&pending->call) &&
	       !(stays_in_its_stream(pending) && pending->fd_stays);
}

static void look_at_credentials(struct task *task)
{
	cleanup_credentials struct credentials_pair pair = { 0 };

	task->credentials_known = credentials_read(task->tid, &pair) == 0;
	task->own_credentials = task->credentials_known && pair.same;
}

/* Looked at once, and then again when the task has made a call that may change them. */
static bool has_own_credentials(const struct gate *gate, struct task *task)
{
	if (!gate->credentials_are_followed)
		return false;
	if (!task->credentials_known)
		look_at_credentials(task);
	return task->own_credentials;
}

static enum trap_response make_on_behalf(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	int rc;

	pending->job = (struct behalf_job){
		.behalf = {
			.pid = task->process->pid,
			.tid = task->tid,
			.call = &pending->call,
			.fd = pending->fd,
			.socket = pending->socket,
			.same_credentials = has_own_credentials(gate, task),
			.target = pending->targets,
			.targets_len = pending->targets_len,
			},
		.user = pending,
	};
	if (behalf_make_now(&pending->job.behalf, answer)) {
		note_bound(gate, pending, *answer);
		return TRAP_ANSWER;
	}
	pending->stage = STAGE_BEHALF;
	rc = behalf_pool_submit(gate->pool, &pending->job);
	if (rc == 0)
		return TRAP_HOLD;
	pending->stage = STAGE_NONE;
	judge_deny(pending, EAGAIN, "exhausted", "callgate can make no more calls at once");
	*answer = -EAGAIN;
	return TRAP_ANSWER;
}

/* What the kernel refuses before it looks at any address needs no judging. True: answered. */
static bool has_no_socket(const struct gate *gate, struct pending *pending, int64_t *answer)
{
	*answer = pending->fd < 0 ? pending->fd : -ENOTSOCK;
	return (names_in_memory(&pending->call) || is_listen(&pending->call) ||
		       judge_by_socket(&gate->judge, &pending->call)) &&
	       !pending->socket.known;
}

/* A descriptor that the task has, and that we could not have: what it is of nobody knows. */
static bool cannot_be_had(struct pending *pending, int64_t *answer)
{
	int errnum = -pending->fd;

	if (pending->fd >= 0 || errnum == EBADF)
		return false;
	pending->judged = true;
	if (errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM)
		judge_deny(pending, errnum, "exhausted",
			"callgate has no descriptor left to look at the socket with");
	else
		judge_deny(pending, EACCES, "unreadable",
			"callgate could not get at the socket of the call");
	*answer = -pending->decision.errnum;
	return true;
}

/* A Unix path with nothing at its end: the kernel's errno, and nobody was reached. */
static bool leads_nowhere(const struct pending *pending, int64_t *answer)
{
	if (call_kind(&pending->call) != CALL_KIND_CONNECT || pending->targets_len != 1)
		return false;
	*answer = -pending->targets[0].errnum;
	return pending->targets[0].errnum != 0;
}

/* The kernel's own errno, which is the same whatever a policy says. */
static enum trap_response refused_anyhow(const struct gate *gate, struct pending *pending)
{
	judge_allow(pending, "destination.none");
	return mode_enforces(gate->mode) ? TRAP_ANSWER : TRAP_WATCH;
}

/* A decision that is no plain yes or no, made into one. */
static void settle_decision(struct pending *pending)
{
	struct decision *decision = &pending->decision;

	if (decision->verdict != VERDICT_ASK)
		return;
	decision->verdict = VERDICT_DENY;
	decision->reason = "ask.unanswered";
	if (!decision->errnum)
		decision->errnum = EACCES;
}

/* A spawn that is let through holds its places before anything is made. */
static void reserve(struct gate *gate, const struct task *task, struct pending *pending)
{
	bool thread = judge_makes_thread(&pending->call);

	if (call_kind(&pending->call) != CALL_KIND_SPAWN)
		return;
	pending->reserved = task->process->budgets;
	budget_reserve(&gate->judge.budgets, pending->reserved, thread);
	spawning_begin(&gate->spawning, pending, task->process->pid, thread);
}

/*
 * Whoever is asked may want to see the stack, and so may whoever reads of a kill. A call that
 * waits at the listener comes to a stop for it (supervisor/parking.h): true.
 */
static bool must_have_stack(
	const struct gate *gate, const struct task *task, struct pending *pending)
{
	if (!gate->stacks)
		return false;
	if (!pending->notif_id)
		stacking_take(gate->judge.stacks, task, pending);
	return pending->notif_id && !pending->parked;
}

static enum trap_response carry_out(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	if (pending->decision.verdict == VERDICT_KILL) {
		/* Afterwards it has left its stop, or never comes to one. */
		pending->kill_waits = must_have_stack(gate, task, pending);
		if (!pending->kill_waits)
			kill(task->process->pid, SIGKILL);
	}
	if (pending->decision.verdict != VERDICT_ALLOW) {
		*answer = -pending->decision.errnum;
		return TRAP_ANSWER;
	}
	reserve(gate, task, pending);
	if (mode_enforces(gate->mode) && must_be_made_on_behalf(pending))
		return make_on_behalf(gate, task, pending, answer);
	/*
	 * CONTINUE. It cannot be raced: the task stands in a ptrace stop, or waits at
	 * the listener, with its registers fixed, and what was decided is in them
	 * (socket, socketpair, clone, fork, vfork, the words of the deny list). execve
	 * alone has its path in memory: it is judged once more, on the program that runs, before
	 * that program's first instruction (gate_execed). In audit nothing is held to a decision.
	 *
	 * A message through a Unix stream is in memory, but where it goes is not: see
	 * stays_in_its_stream(); and its socket is the one that was looked at, as is that of
	 * listen(2): pending->fd_stays.
	 *
	 * What a network mode judges by its socket (getsockopt, accept, ...) is
	 * decided for the socket that the descriptor in the register stands for
	 * now. Another thread may put another socket in its place, one that the
	 * task has: it was inherited or handed over, since none that the mode
	 * forbids can be made.
	 */
	return TRAP_WATCH;
}

/* Holds the call until somebody has answered, unless that is not needed after all. */
static bool ask(struct gate *gate, const struct task *task, struct pending *pending)
{
	/* Before it is submitted: the answer may be there at once. */
	pending->stage = STAGE_ASK;
	if (asker_submit(gate->asker, pending, task))
		return true;
	pending->stage = STAGE_NONE;
	return false;
}

static enum trap_response decide_and_carry_out(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	if (call_kind(&pending->call) == CALL_KIND_SPAWN)
		spawning_tell(&gate->spawning, pending);
	judge_decide(&gate->judge, task, pending);
	if (gate->asker && pending->decision.verdict == VERDICT_ASK) {
		if (must_have_stack(gate, task, pending))
			return TRAP_ANSWER;
		if (ask(gate, task, pending))
			return TRAP_HOLD;
	}
	settle_decision(pending);
	if (mode_enforces(gate->mode))
		return carry_out(gate, task, pending, answer);
	reserve(gate, task, pending);
	return TRAP_WATCH;
}

enum trap_response gate_trapped(struct gate *gate, struct task *task, struct pending *pending,
	int64_t *answer, bool *silent)
{
	pending->tid = task->tid;
	pending->generation = gate->generation;
	if (gate->generation)
		gate->generation->users++;
	*silent = mode_enforces(gate->mode) && judge_hides_clone3(&gate->judge, &pending->call);
	if (*silent) {
		*answer = -ENOSYS;
		return TRAP_ANSWER;
	}
	if (has_no_socket(gate, pending, answer)) {
		if (cannot_be_had(pending, answer))
			return mode_enforces(gate->mode) ? TRAP_ANSWER : TRAP_WATCH;
		return refused_anyhow(gate, pending);
	}
	if (reach_of(tracer_tasks(gate->ready.tracer), task, &pending->call) == REACH_NOBODY) {
		*answer = -ESRCH;
		return refused_anyhow(gate, pending);
	}
	judge_gather(&gate->judge, task, pending);
	if (leads_nowhere(pending, answer))
		return refused_anyhow(gate, pending);
	if (judge_wants_names(&gate->judge, pending) &&
		name_lookup_submit(&gate->name_lookup, pending)) {
		pending->stage = STAGE_NAMES;
		return TRAP_HOLD;
	}
	return decide_and_carry_out(gate, task, pending, answer);
}

/* At the listener it is made again for its stack: supervisor/parking.h. */
static enum trap_response ask_with_stack(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	if (pending->notif_id && !pending->parked) {
		*answer = PARKING_ANSWER;
		return TRAP_ANSWER;
	}
	if (!pending->notif_id)
		stacking_take(gate->judge.stacks, task, pending);
	return decide_and_carry_out(gate, task, pending, answer);
}

/* A question was answered: the call is judged with that, or ends with it. */
static enum trap_response take_answer(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	struct decision *decision = &pending->decision;

	ask_builtin_forget(decision);
	switch (pending->ask.outcome) {
	case ASK_ALLOWED:
		pending->ask.allowed = pending->ask.destination + 1;
		return decide_and_carry_out(gate, task, pending, answer);
	case ASK_JUDGE_AGAIN:
		return decide_and_carry_out(gate, task, pending, answer);
	case ASK_DENIED:
		decision->verdict = VERDICT_DENY;
		decision->reason = "ask.denied";
		break;
	case ASK_KILLED:
		decision->verdict = VERDICT_KILL;
		decision->reason = "ask.killed";
		break;
	case ASK_LEFT:
		/* Nobody has seen it begin: no handler may turn that into -EINTR. */
		*answer = PARKING_ANSWER;
		return TRAP_ANSWER;
	case ASK_STACK:
		return ask_with_stack(gate, task, pending, answer);
	case ASK_UNANSWERED:
	default:
		settle_decision(pending);
		break;
	}
	return carry_out(gate, task, pending, answer);
}

enum trap_response gate_resumed(
	struct gate *gate, struct task *task, struct pending *pending, int64_t *answer)
{
	enum pending_stage stage = pending->stage;
	bool silent; /* no exec is */

	pending->stage = STAGE_NONE;
	if (stage == STAGE_ROOT)
		return gate_trapped(gate, task, pending, answer, &silent);
	if (stage == STAGE_NAMES)
		return decide_and_carry_out(gate, task, pending, answer);
	if (stage == STAGE_ASK)
		return take_answer(gate, task, pending, answer);
	*answer = pending->job.result;
	if (pending->job.behalf.raced) {
		judge_deny(pending, EACCES, "raced", "the path led elsewhere than was judged");
		pending->decision.verdict = VERDICT_KILL;
		kill(task->process->pid, SIGKILL);
	}
	return TRAP_ANSWER;
}

bool gate_cancel(struct gate *gate, struct pending *pending)
{
	if (pending->stage == STAGE_NONE)
		return false;
	pending->dead = true;
	if (pending->stage == STAGE_BEHALF)
		behalf_pool_cancel(gate->pool, &pending->job);
	if (pending->stage == STAGE_ASK)
		asker_withdraw(gate->asker, pending);
	return true;
}

void gate_interrupt(struct gate *gate, struct pending *pending)
{
	if (pending->stage == STAGE_BEHALF)
		behalf_pool_cancel(gate->pool, &pending->job);
	if (pending->stage == STAGE_ASK)
		asker_withdraw(gate->asker, pending);
}

void gate_returned(struct gate *gate, struct pending *pending, bool spawned)
{
	if (pending->reserved && !spawned)
		budget_refund(&gate->judge.budgets, pending->reserved,
			judge_makes_thread(&pending->call));
	pending->reserved = 0;
	spawning_end(&gate->spawning, pending);
}

bool gate_execed(struct gate *gate, struct task *task, struct pending *pending)
{
	struct process *process = task->process;
	uint64_t now = process->lineage ? budget_set(&gate->judge.budgets, process->lineage) : 0;

	budget_join(&gate->judge.budgets, now & ~process->budgets, process->tasks);
	process->budgets |= now;
	if (!pending || !process->lineage)
		return gate->mode == MODE_AUDIT;
	if (pending->decision.verdict != VERDICT_ALLOW)
		return true; /* audit: it would not have run, and that is recorded already */
	if (!exec_environment_again(
		    &gate->judge, process->pid, process->lineage->program, pending)) {
		judge_deny(pending, EACCES, "unreadable", "its environment cannot be read");
		pending->decision.verdict = VERDICT_KILL;
		return gate->mode == MODE_AUDIT;
	}
	return judge_exec_again(&gate->judge, pending, process->lineage->program) ||
	       gate->mode == MODE_AUDIT;
}

void gate_started(struct gate *gate, struct task *task, bool reserved)
{
	struct process *process = task->process;
	bool thread = task->tid != process->pid;

	if (!process->lineage && !process->budgets)
		process->budgets = budget_set(&gate->judge.budgets, NULL);
	if (!reserved)
		budget_reserve(&gate->judge.budgets, process->budgets, thread);
}

void gate_exited(struct gate *gate, struct task *task, bool process_ends)
{
	budget_release(&gate->judge.budgets, task->process->budgets, process_ends);
	if (gate->asker)
		asker_exited(gate->asker, task->tid);
}
