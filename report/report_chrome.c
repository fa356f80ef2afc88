/*
 * A run in Chrome's trace event format, for Perfetto (ui.perfetto.dev) and
 * chrome://tracing. Written while the log is read; the format is described in
 * "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 *   M  names of processes and threads
 *   X  a program that a process ran, and each call, as slices that nest
 *   s, f  from the call that makes a process or thread to its beginning
 *   i  a call whose end nobody saw, a warning
 *   C  how many processes live
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "decoders/text.h"
#include "report/outcome.h"
#include "decoders/record.h"
#include "report/report.h"
#include "report/report_out.h"
#include "report/who.h"
#include "report/words.h"

/* Out of memory is a program whose slice is not drawn. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

enum { LIVE_MAX = 100000, TEXT_MAX = 300 };

/* A process and the program it runs. */
struct chrome_process {
	UT_hash_handle hh;
	pid_t pid;
	uint64_t since_ns; /* the program began */
	char *program;     /* path; owned */
};

struct chrome_report {
	struct report report;
	struct report_out out;
	struct record record;
	struct chrome_process *live;
	bool more; /* an event needs a comma before it */
	uint64_t end_ns;
	struct sbuf text;  /* scratch */
	struct sbuf about; /* the session, for the end */
};

static struct chrome_report *chrome_of(struct report *report)
{
	return (struct chrome_report *)report;
}

/* Strings of the format are UTF-8, and viewers show them as they are. */
static void put_text(struct chrome_report *chrome, const char *key, const char *text)
{
	if (!text)
		return;
	sbuf_reset(&chrome->text);
	escape_text(&chrome->text, text, strlen(text));
	record_text(&chrome->record, key, sbuf_text(&chrome->text));
}

static void put_name(struct chrome_report *chrome, const char *path)
{
	sbuf_reset(&chrome->text);
	who_name(&chrome->text, path);
	record_text(&chrome->record, "name", sbuf_text(&chrome->text));
}

static void begin(struct chrome_report *chrome, const char *phase, pid_t pid, pid_t tid)
{
	if (chrome->more)
		sbuf_str(&chrome->out.text, ",\n");
	chrome->more = true;
	record_open(&chrome->record, &chrome->out.text);
	record_text(&chrome->record, "ph", phase);
	record_number(&chrome->record, "pid", pid);
	record_number(&chrome->record, "tid", tid);
}

static void end(struct chrome_report *chrome)
{
	if (!record_close(&chrome->record))
		chrome->out.text.failed = true;
	report_out_flush(&chrome->out);
}

/* {"ph":"M","name":"process_name","args":{"name":"curl"}} */
static void put_label(
	struct chrome_report *chrome, const char *label, pid_t pid, pid_t tid, const char *path)
{
	begin(chrome, "M", pid, tid);
	record_text(&chrome->record, "name", label);
	record_object_open(&chrome->record, "args");
	put_name(chrome, path);
	record_object_close(&chrome->record);
	end(chrome);
}

static struct chrome_process *find(struct chrome_report *chrome, pid_t pid)
{
	struct chrome_process *process = NULL;

	HASH_FIND(hh, chrome->live, &pid, sizeof(pid), process);
	return process;
}

static void drop(struct chrome_report *chrome, struct chrome_process *process)
{
	HASH_DEL(chrome->live, process);
	free(process->program);
	free(process);
}

/* The slice of what the process has run until now. */
static void put_program(
	struct chrome_report *chrome, const struct chrome_process *process, uint64_t until_ns)
{
	begin(chrome, "X", process->pid, process->pid);
	put_name(chrome, process->program);
	record_text(&chrome->record, "cat", "program");
	record_micros(&chrome->record, "ts", process->since_ns);
	record_micros(&chrome->record, "dur",
		until_ns > process->since_ns ? until_ns - process->since_ns : 0);
	record_object_open(&chrome->record, "args");
	put_text(chrome, "path", process->program);
	record_object_close(&chrome->record);
	end(chrome);
}

static void put_live(struct chrome_report *chrome, const struct event *event)
{
	begin(chrome, "C", 0, 0);
	record_text(&chrome->record, "name", "processes");
	record_micros(&chrome->record, "ts", event->mono_ns);
	record_object_open(&chrome->record, "args");
	record_unsigned(&chrome->record, "live", HASH_COUNT(chrome->live));
	record_object_close(&chrome->record);
	end(chrome);
}

