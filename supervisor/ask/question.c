#include "supervisor/ask/question.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "decoders/text.h"
#include "policy/known_names.h"
#include "policy/widen.h"
#include "report/stack_lines.h"
#include "report/who.h"
#include "supervisor/ask/builtin.h"
#include "supervisor/task_facts.h"

enum { LINEAGE_SHOWN = 12 };

static struct sbuf *add_field(struct ask_question *q, const char *label)
{
	struct ask_field *field = &q->fields[q->nfields];

	if (q->nfields + 1 < ASK_FIELDS_MAX)
		q->nfields++;
	field->label = label;
	return &field->text;
}

static void add_escaped(struct sbuf *out, const char *text)
{
	escape_text(out, text, strlen(text));
}

static void add_program(struct sbuf *out, const struct program *program)
{
	add_escaped(out, program->path);
	if (program->nameless)
		sbuf_str(out, " (has no name any more)");
	if (!program->script)
		return;
	sbuf_str(out, ", started for ");
	add_escaped(out, program->script);
}

static void add_lineage(struct sbuf *out, const struct lineage *lineage)
{
	for (unsigned n = 0; lineage; lineage = lineage->parent, n++) {
		if (n == LINEAGE_SHOWN) {
			sbuf_str(out, " < ...");
			return;
		}
		sbuf_str(out, n ? " < " : "");
		add_escaped(out, who_program(lineage->program));
	}
}

static const char *verb_of(const struct call *call)
{
	switch (call_kind(call)) {
	case CALL_KIND_CONNECT:
		return call->desc->id == CALL_CONNECT ? "connect to" : "send to";
	case CALL_KIND_BIND:
		return "bind to";
	case CALL_KIND_EXEC:
		return "run";
	case CALL_KIND_SPAWN:
		return "make a process:";
	default:
		return "make a socket:";
	}
}

/* What is asked for, without who asks. */
static void add_wish(struct sbuf *out, const struct pending *pending, const struct request *request)
{
	sbuf_fmt(out, "%s ", verb_of(&pending->call));
	if (request->kind == CALL_KIND_EXEC)
		add_escaped(out, who_program(request->target));
	else if (request->destination)
		text_destination(out, request->destination, &pending->socket);
	else
		text_call(out, &pending->call, &pending->socket);
}

static void add_sets(struct sbuf *out, const struct request *request)
{
	cleanup_sbuf struct sbuf sets = SBUF_INIT;

	widen_sets(request, &sets);
	if (sets.len)
		sbuf_fmt(out, " (%s)", sbuf_text(&sets));
}

static void add_identity(struct sbuf *out, const struct identity *id)
{
	sbuf_fmt(out, " %llx:%llx:%llx:%llx:%x", (unsigned long long)id->dev,
		(unsigned long long)id->ino, (unsigned long long)id->size,
		(unsigned long long)id->ctime_sec, id->ctime_nsec);
}

/* Two calls are one question only when no rule, and no person, could tell them apart. */
static void make_key(
	struct ask_question *q, const struct pending *pending, const struct request *request)
{
	struct sbuf *key = &q->key;

	if (q->for_all) {
		sbuf_str(key, "name servers");
		return;
	}
	add_wish(key, pending, request);
	if (request->unix_path)
		add_escaped(key, request->unix_path);
	if (request->kind == CALL_KIND_EXEC) {
		text_call(key, &pending->call, NULL);
		add_identity(key, &request->target->id);
		add_identity(key, &request->target->script_id);
	}
	sbuf_fmt(key, " as %u", q->uid);
	for (const struct lineage *l = pending->lineage; l; l = l->parent) {
		sbuf_str(key, " by ");
		add_program(key, l->program);
		add_identity(key, &l->program->id);
	}
}

