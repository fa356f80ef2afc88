#include <errno.h>

#include "policy/files_impl.h"
#include "policy/network_impl.h"
#include "policy/search.h"

static int kind_errno(enum call_kind kind)
{
	/* fork(2): what programs expect of a process that cannot be made. */
	return kind == CALL_KIND_SPAWN ? EAGAIN : EACCES;
}

static void decide_plain(struct decision *d, enum verdict verdict, int errnum, const char *reason)
{
	*d = (struct decision){
		.verdict = verdict,
		.errnum = errnum,
		.rule = { .id = "" },
		.reason = reason,
		.near_miss = -1,
	};
}

static void decide_syscall(
	const struct policy *policy, const struct request *request, struct decision *d)
{
	const struct denied_syscall *denied =
		request->syscall ? syscall_denied(policy, request->syscall) : NULL;

	decide_plain(d, VERDICT_ALLOW, 0, "syscall.allowed");
	if (!denied)
		return;
	decide_plain(d, VERDICT_DENY, syscall_errno(request->syscall), "syscall.denied");
	d->rule.file = denied->place.file;
	d->rule.line = denied->place.line;
}

static void decide_rule(const struct rule *rule, enum call_kind kind, struct decision *d)
{
	decide_plain(d, rule->verdict, 0, "rule");
	if (rule->verdict != VERDICT_ALLOW)
		d->errnum = rule->errnum ? rule->errnum : kind_errno(kind);
	d->rule = (struct rule_ref){ rule->id, rule->place.file, rule->place.line };
	d->why = rule->why;
}

static void decide_default(
	const struct policy_default *def, enum call_kind kind, struct decision *d)
{
	decide_plain(
		d, def->verdict, def->verdict == VERDICT_ALLOW ? 0 : kind_errno(kind), "default");
	d->rule.file = def->place.file;
	d->rule.line = def->place.line;
}

/* What no rule needs to be asked about. True when it is decided. */
static bool decide_target(const struct facts *facts, struct decision *d)
{
	enum call_kind kind = facts->request->kind;

	if (kind != CALL_KIND_CONNECT && kind != CALL_KIND_BIND)
		return false;
	if (facts->target.class == TARGET_NONE)
		decide_plain(d, VERDICT_ALLOW, 0, "destination.none");
	else if (facts->target.class == TARGET_UNREADABLE)
		decide_plain(d, VERDICT_DENY, facts->target.errnum, "unreadable");
	else
		return false;
	return true;
}

static bool decide_network(const struct facts *facts, struct decision *d)
{
	struct network_denial denial;

	if (!network_denies(facts->policy, facts->request, &facts->target, &denial))
		return false;
	decide_plain(d, VERDICT_DENY, denial.errnum, denial.reason);
	d->why = denial.why;
	d->rule.file = denial.place.file;
	d->rule.line = denial.place.line;
	return true;
}

static void decide_file(
	const struct policy *policy, const struct request *request, struct decision *d)
{
	const struct files *files = policy_files(policy);
	const char *reason = request->file_write ? "files.write" : "files.read";
	struct place place;

	if (files_allow(files, request->file, request->file_write, &place)) {
		decide_plain(d, VERDICT_ALLOW, 0, place.file ? reason : "unjudged");
	} else {
		decide_plain(d, VERDICT_DENY, EACCES, reason);
		d->why = "it is beneath none of the listed paths";
	}
	d->rule.file = place.file;
	d->rule.line = place.line;
}

static bool decide_bind_file(const struct facts *facts, struct decision *d)
{
	struct place place;

	if (!files_deny_bind(facts->policy, facts->request, &facts->target, &place))
		return false;
	decide_plain(d, VERDICT_DENY, EACCES, "files.write");
	d->why = "the socket would be a file where none may be written";
	d->rule.file = place.file;
	d->rule.line = place.line;
	return true;
}

/* No default allows a socket that reaches past every destination. */
static void decide_family(const struct request *request, struct decision *d)
{
	const char *why;

	if (request->kind != CALL_KIND_SOCKET || d->verdict != VERDICT_ALLOW ||
		!network_needs_rule(&request->socket, &why))
		return;
	d->verdict = VERDICT_DENY;
	d->errnum = kind_errno(request->kind);
	d->reason = "network.family";
	d->why = why;
}

/* The environment would lend the name of a program that rules speak of to other code. */
static void decide_environment(const struct facts *facts, struct decision *d)
{
	const struct request *r = facts->request;
	const struct place *place = &facts->policy->environment.place;

	if (r->kind != CALL_KIND_EXEC || !r->env_code || !r->target ||
		(d->verdict != VERDICT_ALLOW && d->verdict != VERDICT_ASK) ||
		!policy_names_program(facts->policy, r->target, r->by_path))
		return;
	decide_plain(d, VERDICT_DENY, kind_errno(r->kind), "env.code");
	d->why = "its environment would put code into a program that rules name";
	d->rule.file = place->file;
	d->rule.line = place->line;
}

/* Nor does one allow a program that runs any other. */
static void decide_interpreter(const struct facts *facts, struct decision *d)
{
	if (facts_run_interpreter(facts) && d->verdict != VERDICT_ASK)
		decide_plain(d, VERDICT_DENY, kind_errno(facts->request->kind), "exec.interpreter");
}

void policy_decide(const struct policy *policy, const struct request *request, struct decision *d)
{
	struct facts facts;
	struct found found;

	if (request->kind == CALL_KIND_SYSCALL) {
		decide_syscall(policy, request, d);
		return;
	}
	facts_of(policy, request, &facts);
	if (decide_network(&facts, d))
		return;
	if (request->kind == CALL_KIND_OTHER && request->file) {
		decide_file(policy, request, d);
		return;
	}
	if (request->kind == CALL_KIND_OTHER) {
		decide_plain(d, VERDICT_ALLOW, 0, "unjudged");
		return;
	}
	if (decide_target(&facts, d) || decide_bind_file(&facts, d))
		return;
	search_first(&facts, &found);
	if (found.rule != RULE_NONE) {
		decide_rule(&policy->rules[found.rule], request->kind, d);
	} else {
		decide_default(&policy->defaults[request->kind], request->kind, d);
		decide_family(request, d);
		decide_interpreter(&facts, d);
	}
	if (found.changed != RULE_NONE && d->verdict != VERDICT_ALLOW) {
		d->reason = "identity.changed";
		d->near_miss = (int)found.changed;
	}
	decide_environment(&facts, d);
	d->changed = found.changed != RULE_NONE;
}
