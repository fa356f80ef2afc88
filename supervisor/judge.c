#include "supervisor/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "decoders/acts_on.h"
#include "policy/identity.h"
#include "supervisor/stacking.h"
#include "policy/network.h"
#include "supervisor/ask/builtin.h"
#include "supervisor/ask/rules.h"
#include "supervisor/exec_environment.h"
#include "supervisor/generation.h"
#include "supervisor/task_facts.h"
#include "tracer/exec_target.h"
#include "tracer/proc_path.h"

int judge_init(struct judge *judge, const struct policy *policy, struct err **err)
{
	*judge = (struct judge){ .policy = policy,
		.first = policy,
		.uses_uid = policy_uses_uid(policy),
		.uses_stack = policy_uses_stack(policy) };
	return budget_count_init(&judge->budgets, policy, err);
}

static bool is_clone3(const struct call *call)
{
	return call->desc && call->desc->id == CALL_CLONE3;
}

/*
 * Flags of a spawn; fork(2) has none. clone3's are in memory: good enough to say
 * what the clone would get that comes in its place under enforce, which lets
 * none through. False when they cannot be read: then the kernel cannot either.
 */
static bool spawn_flags(const struct call *call, uint64_t *flags)
{
	const struct value *value = call_value(call, "flags");

	*flags = value && value->status == VALUE_OK ? value->num : 0;
	return !value || value->status == VALUE_OK;
}

bool judge_makes_thread(const struct call *call)
{
	uint64_t flags;

	return call_kind(call) == CALL_KIND_SPAWN && spawn_flags(call, &flags) &&
	       (flags & CLONE_THREAD);
}

bool judge_by_socket(const struct judge *judge, const struct call *call)
{
	return policy_network_judges(judge->policy, call->name);
}

const struct policy *judge_policy(const struct judge *judge, const struct pending *pending)
{
	return pending->generation ? pending->generation->policies.policy : judge->first;
}

void judge_replace_policy(
	struct judge *judge, const struct policy *policy, const struct task_table *tasks)
{
	judge->policy = policy;
	judge->uses_uid = policy_uses_uid(policy);
	judge->uses_stack = policy_uses_stack(policy);
	budget_count_again(&judge->budgets, policy, tasks);
}

static struct request request_of(const struct judge *judge, const struct pending *pending)
{
	const struct call *call = &pending->call;
	enum call_kind kind = call_kind(call);

	return (struct request){
		.lineage = pending->lineage,
		.uid = pending->uid,
		.by_path = judge->by_path,
		.module = pending->module,
		.kind = kind,
		.call = call->name,
		.is_connect = call->desc && call->desc->id == CALL_CONNECT,
		.socket = kind == CALL_KIND_SOCKET ? call_asked_socket(call) : pending->socket,
		.env_code = pending->env_code[0] ? pending->env_code : NULL,
	};
}

/*
 * Of a socket of another family, a path leads nowhere: the kernel refuses it unread.
 * Of a stream, it does not look at that of a send.
 */
static bool is_unix_path(const struct pending *pending, const struct sockaddr_value *addr)
{
	if (behalf_ignores_address(&pending->call, &pending->socket))
		return false;
	return addr->status == VALUE_OK && addr->decoded && addr->family == AF_UNIX &&
	       addr->un.kind == UNIX_PATH && pending->socket.family == AF_UNIX;
}

static size_t count_destinations(const struct pending *pending, bool *unix_paths)
{
	const struct sockaddr_value *addr;
	size_t n = 0;

	*unix_paths = false;
	for (; (addr = call_destination(&pending->call, n)); n++)
		*unix_paths |= is_unix_path(pending, addr);
	return n;
}

/* The i-th target is the i-th destination's; those that are no Unix path have none. */
void judge_gather_paths(const struct task *task, struct pending *pending)
{
	enum call_kind kind = call_kind(&pending->call);
	bool for_bind = kind == CALL_KIND_BIND, unix_paths;
	size_t n;

	if ((!for_bind && kind != CALL_KIND_CONNECT) || pending->socket.family != AF_UNIX)
		return;
	n = count_destinations(pending, &unix_paths);
	if (!unix_paths || n > TARGETS_MAX)
		return;
	pending->targets = calloc(n, sizeof(*pending->targets));
	if (!pending->targets)
		return;
	pending->targets_len = n;
	for (size_t i = 0; i < n; i++) {
		const struct sockaddr_value *addr = call_destination(&pending->call, i);

		pending->targets[i].fd = -1;
		if (is_unix_path(pending, addr))
			unix_target_find(task->tid, addr, for_bind, &pending->targets[i]);
	}
}