static void add_asker(struct sbuf *out, const struct decision *decision)
{
	const struct rule_ref *rule = &decision->rule;

	if (ask_builtin_decided(decision)) {
		sbuf_str(out, "no rule says otherwise");
		return;
	}
	sbuf_fmt(out, "%s", *rule->id ? "rule " : "the policy's ");
	add_escaped(out, *rule->id ? rule->id : decision->reason);
	if (rule->file) {
		sbuf_str(out, " (");
		add_escaped(out, rule->file);
		sbuf_fmt(out, ":%d)", rule->line);
	}
	if (decision->why) {
		sbuf_str(out, ": ");
		add_escaped(out, decision->why);
	}
}

static void add_exec_fields(
	struct ask_question *q, const struct pending *pending, const struct request *request)
{
	if (request->target->script)
		add_escaped(add_field(q, "run by"), request->target->path);
	text_exec_arguments(add_field(q, "arguments"), &pending->call);
}

/* One call may name several destinations: each is asked about. */
static void add_part(struct ask_question *q, const struct pending *pending)
{
	size_t n = 0;

	while (call_destination(&pending->call, n))
		n++;
	if (n > 1)
		sbuf_fmt(add_field(q, "message"), "%zu of %zu that one call sends",
			pending->ask.destination + 1, n);
}

static void add_fields(struct ask_question *q, const struct judge *judge,
	const struct pending *pending, const struct task *task, const struct request *request)
{
	cleanup_sbuf struct sbuf names = SBUF_INIT;
	const struct program *program = pending->lineage ? pending->lineage->program : NULL;

	add_part(q, pending);
	known_names(judge_policy(judge, pending), "/etc/hosts", request, &names);
	if (names.len)
		sbuf_add(add_field(q, "name"), sbuf_text(&names), names.len);
	if (request->destination && request->unix_path)
		add_escaped(add_field(q, "path"), request->unix_path);
	if (request->kind == CALL_KIND_EXEC)
		add_exec_fields(q, pending, request);
	if (program)
		add_program(add_field(q, "program"), program);
	task_command_line(task->process->pid, add_field(q, "command"));
	task_cwd(task->process->pid, add_field(q, "in"));
	if (pending->lineage)
		add_lineage(add_field(q, "lineage"), pending->lineage);
	add_asker(add_field(q, "asked by"), &pending->decision);
}

struct ask_question *ask_question_new(
	const struct judge *judge, const struct pending *pending, const struct task *task)
{
	struct ask_question *q = calloc(1, sizeof(*q));
	struct request request;
	struct event_task who = {
		.pid = task->process->pid,
		.tid = task->tid,
		.comm = pending->comm,
		.lineage = pending->lineage,
	};

	if (!q)
		return NULL;
	judge_asked(judge, pending, &request);
	q->pid = who.pid;
	q->tid = who.tid;
	q->uid = task_euid(who.tid);
	q->since_ns = pending->at.mono_ns;
	q->whos = widen_whos(&request);
	q->whats = widen_whats(&request);
	q->for_all = ask_builtin_is_dns(&pending->decision);
	/* Without a policy the question is whether a program runs at all, whoever runs it. */
	if (q->for_all ||
		(ask_builtin_decided(&pending->decision) && request.kind == CALL_KIND_EXEC))
		q->narrowest_who = q->whos - 1;
	make_key(q, pending, &request);
	who_text(&q->wants, &who);
	sbuf_str(&q->wants, " wants to ");
	add_wish(&q->wants, pending, &request);
	add_sets(&q->wants, &request);
	add_fields(q, judge, pending, task, &request);
	q->has_stack = pending->stack;
	if (q->has_stack)
		stack_text(&q->stack, pending->stack);
	if (q->key.failed || q->wants.failed) {
		ask_question_free(q);
		return NULL;
	}
	return q;
}

void ask_question_free(struct ask_question *q)
{
	sbuf_free(&q->key);
	sbuf_free(&q->wants);
	sbuf_free(&q->event);
	sbuf_free(&q->stack);
	for (size_t i = 0; i < ASK_FIELDS_MAX; i++)
		sbuf_free(&q->fields[i].text);
	free(q);
}

void ask_question_tell_before(struct ask_question *q, unsigned allowed, unsigned denied)
{
	if (allowed || denied)
		sbuf_fmt(add_field(q, "before"), "allowed once: %u, denied once: %u", allowed,
			denied);
}
