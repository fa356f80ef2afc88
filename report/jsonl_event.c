#include "report/jsonl_event.h"

#include <string.h>
#include <sys/wait.h>

#include "decoders/json.h"
#include "decoders/text.h"
#include "report/record.h"
#include "report/outcome.h"
#include "report/summary_json.h"

enum {
	LOG_VERSION = 1,
	/* A program that runs itself again and again makes its lineage longer without end. */
	LINEAGE_MAX = 256,
};

static void put_time(struct record *record, const struct event *event)
{
	char text[64];
	struct tm tm;
	size_t len;

	gmtime_r(&event->time.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%09ldZ", event->time.tv_nsec);
	record_put_word(record, "time", text);
	record_put(record, "mono_ns", json_unsigned(event->mono_ns));
}

static json_t *lineage_json(const struct lineage *lineage, size_t *left_out)
{
	json_t *array = json_array();
	size_t n = 0;

	*left_out = 0;
	for (; lineage; lineage = lineage->parent, n++) {
		const char *path = lineage->program->path;

		if (n >= LINEAGE_MAX) {
			*left_out += 1;
			continue;
		}
		if (!record_add(array, json_bytes(path, strlen(path)))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static void put_task(struct record *record, const struct event_task *task)
{
	const struct lineage *lineage = task->lineage;
	size_t left_out;

	if (!task->tid)
		return;
	record_put(record, "pid", json_integer(task->pid));
	record_put(record, "tid", json_integer(task->tid));
	record_put_text(record, "comm", task->comm);
	if (lineage) {
		record_put_text(record, "exe", lineage->program->path);
		record_put_text(record, "script", lineage->program->script);
	}
	record_put(record, "lineage", lineage_json(lineage, &left_out));
	if (left_out)
		record_put(record, "lineage_left_out", json_unsigned(left_out));
}

static json_t *rule_json(const struct rule_ref *rule)
{
	struct record record;

	record_init(&record);
	if (rule->id && *rule->id)
		record_put_text(&record, "id", rule->id);
	record_put_text(&record, "file", rule->file);
	record_put(&record, "line", json_integer(rule->line));
	return record_take(&record);
}

static void put_decision(struct record *record, const struct event_call *call)
{
	const struct decision *decision = outcome_decision(call);
	enum verdict verdict = call->decision ? call->decision->verdict : VERDICT_ALLOW;
	char name[32];

	record_put_word(record, "verdict", verdict_name(verdict));
	if (decision && decision->verdict == VERDICT_DENY)
		record_put_word(record, "errno", text_errno(decision->errnum, name, sizeof(name)));
	if (call->would)
		record_put_word(record, "would", verdict_name(call->would->verdict));
	if (!decision)
		return;
	if (decision->rule.file)
		record_put(record, "rule", rule_json(&decision->rule));
	record_put_word(record, "reason", decision->reason);
	record_put_text(record, "why", decision->why);
	record_put_text(record, "advice", call->advice);
}

static void put_result(struct record *record, const struct event_call *call)
{
	const struct call_result *result = call->result;
	char name[32];

	if (!result->known) {
		record_put(record, "result", json_null());
		return;
	}
	record_put(record, "result", json_number(result->value));
	if (result->is_error)
		record_put_word(
			record, "error", text_errno((int)-result->value, name, sizeof(name)));
	record_put(record, "duration_ns", json_unsigned(call->duration_ns));
}

static void put_call(struct record *record, const struct event *event)
{
	const struct event_call *call = &event->call;

	record_put_word(record, "abi", call->call->abi->name);
	record_put_word(record, "call", call->call->name);
	record_put(record, "nr", json_number(call->call->nr));
	record_put_word(record, "kind", call_kind_name(call_kind(call->call)));
	record_put(record, "args", json_call_args(call->call, call->socket));
	if (call->program) {
		record_put_text(record, "program", call->program->path);
		record_put_text(record, "program_script", call->program->script);
	}
	if (call->child) {
		record_put(record, "child", json_integer(call->child));
		record_put(record, "child_is_thread", json_boolean(call->child_is_thread));
	}
	record_put_word(record, "mode", mode_name(event->mode));
	put_decision(record, call);
	put_result(record, call);
}

static json_t *strings_json(const char *const *strings)
{
	json_t *array = json_array();

	for (; strings && *strings; strings++) {
		if (!record_add(array, json_bytes(*strings, strlen(*strings)))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static void put_session(struct record *record, const struct event *event)
{
	const struct event_session *session = &event->session;

	record_put_word(record, "callgate", CALLGATE_VERSION);
	record_put(record, "command", strings_json((const char *const *)session->argv));
	record_put_text(record, "cwd", session->cwd);
	record_put_word(record, "mode", mode_name(event->mode));
	record_put_word(record, "backend", session->backend);
	record_put_text(record, "kernel", session->kernel);
	record_put(record, "uid", json_integer(session->uid));
	record_put(record, "gid", json_integer(session->gid));
	record_put(record, "policies", strings_json(session->policies));
}

static void put_start(struct record *record, const struct event *event)
{
	record_put(record, "parent", json_integer(event->start.parent));
	record_put(record, "thread", json_boolean(event->start.thread));
	record_put_word(record, "how", event->start.how);
}

static void put_exit(struct record *record, const struct event *event)
{
	int status = event->exit.status;
	char name[32];

	record_put(record, "thread", json_boolean(event->exit.thread));
	if (WIFEXITED(status)) {
		record_put(record, "exit_code", json_integer(WEXITSTATUS(status)));
	} else {
		record_put_word(
			record, "signal", outcome_signal(WTERMSIG(status), name, sizeof(name)));
		record_put(record, "core_dumped", json_boolean(WCOREDUMP(status)));
	}
	record_put(record, "lifetime_ns", json_unsigned(event->exit.lifetime_ns));
}

static void put_warning(struct record *record, const struct event *event)
{
	record_put_word(record, "code", event->warning.code);
	record_put_text(record, "text", event->warning.text);
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

json_t *jsonl_event(const struct event *event)
{
	struct record record;

	record_init(&record);
	record_put(&record, "v", json_integer(LOG_VERSION));
	record_put_word(&record, "type", types[event->type].name);
	record_put(&record, "seq", json_unsigned(event->seq));
	put_time(&record, event);
	put_task(&record, &event->task);
	types[event->type].put(&record, event);
	return record_take(&record);
}
