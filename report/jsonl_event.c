#include "report/jsonl_event.h"

#include <sys/wait.h>

#include "decoders/json.h"
#include "decoders/socket_names.h"
#include "decoders/text.h"
#include "report/outcome.h"
#include "decoders/record.h"
#include "report/stack_lines.h"
#include "report/summary_json.h"

enum {
	LOG_VERSION = 1,
	/* A program that runs itself again and again makes its lineage longer without end. */
	LINEAGE_MAX = 256,
};

static void put_time(struct record *record, const struct event *event)
{
	record_time(record, "time", &event->time);
	record_unsigned(record, "mono_ns", event->mono_ns);
}

/* The scripts of ancestors, null for those that have none. */
static void put_lineage_scripts(struct record *record, const struct lineage *lineage)
{
	const struct lineage *first = lineage;
	size_t n = 0;

	if (!first)
		return;
	do
		lineage = lineage->parent;
	while (lineage && !lineage->program->script);
	if (!lineage)
		return;
	record_array_open(record, "lineage_scripts");
	for (lineage = first; lineage && n < LINEAGE_MAX; lineage = lineage->parent, n++) {
		if (lineage->program->script)
			record_text(record, NULL, lineage->program->script);
		else
			record_null(record, NULL);
	}
	record_array_close(record);
}

/* Which of them have no name that a rule could mean, by their places in the lineage. */
static void put_nameless(struct record *record, const struct lineage *lineage)
{
	bool any = false;

	for (size_t n = 0; lineage && n < LINEAGE_MAX; lineage = lineage->parent, n++) {
		if (!lineage->program->nameless)
			continue;
		if (!any)
			record_array_open(record, "nameless");
		any = true;
		record_unsigned(record, NULL, n);
	}
	if (any)
		record_array_close(record);
}

static void put_lineage(struct record *record, const struct lineage *lineage)
{
	const struct lineage *first = lineage;
	size_t n = 0;

	record_array_open(record, "lineage");
	for (; lineage; lineage = lineage->parent, n++) {
		if (n < LINEAGE_MAX)
			record_text(record, NULL, lineage->program->path);
	}
	record_array_close(record);
	if (n > LINEAGE_MAX)
		record_unsigned(record, "lineage_left_out", n - LINEAGE_MAX);
	put_lineage_scripts(record, first);
	put_nameless(record, first);
}

static void put_task(struct record *record, const struct event_task *task)
{
	const struct lineage *lineage = task->lineage;

	if (!task->tid)
		return;
	record_number(record, "pid", task->pid);
	record_number(record, "tid", task->tid);
	record_text(record, "comm", task->comm);
	if (lineage) {
		record_text(record, "exe", lineage->program->path);
		record_text(record, "script", lineage->program->script);
	}
	put_lineage(record, lineage);
}

static void put_rule(struct record *record, const struct rule_ref *rule)
{
	record_object_open(record, "rule");
	if (rule->id && *rule->id)
		record_text(record, "id", rule->id);
	record_text(record, "file", rule->file);
	record_number(record, "line", rule->line);
	record_object_close(record);
}

static void put_decision(struct record *record, const struct event_call *call)
{
	const struct decision *decision = outcome_decision(call);
	enum verdict verdict = call->decision ? call->decision->verdict : VERDICT_ALLOW;
	char name[32];

	record_word(record, "verdict", verdict_name(verdict));
	if (decision && decision->verdict == VERDICT_DENY)
		record_text(record, "errno", text_errno(decision->errnum, name, sizeof(name)));
	if (call->would)
		record_word(record, "would", verdict_name(call->would->verdict));
	if (!decision)
		return;
	if (decision->rule.file)
		put_rule(record, &decision->rule);
	record_text(record, "reason", decision->reason);
	record_text(record, "why", decision->why);
	record_text(record, "advice", call->advice);
}

static void put_result(struct record *record, const struct event_call *call)
{
	const struct call_result *result = call->result;
	char name[32];

	if (!result->known) {
		record_null(record, "result");
		return;
	}
	record_number(record, "result", result->value);
	if (result->is_error)
		record_text(record, "error", text_errno((int)-result->value, name, sizeof(name)));
	record_unsigned(record, "duration_ns", call->duration_ns);
}

static void put_program(
	struct record *record, const char *const keys[static 4], const struct program *program)
{
	record_text(record, keys[0], program->path);
	record_text(record, keys[1], program->script);
	if (program->nameless)
		record_bool(record, keys[2], true);
	if (program->interpreter)
		record_bool(record, keys[3], true);
}

/* The makers of what is being made, of processes or of threads. */
static void put_spawning(
	struct record *record, const char *key, const struct event_call *call, bool threads)
{
	bool any = false;

	for (size_t i = 0; i < call->spawning_len; i++) {
		if (call->spawning[i].thread != threads)
			continue;
		if (!any)
			record_array_open(record, key);
		any = true;
		record_number(record, NULL, call->spawning[i].pid);
	}
	if (any)
		record_array_close(record);
}

static void put_strings(struct record *record, const char *key, const char *const *strings)
{
	record_array_open(record, key);
	for (; strings && *strings; strings++)
		record_text(record, NULL, *strings);
	record_array_close(record);
}

static void put_code_variables(struct record *record, const char *const *names)
{
	if (names && *names)
		put_strings(record, "code_variables", names);
}

static void put_places(struct record *record, const char *key, const bool *places, size_t len)
{
	bool any = false;

	for (size_t i = 0; places && i < len && i < LINEAGE_MAX; i++) {
		if (!places[i])
			continue;
		if (!any)
			record_array_open(record, key);
		any = true;
		record_unsigned(record, NULL, i);
	}
	if (any)
		record_array_close(record);
}

