#include "report/jsonl_event.h"

#include <string.h>
#include <sys/wait.h>

#include "decoders/json.h"
#include "decoders/text.h"
#include "report/json_object.h"
#include "report/outcome.h"
#include "report/summary_json.h"

enum {
	LOG_VERSION = 1,
	/* A program that runs itself again and again makes its lineage longer without end. */
	LINEAGE_MAX = 256,
};

static void put_time(struct json_object *object, const struct event *event)
{
	char text[64];
	struct tm tm;
	size_t len;

	gmtime_r(&event->time.tv_sec, &tm);
	len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + len, sizeof(text) - len, ".%09ldZ", event->time.tv_nsec);
	json_put_word(object, "time", text);
	json_put(object, "mono_ns", json_unsigned(event->mono_ns));
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
		if (!json_add(array, json_bytes(path, strlen(path)))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static void put_task(struct json_object *object, const struct event_task *task)
{
	const struct lineage *lineage = task->lineage;
	size_t left_out;

	if (!task->tid)
		return;
	json_put(object, "pid", json_integer(task->pid));
	json_put(object, "tid", json_integer(task->tid));
	json_put_text(object, "comm", task->comm);
	if (lineage) {
		json_put_text(object, "exe", lineage->program->path);
		json_put_text(object, "script", lineage->program->script);
	}
	json_put(object, "lineage", lineage_json(lineage, &left_out));
	if (left_out)
		json_put(object, "lineage_left_out", json_unsigned(left_out));
}

static json_t *rule_json(const struct rule_ref *rule)
{
	struct json_object object;

	json_object_init(&object);
	if (rule->id && *rule->id)
		json_put_text(&object, "id", rule->id);
	json_put_text(&object, "file", rule->file);
	json_put(&object, "line", json_integer(rule->line));
	return json_object_take(&object);
}

static void put_decision(struct json_object *object, const struct event_call *call)
{
	const struct decision *decision = outcome_decision(call);
	enum verdict verdict = call->decision ? call->decision->verdict : VERDICT_ALLOW;
	char name[32];

	json_put_word(object, "verdict", verdict_name(verdict));
	if (decision && decision->verdict == VERDICT_DENY)
		json_put_word(object, "errno", text_errno(decision->errnum, name, sizeof(name)));
	if (call->would)
		json_put_word(object, "would", verdict_name(call->would->verdict));
	if (!decision)
		return;
	if (decision->rule.file)
		json_put(object, "rule", rule_json(&decision->rule));
	json_put_word(object, "reason", decision->reason);
	json_put_text(object, "why", decision->why);
	json_put_text(object, "advice", call->advice);
}

static void put_result(struct json_object *object, const struct event_call *call)
{
	const struct call_result *result = call->result;
	char name[32];

	if (!result->known) {
		json_put(object, "result", json_null());
		return;
	}
	json_put(object, "result", json_number(result->value));
	if (result->is_error)
		json_put_word(object, "error", text_errno((int)-result->value, name, sizeof(name)));
	json_put(object, "duration_ns", json_unsigned(call->duration_ns));
}

static void put_call(struct json_object *object, const struct event *event)
{
	const struct event_call *call = &event->call;

	json_put_word(object, "abi", call->call->abi->name);
	json_put_word(object, "call", call->call->name);
	json_put(object, "nr", json_number(call->call->nr));
	json_put_word(object, "kind", call_kind_name(call_kind(call->call)));
	json_put(object, "args", json_call_args(call->call, call->socket));
	if (call->program) {
		json_put_text(object, "program", call->program->path);
		json_put_text(object, "program_script", call->program->script);
	}
	if (call->child) {
		json_put(object, "child", json_integer(call->child));
		json_put(object, "child_is_thread", json_boolean(call->child_is_thread));
	}
	json_put_word(object, "mode", mode_name(event->mode));
	put_decision(object, call);
	put_result(object, call);
}

static json_t *strings_json(const char *const *strings)
{
	json_t *array = json_array();

	for (; strings && *strings; strings++) {
		if (!json_add(array, json_bytes(*strings, strlen(*strings)))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static void put_session(struct json_object *object, const struct event *event)
{
	const struct event_session *session = &event->session;

	json_put_word(object, "callgate", CALLGATE_VERSION);
	json_put(object, "command", strings_json((const char *const *)session->argv));
	json_put_text(object, "cwd", session->cwd);
	json_put_word(object, "mode", mode_name(event->mode));
	json_put_word(object, "backend", session->backend);
	json_put_text(object, "kernel", session->kernel);
	json_put(object, "uid", json_integer(session->uid));
	json_put(object, "gid", json_integer(session->gid));
	json_put(object, "policies", strings_json(session->policies));
}

static void put_start(struct json_object *object, const struct event *event)
{
	json_put(object, "parent", json_integer(event->start.parent));
	json_put(object, "thread", json_boolean(event->start.thread));
	json_put_word(object, "how", event->start.how);
}

static void put_exit(struct json_object *object, const struct event *event)
{
	int status = event->exit.status;
	char name[32];

	json_put(object, "thread", json_boolean(event->exit.thread));
	if (WIFEXITED(status)) {
		json_put(object, "exit_code", json_integer(WEXITSTATUS(status)));
	} else {
		json_put_word(
			object, "signal", outcome_signal(WTERMSIG(status), name, sizeof(name)));
		json_put(object, "core_dumped", json_boolean(WCOREDUMP(status)));
	}
	json_put(object, "lifetime_ns", json_unsigned(event->exit.lifetime_ns));
}

static void put_warning(struct json_object *object, const struct event *event)
{
	json_put_word(object, "code", event->warning.code);
	json_put_text(object, "text", event->warning.text);
}

static void put_summary(struct json_object *object, const struct event *event)
{
	summary_json(event->summary, object);
}

static const struct {
	const char *name;
	void (*put)(struct json_object *object, const struct event *event);
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
	struct json_object object;

	json_object_init(&object);
	json_put(&object, "v", json_integer(LOG_VERSION));
	json_put_word(&object, "type", types[event->type].name);
	json_put(&object, "seq", json_unsigned(event->seq));
	put_time(&object, event);
	put_task(&object, &event->task);
	types[event->type].put(&object, event);
	return json_object_take(&object);
}