/* One end of the arrow from the call that made a task to the task; they share its tid. */
static void put_arrow(struct chrome_report *chrome, const char *phase, const struct event *event,
	pid_t child, uint64_t at_ns)
{
	begin(chrome, phase, event->task.pid, event->task.tid);
	record_text(&chrome->record, "name", "spawn");
	record_text(&chrome->record, "cat", "spawn");
	record_number(&chrome->record, "id", child);
	record_micros(&chrome->record, "ts", at_ns);
	if (*phase == 'f')
		record_text(&chrome->record, "bp", "e");
	end(chrome);
}

/* From now on the process runs that program. */
static void run(struct chrome_report *chrome, pid_t pid, const char *path, uint64_t since_ns)
{
	struct chrome_process *process = find(chrome, pid);

	put_label(chrome, "process_name", pid, pid, path);
	if (process) {
		put_program(chrome, process, since_ns);
		free(process->program);
	} else {
		if (HASH_COUNT(chrome->live) >= LIVE_MAX)
			return;
		process = calloc(1, sizeof(*process));
		if (!process)
			return;
		process->pid = pid;
		HASH_ADD(hh, chrome->live, pid, sizeof(process->pid), process);
		if (!process->hh.tbl) {
			free(process);
			return;
		}
	}
	process->since_ns = since_ns;
	process->program = strdup(path);
	if (!process->program)
		drop(chrome, process);
}

static void add_start(struct chrome_report *chrome, const struct event *event)
{
	const struct event_task *task = &event->task;

	if (event->start.thread)
		put_label(chrome, "thread_name", task->pid, task->tid,
			task->comm ? task->comm : "thread");
	else
		run(chrome, task->pid, who_path(task), event->mono_ns);
	put_arrow(chrome, "f", event, task->tid, event->mono_ns);
	if (!event->start.thread)
		put_live(chrome, event);
}

/* What the call asked for, and what became of it. */
static void put_call_args(struct chrome_report *chrome, const struct event_call *call)
{
	const struct decision *decision = outcome_decision(call);

	record_object_open(&chrome->record, "args");
	record_text(&chrome->record, "call", call->call->name);
	sbuf_reset(&chrome->text);
	text_call(&chrome->text, call->call, call->socket);
	record_text(&chrome->record, "what", sbuf_text(&chrome->text));
	sbuf_reset(&chrome->text);
	text_result(&chrome->text, call->result);
	record_text(&chrome->record, "result", sbuf_text(&chrome->text));
	if (decision) {
		record_text(&chrome->record, "verdict", verdict_name(decision->verdict));
		put_text(chrome, "reason", decision->reason);
		if (decision->rule.id && *decision->rule.id)
			put_text(chrome, "rule", decision->rule.id);
	}
	record_object_close(&chrome->record);
}

/* "connect tcp 127.0.0.1:80", "exec wc", "spawn" */
static void put_call_name(struct chrome_report *chrome, const struct event_call *call)
{
	const struct sockaddr_value *to = call_destination(call->call, 0);

	sbuf_reset(&chrome->text);
	sbuf_str(&chrome->text, text_call_word(call->call));
	if (to) {
		sbuf_char(&chrome->text, ' ');
		text_destination(&chrome->text, to, call->socket);
	} else if (call->program) {
		sbuf_char(&chrome->text, ' ');
		who_name(&chrome->text, who_program(call->program));
	}
	record_text(&chrome->record, "name", sbuf_text(&chrome->text));
}

/* Words of the viewers for colours: "terrible" is red, "bad" orange. */
static const char *color_of(enum outcome outcome)
{
	if (outcome_is_denial(outcome))
		return "terrible";
	return outcome == OUTCOME_FAIL ? "bad" : NULL;
}

