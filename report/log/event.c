#include "report/log/event.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "decoders/json_read.h"
#include "decoders/json_value.h"
#include "policy/errno_name.h"
#include "report/log/stack.h"
#include "report/outcome.h"

/* Every member that docs/log.md has, of all types, in the order of strcmp(3). */
static const char *const members[] = { "abi", "advice", "args", "backend", "call", "callgate",
	"calls", "changed", "child", "child_is_thread", "code", "code_variables", "comm", "command",
	"core_dumped", "cwd", "denials", "destinations", "duration_ns", "env_code", "errno",
	"error", "exe", "exit_code", "failures", "gid", "how", "kernel", "kind", "lifetime_ns",
	"lineage", "lineage_left_out", "lineage_scripts", "lost", "mode", "module", "mono_ns",
	"nameless", "nr", "parent", "peak_processes", "peak_tasks", "pid", "policies", "processes",
	"program", "program_elf_interpreter", "program_nameless", "program_script", "programs",
	"reason", "result", "rule", "script", "scripts_changed", "seq", "signal", "socket",
	"spawning", "spawning_threads", "stack", "stack_end", "target", "target_changed",
	"target_elf_interpreter", "target_nameless", "target_script", "target_script_changed",
	"text", "thread", "threads", "tid", "time", "type", "uid", "unix_paths", "v", "verdict",
	"warnings", "why", "would" };

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool log_event_knows(const char *member)
{
	return bsearch(&member, members, sizeof(members) / sizeof(members[0]), sizeof(members[0]),
		compare_names);
}

/* A line that is being read. */
struct line {
	const struct json_node *object;
	struct arena *arena;
	struct log_event *out;
};

static const struct json_node *member(struct line *line, const char *name)
{
	return json_node_get(line->object, name);
}

static const char *text(struct line *line, const char *name)
{
	return json_read_text(member(line, name), line->arena);
}

/* Our own words, never NULL. */
static const char *word(struct line *line, const char *name)
{
	const char *found = text(line, name);

	return found ? found : "";
}

static uint64_t number(struct line *line, const char *name)
{
	uint64_t value;

	return json_read_unsigned(member(line, name), &value) ? value : 0;
}

/* A number that fits an int; 0 for any other. */
static int small(struct line *line, const char *name)
{
	uint64_t value = number(line, name);

	return value <= INT_MAX ? (int)value : 0;
}

static const struct name_row mode_words[] = {
	{ MODE_TRACE, "trace" },
	{ MODE_AUDIT, "audit" },
	{ MODE_ASK, "ask" },
	{ MODE_ENFORCE, "enforce" },
	{ 0, NULL },
};

static const struct name_row verdict_words[] = {
	{ VERDICT_ALLOW, "allow" },
	{ VERDICT_DENY, "deny" },
	{ VERDICT_ASK, "ask" },
	{ VERDICT_KILL, "kill" },
	{ 0, NULL },
};

/* "2026-01-02T03:04:05.678901234Z" */
static struct timespec read_time(const char *text)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	struct timespec time = { 0 };
	long digit = 100000000;

	if (!rest)
		return time;
	time.tv_sec = timegm(&tm);
	if (*rest++ != '.')
		return time;
	for (; *rest >= '0' && *rest <= '9'; rest++, digit /= 10)
		time.tv_nsec += (*rest - '0') * digit;
	return time;
}

/* No rule means it by its path; it need not be marked for that. */
static bool is_no_path(const char *path)
{
	return !path || path[0] != '/';
}

/* Of each place in the lineage, whether the array has its number; NULL when it has none. */
static const bool *read_places(struct line *line, const char *name, size_t len)
{
	const struct json_node *list = member(line, name);
	bool *places =
		json_node_count(list) ? arena_alloc(line->arena, len * sizeof(*places)) : NULL;
	uint64_t place;

	for (size_t i = 0; places && i < json_node_count(list); i++) {
		if (json_read_unsigned(json_node_at(list, i), &place) && place < len)
			places[place] = true;
	}
	return places;
}

/* What is not known of every program: its script, that it is nameless, or another file. */
static void read_ancestors(struct line *line, struct program *programs, size_t len)
{
	const struct json_node *scripts = member(line, "lineage_scripts");
	const struct json_node *nameless = member(line, "nameless");
	const bool *changed = read_places(line, "changed", len);
	const bool *scripts_changed = read_places(line, "scripts_changed", len);
	uint64_t place;

	for (size_t i = 0; i < len; i++) {
		programs[i].changed = changed && changed[i];
		programs[i].script_changed = scripts_changed && scripts_changed[i];
	}
	if (line->out->event.type == EVENT_CALL) {
		line->out->event.call.changed = changed;
		line->out->event.call.scripts_changed = scripts_changed;
		line->out->event.call.changed_len = len;
	}

	for (size_t i = 0; i < len && i < json_node_count(scripts); i++)
		programs[i].script = json_read_text(json_node_at(scripts, i), line->arena);
	for (size_t i = 0; i < json_node_count(nameless); i++) {
		if (json_read_unsigned(json_node_at(nameless, i), &place) && place < len)
			programs[place].nameless = true;
	}
}