/* The path of an exec as text; "" when it could not be read. */
static void exec_path(const struct call *call, char *path, size_t size)
{
	const struct value *value = call_value(call, "path");

	path[0] = '\0';
	if (!value || value->bytes.status != VALUE_OK || value->bytes.len >= size)
		return;
	memcpy(path, value->bytes.data, value->bytes.len);
	path[value->bytes.len] = '\0';
}

static void gather_exec_target(
	const struct judge *judge, const struct task *task, struct pending *pending)
{
	const struct value *dirfd = call_value(&pending->call, "dirfd"),
			   *flags = call_value(&pending->call, "flags");
	char path[PATH_MAX];
	struct exec_given given = {
		.dirfd = dirfd ? (int)dirfd->num : AT_FDCWD,
		.path = path,
		.flags = flags ? (int)flags->num : 0,
	};

	exec_path(&pending->call, path, sizeof(path));
	pending->exec = malloc(sizeof(*pending->exec));
	if (pending->exec && exec_target(judge->programs, task->tid, &given, pending->exec) < 0) {
		free(pending->exec);
		pending->exec = NULL;
	}
}

void judge_gather(const struct judge *judge, const struct task *task, struct pending *pending)
{
	enum call_kind kind = call_kind(&pending->call);

	if (judge->uses_uid)
		pending->uid = task_euid(task->tid);
	if (judge->uses_stack)
		pending->module = stacking_module(judge->stacks, task, pending);
	judge_gather_paths(task, pending);
	if (kind == CALL_KIND_EXEC) {
		gather_exec_target(judge, task, pending);
		exec_environment_gather(judge, task, pending);
	}
}

/* Runs fn over the request of each destination until one answers true. */
static bool any_destination(const struct judge *judge, const struct pending *pending,
	bool (*fn)(const struct judge *judge, const struct policy *policy,
		const struct request *request))
{
	struct request request = request_of(judge, pending);
	size_t i = 0;

	if (request.kind != CALL_KIND_CONNECT && request.kind != CALL_KIND_BIND)
		return false;
	while ((request.destination = call_destination(&pending->call, i++))) {
		if (fn(judge, judge_policy(judge, pending), &request))
			return true;
	}
	return false;
}

static bool wants_names(
	const struct judge *judge, const struct policy *policy, const struct request *request)
{
	return policy_wants_names(policy, request) ||
	       (judge->answers && ask_rules_want_names(judge->answers, request));
}

bool judge_wants_names(const struct judge *judge, const struct pending *pending)
{
	if (!judge->answers && !policy_uses_names(judge_policy(judge, pending)))
		return false;
	return any_destination(judge, pending, wants_names);
}

static bool refresh(
	const struct judge *judge, const struct policy *policy, const struct request *request)
{
	policy_refresh_names(policy, request);
	if (judge->answers)
		ask_rules_refresh_names(judge->answers, request);
	return false;
}

void judge_look_up(const struct judge *judge, const struct pending *pending)
{
	any_destination(judge, pending, refresh);
}

void judge_allow(struct pending *pending, const char *reason)
{
	pending->judged = true;
	pending->decision = (struct decision){
		.verdict = VERDICT_ALLOW,
		.rule = { .id = "" },
		.reason = reason,
		.near_miss = -1,
	};
}

void judge_deny(struct pending *pending, int errnum, const char *reason, const char *words)
{
	pending->decision = (struct decision){
		.verdict = VERDICT_DENY,
		.errnum = errnum,
		.rule = { .id = "" },
		.reason = reason,
		.near_miss = -1,
	};
	sbuf_str(&pending->advice, words);
}

/* What was asked before and answered: for this run, in a saved rule, or for this one call. */
static void take_answer(const struct judge *judge, struct pending *pending,
	const struct request *request, size_t destination)
{
	struct decision *decision = &pending->decision;

	if (ask_rules_decide(judge->answers, request, decision))
		return;
	pending->ask.destination = destination;
	if (destination >= pending->ask.allowed)
		return;
	decision->verdict = VERDICT_ALLOW;
	decision->errnum = 0;
	decision->reason = "ask.once";
	ask_builtin_forget(decision);
}

static void decide(const struct judge *judge, struct pending *pending,
	const struct request *request, size_t destination)
{
	policy_decide(judge_policy(judge, pending), request, &pending->decision);
	if (pending->decision.verdict == VERDICT_ASK && judge->answers)
		take_answer(judge, pending, request, destination);
	if (pending->decision.verdict != VERDICT_ALLOW)
		policy_explain_near_miss(judge_policy(judge, pending), request, &pending->decision,
			&pending->advice);
}