/* Files that were others than the policy had looked up. */
static void put_changed(struct record *record, const struct event_call *call)
{
	put_places(record, "changed", call->changed, call->changed_len);
	put_places(record, "scripts_changed", call->scripts_changed, call->changed_len);
	if (call->target_changed)
		record_bool(record, "target_changed", true);
	if (call->target_script_changed)
		record_bool(record, "target_script_changed", true);
}

/* What it was judged by, beyond the arguments. */
static void put_facts(struct record *record, const struct event_call *call)
{
	static const char *const keys[] = { "target", "target_script", "target_nameless",
		"target_elf_interpreter" };

	if (call->uid_known)
		record_unsigned(record, "uid", call->uid);
	record_text(record, "module", call->module);
	/* What ran, if it did, is what was judged. */
	if (call->target && !call->program)
		put_program(record, keys, call->target);
	record_text(record, "env_code", call->env_code);
	put_code_variables(record, call->code_variables);
	put_changed(record, call);
	put_spawning(record, "spawning", call, false);
	put_spawning(record, "spawning_threads", call, true);
	if (!call->unix_paths_len)
		return;
	record_array_open(record, "unix_paths");
	for (size_t i = 0; i < call->unix_paths_len; i++) {
		if (call->unix_paths[i])
			record_text(record, NULL, call->unix_paths[i]);
		else
			record_null(record, NULL);
	}
	record_array_close(record);
}

static void record_name(
	struct record *record, const char *key, const struct name_row *names, int value)
{
	const char *name = value < 0 ? NULL : name_of(names, (uint64_t)value);

	if (name)
		record_text(record, key, name);
	else
		record_number(record, key, value);
}

/* The arguments, and the socket of a call that has no address to say it beside. */
static void put_args(struct record *record, const struct event_call *call)
{
	const struct socket_facts *socket = call->socket;
	bool said = json_record_args(record, "args", call->call, socket);

	if (said || !socket || !socket->known)
		return;
	record_object_open(record, "socket");
	record_name(record, "family", socket_families, socket->family);
	record_name(record, "type", socket_types, socket->type);
	record_name(record, "protocol", socket_protocols(socket->family), socket->protocol);
	if (call->unbound)
		record_bool(record, "unbound", true);
	record_object_close(record);
}

static void put_call(struct record *record, const struct event *event)
{
	static const char *const keys[] = { "program", "program_script", "program_nameless",
		"program_elf_interpreter" };
	const struct event_call *call = &event->call;

	record_word(record, "abi", call->call->abi->name);
	record_text(record, "call", call->call->name);
	record_number(record, "nr", call->call->nr);
	record_word(record, "kind", call_kind_name(call_kind(call->call)));
	put_args(record, call);
	if (call->program)
		put_program(record, keys, call->program);
	put_facts(record, call);
	if (call->child) {
		record_number(record, "child", call->child);
		record_bool(record, "child_is_thread", call->child_is_thread);
	}
	record_word(record, "mode", mode_name(event->mode));
	put_decision(record, call);
	put_result(record, call);
	if (call->stack)
		stack_record(record, call->stack);
}

static void put_session(struct record *record, const struct event *event)
{
	const struct event_session *session = &event->session;

	record_text(record, "callgate", CALLGATE_VERSION);
	put_strings(record, "command", (const char *const *)session->argv);
	record_text(record, "cwd", session->cwd);
	record_word(record, "mode", mode_name(event->mode));
	record_text(record, "backend", session->backend);
	record_text(record, "kernel", session->kernel);
	record_number(record, "uid", session->uid);
	record_number(record, "gid", session->gid);
	put_strings(record, "policies", session->policies);
	put_code_variables(record, session->code_variables);
}

static void put_start(struct record *record, const struct event *event)
{
	record_number(record, "parent", event->start.parent);
	record_bool(record, "thread", event->start.thread);
	record_text(record, "how", event->start.how);
}

static void put_exit(struct record *record, const struct event *event)
{
	int status = event->exit.status;
	char name[32];

	record_bool(record, "thread", event->exit.thread);
	if (WIFEXITED(status)) {
		record_number(record, "exit_code", WEXITSTATUS(status));
	} else {
		record_text(record, "signal", outcome_signal(WTERMSIG(status), name, sizeof(name)));
		record_bool(record, "core_dumped", WCOREDUMP(status));
	}
	record_unsigned(record, "lifetime_ns", event->exit.lifetime_ns);
}

static void put_warning(struct record *record, const struct event *event)
{
	record_text(record, "code", event->warning.code);
	record_text(record, "text", event->warning.text);
}

static void put_summary(struct record *record, const struct event *event)
{
	summary_json(event->summary, record);
}

static const struct {
	const char *name;
	void (*put)(struct record *record, const struct event *event);
} types[] = {
	[EVENT_SESSION] = { "session", put_session },
	[EVENT_START] = { "start", put_start },
	[EVENT_CALL] = { "call", put_call },
	[EVENT_EXIT] = { "exit", put_exit },
	[EVENT_WARNING] = { "warning", put_warning },
	[EVENT_SUMMARY] = { "summary", put_summary },
};

bool jsonl_event(const struct event *event, struct sbuf *out)
{
	struct record record;

	record_open(&record, out);
	record_number(&record, "v", LOG_VERSION);
	record_word(&record, "type", types[event->type].name);
	record_unsigned(&record, "seq", event->seq);
	put_time(&record, event);
	put_task(&record, &event->task);
	types[event->type].put(&record, event);
	return record_close(&record);
}