/* The programs from the running one up. */
static const struct lineage *read_lineage(struct line *line)
{
	const struct json_node *list = member(line, "lineage");
	size_t len = json_node_count(list);
	struct lineage *chain = len ? arena_alloc(line->arena, len * sizeof(*chain)) : NULL;
	struct program *programs = chain ? arena_alloc(line->arena, len * sizeof(*programs)) : NULL;

	if (!programs)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		const char *path = json_read_text(json_node_at(list, i), line->arena);

		programs[i].path = path ? path : "";
		programs[i].nameless = is_no_path(path);
		chain[i].program = &programs[i];
		chain[i].parent = i + 1 < len ? &chain[i + 1] : NULL;
	}
	read_ancestors(line, programs, len);
	programs[0].script = text(line, "script");
	return chain;
}

static void read_task(struct line *line)
{
	struct event_task *task = &line->out->event.task;

	task->pid = small(line, "pid");
	task->tid = small(line, "tid");
	if (!task->tid)
		return;
	task->comm = text(line, "comm");
	task->lineage = read_lineage(line);
}

/* The strings of an array, NULL-terminated. */
static const char **read_strings(struct line *line, const char *name)
{
	const struct json_node *list = member(line, name);
	size_t len = json_node_count(list), n = 0;
	const char **strings = arena_alloc(line->arena, (len + 1) * sizeof(*strings));

	for (size_t i = 0; strings && i < len; i++) {
		strings[n] = json_read_text(json_node_at(list, i), line->arena);
		n += strings[n] != NULL;
	}
	return strings;
}

static void read_session(struct line *line)
{
	struct event_session *session = &line->out->event.session;

	session->argv = (char *const *)read_strings(line, "command");
	session->cwd = word(line, "cwd");
	session->mode = line->out->event.mode;
	session->backend = word(line, "backend");
	session->kernel = word(line, "kernel");
	session->uid = (uid_t)number(line, "uid");
	session->gid = (gid_t)number(line, "gid");
	session->policies = read_strings(line, "policies");
	session->code_variables = read_strings(line, "code_variables");
}

static void read_start(struct line *line)
{
	struct event_start *start = &line->out->event.start;

	start->parent = small(line, "parent");
	start->thread = json_node_is(member(line, "thread"), JSON_NODE_TRUE);
	start->how = word(line, "how");
}

static enum verdict read_verdict(struct line *line, const char *name)
{
	const struct name_row *row = name_find(verdict_words, word(line, name));

	return row ? (enum verdict)row->value : VERDICT_ALLOW;
}

/* What was decided; nothing when there was no policy. */
static void read_decision(struct line *line)
{
	struct event_call *call = &line->out->event.call;
	struct decision *decision = &line->out->decision;
	struct line rule = { member(line, "rule"), line->arena, line->out };
	bool audit = member(line, "would") != NULL;

	*decision = (struct decision){
		.verdict = read_verdict(line, audit ? "would" : "verdict"),
		.errnum = errno_by_name(word(line, "errno")),
		.rule = { .id = word(&rule, "id"),
			.file = text(&rule, "file"),
			.line = small(&rule, "line") },
		.reason = text(line, "reason"),
		.why = text(line, "why"),
		.near_miss = -1,
	};
	call->advice = text(line, "advice");
	if (audit)
		call->would = decision;
	else if (decision->reason || decision->verdict != VERDICT_ALLOW)
		call->decision = decision;
}

static void read_result(struct line *line)
{
	struct call_result *result = &line->out->result;

	result->known = json_read_number(member(line, "result"), &result->value);
	result->is_error = result->known && member(line, "error");
	/* What is shown as an error is the negative of one. */
	if (result->is_error && (result->value >= 0 || result->value < -INT_MAX))
		result->is_error = false;
	line->out->event.call.duration_ns = number(line, "duration_ns");
}

/* The program of an exec, NULL when the line has none. */
static const struct program *read_program(
	struct line *line, const char *const keys[static 4], struct program *out)
{
	out->path = text(line, keys[0]);
	out->script = text(line, keys[1]);
	out->nameless =
		is_no_path(out->path) || json_node_is(member(line, keys[2]), JSON_NODE_TRUE);
	out->interpreter = json_node_is(member(line, keys[3]), JSON_NODE_TRUE);
	return out->path ? out : NULL;
}

static size_t add_spawning(
	const struct json_node *pids, bool thread, struct event_spawning *list, size_t len)
{
	for (size_t i = 0; i < json_node_count(pids); i++) {
		int64_t pid;

		if (json_read_number(json_node_at(pids, i), &pid) && pid > 0 && pid <= INT_MAX)
			list[len++] = (struct event_spawning){ (pid_t)pid, thread };
	}
	return len;
}