static void decide_destination(
	const struct judge *judge, struct pending *pending, struct request *request, size_t i)
{
	request->destination = call_destination(&pending->call, i);
	request->unix_path = NULL;
	request->other_root = false;
	if (request->destination && is_unix_path(pending, request->destination)) {
		if (i >= pending->targets_len) {
			judge_deny(pending, EMSGSIZE, "exhausted",
				"so many Unix paths in one call cannot be judged");
			return;
		}
		request->unix_path = pending->targets[i].path;
		request->other_root = pending->targets[i].other_root;
	}
	decide(judge, pending, request, i);
}

void judge_asked(const struct judge *judge, const struct pending *pending, struct request *request)
{
	size_t i = pending->ask.destination;

	*request = request_of(judge, pending);
	request->destination = call_destination(&pending->call, i);
	if (request->destination && is_unix_path(pending, request->destination) &&
		i < pending->targets_len)
		request->unix_path = pending->targets[i].path;
	if (request->kind == CALL_KIND_EXEC && pending->exec)
		request->target = &pending->exec->program;
}

/* Every destination must be allowed; the first that is not decides. A call may name none. */
static void decide_destinations(
	const struct judge *judge, struct pending *pending, struct request *request)
{
	size_t i = 0;

	do
		decide_destination(judge, pending, request, i++);
	while (pending->decision.verdict == VERDICT_ALLOW && call_destination(&pending->call, i));
}

static void decide_exec(const struct judge *judge, struct pending *pending, struct request *request)
{
	/*
	 * What the kernel will refuse anyhow gets the kernel's own errno, as a
	 * search of PATH expects; if it does run after all, judge_exec_again() has
	 * nothing to compare it with, and says no.
	 */
	if (!pending->exec) {
		judge_allow(pending, "exec.refused");
		return;
	}
	request->target = &pending->exec->program;
	decide(judge, pending, request, 0);
}

/* The default deny list, by the word for what the registers ask for: "clone:newuser". */
static void decide_word(const struct judge *judge, struct pending *pending, struct request request,
	const char *word)
{
	request.kind = CALL_KIND_SYSCALL;
	request.syscall = word;
	decide(judge, pending, &request, 0);
	if (pending->decision.verdict == VERDICT_DENY && !pending->decision.rule.file)
		sbuf_fmt(&pending->advice, "to allow it: syscalls: {allow: \"%s\"}", word);
}

/* What its name, and sometimes its registers, are denied for: the policy's `syscalls`. */
static void decide_syscall(
	const struct judge *judge, struct pending *pending, const struct request *request)
{
	if (policy_judges_syscall(judge_policy(judge, pending), &pending->call))
		decide_word(judge, pending, *request, policy_syscall_word(&pending->call));
	else
		judge_allow(pending, "syscall.allowed");
}

static bool allows_clone3(const struct judge *judge)
{
	const struct request request = { .kind = CALL_KIND_SYSCALL, .syscall = "clone3" };
	struct decision decision;

	policy_decide(judge->policy, &request, &decision);
	return decision.verdict == VERDICT_ALLOW;
}

bool judge_hides_clone3(const struct judge *judge, const struct call *call)
{
	return is_clone3(call) && allows_clone3(judge);
}

static void decide_spawn(struct judge *judge, const struct task *task, struct pending *pending,
	struct request *request)
{
	bool thread = judge_makes_thread(&pending->call);
	uint64_t flags;

	/* Nothing is made: enforce's answer is another errno, and no denial. */
	if (!spawn_flags(&pending->call, &flags)) {
		judge_allow(pending, "spawn.refused");
		return;
	}
	if (is_clone3(&pending->call) && (flags & CLONE_NEWUSER)) {
		decide_word(judge, pending, *request, "clone:newuser");
		if (pending->decision.verdict != VERDICT_ALLOW)
			return;
	}
	/* Such a child would not be traced: ptrace(2), PTRACE_O_TRACECLONE. */
	if (flags & CLONE_UNTRACED) {
		judge_deny(pending, EPERM, "spawn.untraced", "CLONE_UNTRACED would leave the gate");
		return;
	}
	if (!thread)
		decide(judge, pending, request, 0);
	if (pending->decision.verdict == VERDICT_ALLOW)
		budget_fits(&judge->budgets, task->process->budgets, thread, &pending->decision,
			&pending->advice);
}

/* An ABI without a table: its calls cannot be told from one another. */
static bool is_unknown_abi(const struct call *call)
{
	return call->abi == &abi_unknown || call->abi == &abi_x32;
}

