#include "report/html_data.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "decoders/record.h"

/* As the text output calls them, in lower case; the page's classes are named after them. */
static const char *const outcome_words[] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_FAIL] = "fail",
	[OUTCOME_DENY] = "deny",
	[OUTCOME_WOULD] = "would",
	[OUTCOME_ASK] = "ask",
	[OUTCOME_KILL] = "kill",
};

/* Text that is not escaped yet. */
static void put_raw(struct record *record, const char *key, const char *text)
{
	cleanup_sbuf struct sbuf escaped = SBUF_INIT;

	if (!text)
		return;
	escape_text(&escaped, text, strlen(text));
	record_text(record, key, sbuf_text(&escaped));
	record->failed |= escaped.failed;
}

/* A damaged log may have any; above 2^53 it would be a string, and the page cannot draw that. */
static void put_ns(struct record *record, const char *key, uint64_t ns)
{
	const uint64_t most = UINT64_C(1) << 53;

	record_unsigned(record, key, ns < most ? ns : most);
}

static void put_session(struct record *record, const struct run_session *session)
{
	char when[64];
	struct tm tm;

	gmtime_r(&session->time.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	record_object_open(record, "session");
	record_bool(record, "known", session->known);
	record_text(record, "command", session->command ? session->command : "");
	record_text(record, "mode", session->mode);
	record_text(record, "cwd", session->cwd);
	record_text(record, "policies", session->policies);
	record_text(record, "backend", session->backend);
	record_text(record, "kernel", session->kernel);
	record_text(record, "callgate", session->callgate);
	if (session->known) {
		record_text(record, "time", when);
		record_number(record, "uid", session->uid);
	}
	record_object_close(record);
}

static void put_totals(struct record *record, const struct run_model *model)
{
	record_object_open(record, "totals");
	record_unsigned(record, "calls", model->calls);
	record_unsigned(record, "failed", model->failed);
	record_unsigned(record, "searches", model->tree.searches);
	record_unsigned(record, "denied", model->denials.total);
	record_unsigned(record, "processes", model->summary->processes);
	record_unsigned(record, "peak_processes", model->summary->peak_processes);
	record_object_close(record);
}

static void put_notes(struct record *record, const struct run_model *model)
{
	record_array_open(record, "notes");
	for (size_t i = 0; i < model->nnotes; i++)
		record_text(record, NULL, model->notes[i]);
	record_array_close(record);
}

static void put_denials(struct record *record, const struct run_model *model)
{
	cleanup_free const struct denial **denials = NULL;
	size_t len;

	denials = denials_sorted(&model->denials, &len);
	record_array_open(record, "denials");
	for (size_t i = 0; i < len; i++) {
		const struct denial *denial = denials[i];

		record_object_open(record, NULL);
		record_text(record, "outcome", outcome_words[denial->outcome]);
		record_text(record, "call", denial->call);
		record_text(record, "program", denial->program);
		record_text(record, "what", denial->what);
		record_text(record, "error", denial->error);
		record_text(record, "rule", denial->rule);
		record_text(record, "place", denial->place);
		record_text(record, "why", denial->why);
		record_text(record, "advice", denial->advice);
		record_text(record, "suggestion", denial->suggestion);
		record_text(record, "no_suggestion", denial->no_suggestion);
		record_text(record, "stack", denial->stack);
		record_unsigned(record, "count", denial->count);
		put_ns(record, "first", denial->first_ns);
		record_object_close(record);
	}
	record_array_close(record);
}

static void put_execs(struct record *record, const struct process *process)
{
	size_t n = process->nexecs < PROCESS_EXECS_MAX ? process->nexecs : PROCESS_EXECS_MAX;

	if (n < 2)
		return;
	record_array_open(record, "execs");
	for (size_t i = 0; i < n; i++) {
		record_object_open(record, NULL);
		put_ns(record, "time", process->execs[i].at_ns);
		put_raw(record, "program", process->execs[i].program);
		record_object_close(record);
	}
	record_array_close(record);
}

static void put_process(struct record *record, const struct process *process, int32_t index)
{
	cleanup_sbuf struct sbuf status = SBUF_INIT;

	record_object_open(record, NULL);
	record_number(record, "id", index);
	record_number(record, "parent", process->parent);
	record_number(record, "pid", process->pid);
	if (process->group)
		record_unsigned(record, "group", process->group);
	put_raw(record, "program", process->program);
	record_text(record, "command", process->command);
	put_ns(record, "start", process->start_ns);
	if (process->ended) {
		put_ns(record, "end", process->end_ns);
		put_ns(record, "total", process->total_ns);
		outcome_status(&status, process->status);
		record_text(record, "exit", sbuf_text(&status));
		record_bool(record, "bad", process->status != 0);
	} else {
		record_null(record, "end");
	}
	record_unsigned(record, "calls", process->calls);
	record_unsigned(record, "failed", process->failed);
	record_unsigned(record, "denied", process->denied);
	record_unsigned(record, "threads", process->threads);
	put_execs(record, process);
	record_object_close(record);
}

/* Parents before children; groups that turned out to be empty are nobody's. */
static void put_processes(struct record *record, const struct process_tree *tree)
{
	int32_t at = PROCESS_NONE;
	size_t depth;

	record_array_open(record, "processes");
	while ((at = process_tree_next(tree, at, &depth)) != PROCESS_NONE) {
		const struct process *process = &tree->items[at];

		if (process->pid || process->group || process->calls ||
			process->first_child != PROCESS_NONE)
			put_process(record, process, at);
	}
	record_array_close(record);
}

static void put_marks(struct record *record, const struct run_model *model)
{
	record_array_open(record, "marks");
	for (size_t i = 0; i < model->nmarks; i++) {
		const struct run_mark *mark = &model->marks[i];

		record_object_open(record, NULL);
		record_number(record, "process", mark->process);
		record_text(record, "outcome", outcome_words[mark->outcome]);
		put_ns(record, "time", mark->at_ns);
		record_text(record, "call", mark->call);
		record_text(record, "text", mark->text);
		record_text(record, "result", mark->result);
		record_object_close(record);
	}
	record_array_close(record);
}

static void put_slowest(struct record *record, const struct run_model *model)
{
	record_array_open(record, "slowest");
	for (size_t i = 0; i < model->nslowest; i++) {
		const struct run_slow *slow = &model->slowest[i];

		record_object_open(record, NULL);
		put_ns(record, "duration", slow->duration_ns);
		put_ns(record, "time", slow->at_ns);
		record_number(record, "pid", slow->pid);
		put_raw(record, "program", slow->program);
		record_text(record, "destination", slow->destination);
		record_text(record, "result", slow->result);
		record_object_close(record);
	}
	record_array_close(record);
}

/* The rows of a table, and what it had no room for as one more. */
static void put_rows(struct record *record, const struct tally *tally, const char *const *names,
	const char *kind)
{
	cleanup_free struct tally_row *rows = NULL;
	size_t n;

	rows = tally_rows(tally, &n);
	for (size_t i = 0; i <= n; i++) {
		const struct tally_count *count = i < n ? &rows[i].count : &tally->other;

		if (!count->total)
			continue;
		record_object_open(record, NULL);
		for (size_t part = 0; names[part]; part++)
			put_raw(record, names[part],
				i < n ? rows[i].parts[part] : "others, too many to tell apart");
		if (kind)
			record_text(record, "kind", kind);
		record_unsigned(record, "count", count->total);
		record_unsigned(record, "failed", count->failed);
		record_unsigned(record, "denied", count->denied);
		record_object_close(record);
	}
}

static void put_tables(struct record *record, const struct run_model *model)
{
	static const char *const reached[] = { "program", "destination", NULL };
	static const char *const failed[] = { "call", "program", "error", NULL };
	static const char *const ran[] = { "program", NULL };
	const struct tally *tables = model->summary->tables;

	record_array_open(record, "destinations");
	put_rows(record, &tables[SUMMARY_DESTINATIONS], reached, "connect");
	put_rows(record, &model->binds, reached, "bind");
	record_array_close(record);
	record_array_open(record, "failures");
	put_rows(record, &tables[SUMMARY_FAILURES], failed, NULL);
	record_array_close(record);
	record_array_open(record, "programs");
	put_rows(record, &tables[SUMMARY_PROGRAMS], ran, NULL);
	record_array_close(record);
}

static void put_warnings(struct record *record, const struct run_model *model)
{
	record_array_open(record, "warnings");
	for (size_t i = 0; i < model->nwarnings; i++) {
		record_object_open(record, NULL);
		record_text(record, "code", model->warnings[i].code);
		record_text(record, "text", model->warnings[i].text);
		put_ns(record, "first", model->warnings[i].first_ns);
		record_unsigned(record, "count", model->warnings[i].count);
		record_object_close(record);
	}
	record_array_close(record);
}

bool html_data(const struct run_model *model, const char *log, struct sbuf *out)
{
	struct record record;

	record_open(&record, out);
	record_text(&record, "made_by", CALLGATE_VERSION);
	put_raw(&record, "log", log);
	record_unsigned(&record, "events", model->events);
	put_ns(&record, "duration", model->end_ns);
	put_session(&record, &model->session);
	put_totals(&record, model);
	put_notes(&record, model);
	put_denials(&record, model);
	put_processes(&record, &model->tree);
	put_marks(&record, model);
	put_slowest(&record, model);
	put_tables(&record, model);
	put_warnings(&record, model);
	return record_close(&record);
}
