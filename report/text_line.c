#include "report/text_line.h"

#include <sched.h>
#include <string.h>

#include "base/escape.h"
#include "decoders/text.h"
#include "report/outcome.h"
#include "report/stack_lines.h"
#include "report/who.h"
#include "report/words.h"

enum {
	WHO_WIDTH_MIN = 12,
	WHO_WIDTH_MAX = 26,
	WORD_WIDTH = 7, /* "connect" */
};

/* Colours are SGR codes of ECMA-48, for dark and light backgrounds alike. */
static const struct {
	const char *word, *sgr;
} verdicts[] = {
	[OUTCOME_OK] = { "ok", "32" },
	[OUTCOME_FAIL] = { "fail", "33" },
	[OUTCOME_DENY] = { "DENY", "1;31" },
	[OUTCOME_WOULD] = { "WOULD", "1;35" },
	[OUTCOME_ASK] = { "ASK", "1;36" },
	[OUTCOME_KILL] = { "KILL", "1;37;41" },
};

void text_line_init(struct text_line *line, const struct text_options *options)
{
	*line = (struct text_line){
		.color = options->color,
		.verbose = options->verbosity > 0,
		.time = options->time,
		.who_width = WHO_WIDTH_MIN,
	};
}

void text_line_free(struct text_line *line)
{
	sbuf_free(&line->part);
}

static void add_spaces(struct sbuf *out, size_t n)
{
	sbuf_pad(out, out->len + n);
}

/* Characters, not bytes; everything shown is one column wide or escaped, but for CJK. */
static size_t text_width(const struct sbuf *text)
{
	size_t width = 0;

	for (size_t i = 0; i < text->len; i++)
		width += ((unsigned char)text->data[i] & 0xc0) != 0x80;
	return width;
}

/* "0.391", right-aligned by its whole seconds. */
static void add_seconds(struct sbuf *out, uint64_t ns, size_t width)
{
	size_t begin = out->len;
	uint64_t seconds = ns / 1000000000;

	for (uint64_t limit = 10; width > 1; width--, limit *= 10)
		if (seconds < limit)
			begin++;
	sbuf_pad(out, begin);
	sbuf_uint(out, seconds);
	sbuf_char(out, '.');
	sbuf_digits(out, ns / 1000000 % 1000, 3);
}

static void add_time(const struct text_line *line, const struct event *event, struct sbuf *out)
{
	struct tm tm;

	switch (line->time) {
	case TIME_ABS:
		localtime_r(&event->time.tv_sec, &tm);
		sbuf_fmt(out, "%02d:%02d:%02d.%03d  ", tm.tm_hour, tm.tm_min, tm.tm_sec,
			(int)(event->time.tv_nsec / 1000000));
		break;
	case TIME_REL:
		add_seconds(out, event->mono_ns, 3);
		sbuf_str(out, "  ");
		break;
	case TIME_NONE:
	default:
		break;
	}
}

static void add_verdict(const struct text_line *line, enum outcome outcome, struct sbuf *out)
{
	const char *word = verdicts[outcome].word;

	if (line->color)
		sbuf_fmt(out, "\033[%sm%s\033[0m", verdicts[outcome].sgr, word);
	else
		sbuf_str(out, word);
	add_spaces(out, 6 - strlen(word));
}

static void add_who(struct text_line *line, const struct event_task *task, struct sbuf *out)
{
	size_t width;

	sbuf_reset(&line->part);
	who_text(&line->part, task);
	width = text_width(&line->part);
	if (width > line->who_width)
		line->who_width = width < WHO_WIDTH_MAX ? width : WHO_WIDTH_MAX;
	sbuf_add(out, line->part.data, line->part.len);
	add_spaces(out, width < line->who_width ? line->who_width - width + 1 : 1);
}

static void add_word(const char *word, struct sbuf *out)
{
	size_t len = strlen(word);

	sbuf_add(out, word, len);
	add_spaces(out, len < WORD_WIDTH ? WORD_WIDTH - len + 2 : 2);
}

/* "no-metadata (ci.yaml:21)"; the reason's word for a rule without an id. */
static void add_rule(const struct decision *decision, bool verbose, struct sbuf *out)
{
	const struct rule_ref *rule = &decision->rule;
	const char *name = rule->id && *rule->id ? rule->id : decision->reason;

	if (name) {
		sbuf_str(out, "  ");
		escape_text(out, name, strlen(name));
	}
	if (rule->file) {
		sbuf_str(out, " (");
		escape_text(out, rule->file, strlen(rule->file));
		sbuf_fmt(out, ":%d)", rule->line);
	}
	if (verbose && decision->why) {
		sbuf_str(out, ": ");
		escape_text(out, decision->why, strlen(decision->why));
	}
}

/*
 * A script, and a path that is a link, run another program than they name:
 * "/usr/bin/npm -> /usr/bin/node  npm --version".
 */