/* What is decided by its arguments cannot be let go with those in memory. */
static bool is_judged_socketcall(const struct judge *judge, const struct call *call)
{
	return call_is_socketcall(call) &&
	       (call_kind(call) == CALL_KIND_SOCKET || judge_by_socket(judge, call) ||
		       acts_on_by_name(call->name));
}

/* Where not all control messages are known, one of them may name another way. */
static bool has_unknown_control(const struct call *call)
{
	const struct msg_value *m;

	for (size_t i = 0; (m = call_message(call, i)); i++) {
		if (m->control && m->control_status == VALUE_CUT)
			return true;
	}
	return false;
}

/*
 * An internet socket that listens without having been bound gets any address, and a port
 * of the kernel's choice: inet_autobind() in net/ipv4/af_inet.c.
 */
static void decide_listen(
	const struct judge *judge, struct pending *pending, struct request request)
{
	struct sockaddr_value any = { .status = VALUE_OK,
		.family = pending->socket.family == AF_INET6 ? AF_INET6 : AF_INET,
		.decoded = true };

	any.len = any.family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	any.raw_len = (size_t)any.len;
	memcpy(any.raw, &any.family, sizeof(any.family));
	request.kind = CALL_KIND_BIND;
	request.destination = &any;
	decide(judge, pending, &request, 0);
	if (pending->decision.verdict != VERDICT_ALLOW)
		sbuf_fmt(&pending->advice, "%slisten(2) on a socket without a port binds it to %s",
			pending->advice.len ? "; " : "",
			any.family == AF_INET6 ? "[::]:0" : "0.0.0.0:0");
}

void judge_decide(struct judge *judge, const struct task *task, struct pending *pending)
{
	struct request request = request_of(judge, pending);

	pending->judged = true;
	sbuf_reset(&pending->advice);
	if (judge->closed &&
		(request.kind != CALL_KIND_OTHER || judge_by_socket(judge, &pending->call))) {
		judge_deny(pending, request.kind == CALL_KIND_SPAWN ? EAGAIN : EACCES,
			"policy.closed", "the policy could not be loaded again: mend it");
		return;
	}
	if (is_unknown_abi(&pending->call)) {
		judge_deny(pending, ENOSYS, "abi.unknown", "no program needs this ABI");
		return;
	}
	if (is_judged_socketcall(judge, &pending->call)) {
		judge_deny(pending, ENOSYS, "abi.socketcall",
			"socketcall(2) has its arguments in memory, where they can change");
		return;
	}
	if (has_unknown_control(&pending->call)) {
		judge_deny(pending, EMSGSIZE, "exhausted",
			"so many control messages in one message cannot be judged");
		return;
	}
	decide_syscall(judge, pending, &request);
	if (pending->decision.verdict != VERDICT_ALLOW)
		return;
	switch (request.kind) {
	case CALL_KIND_CONNECT:
	case CALL_KIND_BIND:
		decide_destinations(judge, pending, &request);
		break;
	case CALL_KIND_EXEC:
		decide_exec(judge, pending, &request);
		break;
	case CALL_KIND_SPAWN:
		decide_spawn(judge, task, pending, &request);
		break;
	case CALL_KIND_SOCKET:
		decide(judge, pending, &request, 0);
		break;
	case CALL_KIND_OTHER:
		if (judge_by_socket(judge, &pending->call))
			decide(judge, pending, &request, 0);
		if (pending->decision.verdict == VERDICT_ALLOW && pending->unbound)
			decide_listen(judge, pending, request);
		break;
	case CALL_KIND_SYSCALL:
	default:
		break; /* the word was all there is to judge */
	}
}

static bool same_program(const struct program *a, const struct program *b)
{
	if (!identity_same_file(&a->id, &b->id) || !a->script != !b->script)
		return false;
	return !a->script || identity_same_file(&a->script_id, &b->script_id);
}

bool judge_exec_again(
	const struct judge *judge, struct pending *pending, const struct program *program)
{
	struct request request = request_of(judge, pending);

	/* Of a file that may be run but not read, as of one whose task was killed. */
	if (!program->id.known) {
		judge_deny(pending, EACCES, "unreadable",
			"callgate cannot see which program runs: may its user read the file?");
		pending->decision.verdict = VERDICT_KILL;
		return false;
	}
	request.target = program;
	decide(judge, pending, &request, 0);
	if (pending->decision.verdict == VERDICT_ALLOW && pending->exec &&
		same_program(&pending->exec->program, program))
		return true;
	sbuf_reset(&pending->advice);
	pending->decision.verdict = VERDICT_KILL;
	pending->decision.reason = "exec.tampered";
	sbuf_fmt(&pending->advice,
		"what was judged is not what ran: the path, the file or the environment was "
		"changed in between");
	return false;
}