static void add_call(struct chrome_report *chrome, const struct event *event)
{
	const struct event_call *call = &event->call;
	const char *color = color_of(outcome_of_call(call));

	begin(chrome, call->result->known ? "X" : "i", event->task.pid, event->task.tid);
	put_call_name(chrome, call);
	record_text(&chrome->record, "cat",
		outcome_is_denial(outcome_of_call(call)) ? "denied"
							 : call_kind_name(call_kind(call->call)));
	record_micros(&chrome->record, "ts", event->mono_ns);
	if (call->result->known)
		record_micros(&chrome->record, "dur", call->duration_ns);
	else
		record_text(&chrome->record, "s", "t");
	if (color)
		record_text(&chrome->record, "cname", color);
	put_call_args(chrome, call);
	end(chrome);
	if (call->child)
		put_arrow(chrome, "s", event, call->child, event->mono_ns);
	if (call->program)
		run(chrome, event->task.pid, who_program(call->program),
			event->mono_ns + call->duration_ns);
}

static void add_exit(struct chrome_report *chrome, const struct event *event)
{
	struct chrome_process *process = find(chrome, event->task.pid);

	if (event->exit.thread || !process)
		return;
	put_program(chrome, process, event->mono_ns);
	drop(chrome, process);
	put_live(chrome, event);
}

static void add_warning(struct chrome_report *chrome, const struct event *event)
{
	begin(chrome, "i", event->task.pid, event->task.tid);
	sbuf_reset(&chrome->text);
	words_add(&chrome->text, event->warning.text);
	record_text(&chrome->record, "name", sbuf_text(&chrome->text));
	record_text(&chrome->record, "cat", "warning");
	record_micros(&chrome->record, "ts", event->mono_ns);
	record_text(&chrome->record, "s", "g");
	end(chrome);
}

/* Of the first session; written at the end, after the events. */
static void add_session(struct chrome_report *chrome, const struct event *event)
{
	const struct event_session *session = &event->session;
	struct sbuf command = SBUF_INIT;
	struct record record;

	if (chrome->about.len)
		return;
	for (size_t i = 0; session->argv && session->argv[i] && command.len < TEXT_MAX; i++) {
		sbuf_str(&command, i ? " " : "");
		escape_word(&command, session->argv[i], strnlen(session->argv[i], TEXT_MAX));
	}
	record_open(&record, &chrome->about);
	record_text(&record, "command", sbuf_text(&command));
	record_text(&record, "mode", mode_name(session->mode));
	chrome->about.failed |= !record_close(&record);
	sbuf_free(&command);
}

static void (*const add[])(struct chrome_report *chrome, const struct event *event) = {
	[EVENT_SESSION] = add_session,
	[EVENT_START] = add_start,
	[EVENT_CALL] = add_call,
	[EVENT_EXIT] = add_exit,
	[EVENT_WARNING] = add_warning,
	[EVENT_SUMMARY] = NULL,
};

static void chrome_record(struct report *report, const struct log_record *record)
{
	struct chrome_report *chrome = chrome_of(report);
	const struct event *event = &record->event;

	if (event->mono_ns > chrome->end_ns)
		chrome->end_ns = event->mono_ns;
	if (add[event->type])
		add[event->type](chrome, event);
}

static int chrome_finish(struct report *report, struct err **err)
{
	struct chrome_report *chrome = chrome_of(report);
	struct chrome_process *process, *next;
	int rc;

	HASH_ITER (hh, chrome->live, process, next) {
		put_program(chrome, process, chrome->end_ns);
		drop(chrome, process);
	}
	sbuf_str(&chrome->out.text, "\n],\"displayTimeUnit\":\"ms\",\"otherData\":");
	sbuf_str(&chrome->out.text, chrome->about.len ? sbuf_text(&chrome->about) : "{}");
	sbuf_str(&chrome->out.text, "}\n");
	chrome->out.text.failed |= chrome->about.failed;
	rc = report_out_finish(&chrome->out, err);
	sbuf_free(&chrome->text);
	sbuf_free(&chrome->about);
	free(chrome);
	return rc;
}

struct report *report_chrome_new(const struct report_options *options)
{
	struct chrome_report *chrome = calloc(1, sizeof(*chrome));

	if (!chrome)
		return NULL;
	chrome->report = (struct report){ chrome_record, NULL, chrome_finish };
	chrome->out.fd = options->fd;
	sbuf_str(&chrome->out.text, "{\"traceEvents\":[\n");
	return &chrome->report;
}