static void add_exec(struct text_line *line, const struct event_call *call, struct sbuf *out)
{
	const struct bytes_value *path = &call_value(call->call, "path")->bytes;
	const char *program = call->program ? call->program->path : NULL;
	const char *named, *text;
	size_t named_len;

	sbuf_reset(&line->part);
	text_call(&line->part, call->call, NULL);
	if (!program || !*program || !path->data ||
		(strlen(program) == path->len && memcmp(program, path->data, path->len) == 0)) {
		sbuf_add(out, line->part.data, line->part.len);
		return;
	}
	/* The path as text_call() writes it, then what there is before and after it. */
	sbuf_char(&line->part, '\0');
	named_len = line->part.len;
	escape_word(&line->part, path->data, path->len);
	text = sbuf_text(&line->part);
	named = strstr(text, text + named_len);
	named = named ? named + (line->part.len - named_len) : text;
	sbuf_add(out, text, (size_t)(named - text));
	sbuf_str(out, " -> ");
	escape_word(out, program, strlen(program));
	sbuf_str(out, named);
}

/*
 * Flags of clone(2) that every C library uses to make a process or a thread;
 * any other tells something about the child: a namespace, a shared table.
 */
static bool flags_are_usual(const struct call *call)
{
	static const uint64_t usual = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				      CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
				      CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
				      CLONE_CHILD_SETTID | CLONE_VFORK;
	static const uint64_t thread =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	static const uint64_t spawn = CLONE_VM | CLONE_VFORK;
	const struct value *flags = call_value(call, "flags");
	uint64_t shared;

	if (!flags || flags->num & ~usual)
		return !flags;
	shared = flags->num & (thread | CLONE_VFORK);
	return shared == 0 || shared == thread || shared == spawn;
}

/* "process 4131  vfork", "thread 4132  clone3"; no number when none was made. */
static void add_spawn(struct text_line *line, const struct event_call *call, struct sbuf *out)
{
	const char *word = call->child_is_thread ? "thread" : "process", *rest;

	sbuf_reset(&line->part);
	text_call(&line->part, call->call, NULL);
	rest = sbuf_text(&line->part);
	if (*rest == '<') { /* unreadable */
		sbuf_str(out, rest);
		return;
	}
	if (call->child) {
		sbuf_str(out, word);
		sbuf_char(out, ' ');
		sbuf_int(out, call->child);
	} else {
		sbuf_add(out, rest, strcspn(rest, " "));
	}
	sbuf_str(out, "  ");
	sbuf_str(out, call->call->name);
	if (line->verbose || !flags_are_usual(call->call))
		sbuf_str(out, rest + strcspn(rest, " "));
}

static void add_call_detail(struct text_line *line, const struct event_call *call, struct sbuf *out)
{
	switch (call_kind(call->call)) {
	case CALL_KIND_EXEC:
		add_exec(line, call, out);
		break;
	case CALL_KIND_SPAWN:
		add_spawn(line, call, out);
		break;
	default:
		text_call(out, call->call, call->socket);
		break;
	}
}

/*
 * What the line of a completed exec or spawn says already needs no "= 0" after it;
 * and of a call that nobody waited for there is nothing to say.
 */
static bool result_is_said(const struct event_call *call)
{
	return call->program || call->child || call->result->went_on;
}

static void add_call(struct text_line *line, const struct event *event, struct sbuf *out)
{
	const struct event_call *call = &event->call;
	const struct decision *decision = outcome_decision(call);
	enum outcome outcome = outcome_of_call(call);
	char name[32];

	add_verdict(line, outcome, out);
	add_who(line, &event->task, out);
	add_word(text_call_word(call->call), out);
	add_call_detail(line, call, out);
	if (outcome == OUTCOME_DENY) {
		sbuf_str(out, "  ");
		sbuf_str(out, text_errno(decision->errnum, name, sizeof(name)));
	} else if (outcome != OUTCOME_KILL && !result_is_said(call)) {
		sbuf_str(out, "  ");
		text_result(out, call->result);
	}
	if (decision && outcome_is_denial(outcome))
		add_rule(decision, line->verbose, out);
	if (call->advice) {
		sbuf_str(out, "  hint: ");
		words_add(out, call->advice);
	}
}

static void add_exit(struct text_line *line, const struct event *event, struct sbuf *out)
{
	const struct event_exit *exit = &event->exit;

	add_verdict(line, outcome_of_exit(exit), out);
	add_who(line, &event->task, out);
	add_word("exit", out);
	outcome_status(out, exit->status);
	sbuf_str(out, "  after ");
	add_seconds(out, exit->lifetime_ns, 0);
	sbuf_str(out, " s");
}

void text_line_event(struct text_line *line, const struct event *event, struct sbuf *out)
{
	if (event->type == EVENT_WARNING) {
		sbuf_str(out, "callgate: warning: ");
		words_add(out, event->warning.text);
		sbuf_char(out, '\n');
		return;
	}
	add_time(line, event, out);
	if (event->type == EVENT_EXIT)
		add_exit(line, event, out);
	else
		add_call(line, event, out);
	sbuf_char(out, '\n');
	if (event->type == EVENT_CALL && event->call.stack)
		stack_text(out, event->call.stack);
}