static void read_spawning(struct line *line)
{
	const struct json_node *processes = member(line, "spawning");
	const struct json_node *threads = member(line, "spawning_threads");
	size_t most = json_node_count(processes) + json_node_count(threads), len;
	struct event_spawning *list = most ? arena_alloc(line->arena, most * sizeof(*list)) : NULL;

	if (!list)
		return;
	len = add_spawning(processes, false, list, 0);
	line->out->event.call.spawning_len = add_spawning(threads, true, list, len);
	line->out->event.call.spawning = list;
}

static void read_facts(struct line *line)
{
	static const char *const keys[] = { "target", "target_script", "target_nameless",
		"target_elf_interpreter" };
	struct event_call *call = &line->out->event.call;
	const struct json_node *paths = member(line, "unix_paths");
	size_t len = json_node_count(paths);
	const char **list = len ? arena_alloc(line->arena, len * sizeof(*list)) : NULL;
	uint64_t uid = 0;

	call->target = call->program ? call->program : read_program(line, keys, &line->out->target);
	call->target_changed = json_node_is(member(line, "target_changed"), JSON_NODE_TRUE);
	call->target_script_changed =
		json_node_is(member(line, "target_script_changed"), JSON_NODE_TRUE);
	call->env_code = text(line, "env_code");
	if (member(line, "code_variables"))
		call->code_variables = read_strings(line, "code_variables");
	call->uid_known = json_read_unsigned(member(line, "uid"), &uid) && uid <= UINT32_MAX;
	call->uid = (uid_t)uid;
	call->module = text(line, "module");
	for (size_t i = 0; list && i < len; i++)
		list[i] = json_read_text(json_node_at(paths, i), line->arena);
	read_spawning(line);
	call->unix_paths = list;
	call->unix_paths_len = list ? len : 0;
}

static void read_call(struct line *line)
{
	static const char *const keys[] = { "program", "program_script", "program_nameless",
		"program_elf_interpreter" };
	struct log_event *out = line->out;
	struct event_call *call = &out->event.call;
	struct json_call from = {
		.abi = text(line, "abi"),
		.name = text(line, "call"),
		.args = member(line, "args"),
	};

	json_read_number(member(line, "nr"), &from.nr);
	json_read_call(&from, line->arena, &out->call, &out->socket);
	if (!out->socket.known)
		json_read_socket(member(line, "socket"), &out->socket);
	call->call = &out->call;
	call->result = &out->result;
	call->socket = &out->socket;
	call->unbound = json_node_get(member(line, "socket"), "unbound") != NULL;
	call->program = read_program(line, keys, &out->program);
	read_facts(line);
	call->child = small(line, "child");
	call->child_is_thread = json_node_is(member(line, "child_is_thread"), JSON_NODE_TRUE);
	read_result(line);
	read_decision(line);
	call->stack = log_stack_read(line->object, line->arena);
}

/* The number of "SIGSEGV"; 0 for no signal. */
static int signal_number(const char *name)
{
	char known[32];

	for (int i = 1; i < NSIG; i++) {
		if (strcmp(outcome_signal(i, known, sizeof(known)), name) == 0)
			return i;
	}
	return 0;
}

/* The status as wait(2) has it: <bits/waitstatus.h>. */
static void read_exit(struct line *line)
{
	struct event_exit *exit = &line->out->event.exit;

	exit->thread = json_node_is(member(line, "thread"), JSON_NODE_TRUE);
	exit->lifetime_ns = number(line, "lifetime_ns");
	exit->status = (small(line, "exit_code") & 0xff) << 8;
	if (member(line, "signal"))
		exit->status =
			signal_number(word(line, "signal")) |
			(json_node_is(member(line, "core_dumped"), JSON_NODE_TRUE) ? 0x80 : 0);
}

static void read_warning(struct line *line)
{
	line->out->event.warning.code = word(line, "code");
	line->out->event.warning.text = word(line, "text");
}

static void read_summary(struct line *line)
{
	line->out->event.summary = NULL;
}

static const struct {
	const char *name;
	void (*read)(struct line *line);
} types[] = {
	[EVENT_SESSION] = { "session", read_session },
	[EVENT_START] = { "start", read_start },
	[EVENT_CALL] = { "call", read_call },
	[EVENT_EXIT] = { "exit", read_exit },
	[EVENT_WARNING] = { "warning", read_warning },
	[EVENT_SUMMARY] = { "summary", read_summary },
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

bool log_event_read(const struct json_node *object, struct arena *arena, struct log_event *out)
{
	struct line line = { object, arena, out };
	const char *type = word(&line, "type");
	const struct name_row *mode;
	size_t i = 0;

	while (i < TYPES && strcmp(types[i].name, type) != 0)
		i++;
	if (i == TYPES)
		return false;
	memset(out, 0, sizeof(*out));
	mode = name_find(mode_words, word(&line, "mode"));
	out->event.type = (enum event_type)i;
	out->event.seq = number(&line, "seq");
	out->event.time = read_time(word(&line, "time"));
	out->event.mono_ns = number(&line, "mono_ns");
	out->event.mode = mode ? (enum mode)mode->value : MODE_TRACE;
	read_task(&line);
	types[i].read(&line);
	return true;
}
