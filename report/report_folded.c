/*
 * Calls by who made them, one line a way of getting there: what flame graphs
 * are drawn from (flamegraph.pl, speedscope, inferno).
 *
 *   dash;make;gcc;cc1;main;open_source;connect 12
 *
 * First the lineage, the command first; then, where the log has stacks, the
 * functions, main() first; then the call.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "decoders/text.h"
#include "report/report.h"
#include "report/report_out.h"
#include "report/tally.h"
#include "report/who.h"
#include "tracer/stack.h"

enum { PROGRAMS_MAX = 256 };

struct folded_report {
	struct report report;
	struct report_out out;
	struct tally lines;
	struct sbuf line, frame; /* scratch */
};

static struct folded_report *folded_of(struct report *report)
{
	return (struct folded_report *)report;
}

/* A frame cannot have the character between frames. */
static void add_frame(struct folded_report *folded)
{
	struct sbuf *line = &folded->line;

	if (line->len)
		sbuf_char(line, ';');
	for (size_t i = 0; i < folded->frame.len; i++) {
		if (folded->frame.data[i] == ';')
			sbuf_str(line, "\\x3b");
		else
			sbuf_char(line, folded->frame.data[i]);
	}
	sbuf_reset(&folded->frame);
}

static void add_lineage(struct folded_report *folded, const struct lineage *lineage)
{
	const struct program *programs[PROGRAMS_MAX];
	size_t n = 0;

	for (; lineage && n < PROGRAMS_MAX; lineage = lineage->parent)
		programs[n++] = lineage->program;
	if (lineage || !n) {
		sbuf_str(&folded->frame, lineage ? "..." : "callgate");
		add_frame(folded);
	}
	while (n) {
		who_name(&folded->frame, who_program(programs[--n]));
		add_frame(folded);
	}
}

/* "connect", "libc.so.6+0x1234": the function, else its place in a file, else its address. */
static void add_function(struct folded_report *folded, const struct stack_frame *function)
{
	if (function->symbol && *function->symbol) {
		escape_text(&folded->frame, function->symbol, strlen(function->symbol));
	} else if (function->module && *function->module) {
		who_name(&folded->frame, function->module);
		sbuf_fmt(&folded->frame, "+0x%llx", (unsigned long long)function->offset);
	} else {
		sbuf_fmt(&folded->frame, "0x%llx", (unsigned long long)function->address);
	}
	add_frame(folded);
}

/* The innermost function is the first. */
static void add_stack(struct folded_report *folded, const struct stack *stack)
{
	for (size_t i = stack ? stack->len : 0; i > 0; i--)
		add_function(folded, &stack->frames[i - 1]);
}

static void folded_record(struct report *report, const struct log_record *record)
{
	struct folded_report *folded = folded_of(report);
	const struct event *event = &record->event;

	if (event->type != EVENT_CALL)
		return;
	sbuf_reset(&folded->line);
	add_lineage(folded, event->task.lineage);
	add_stack(folded, event->call.stack);
	sbuf_str(&folded->frame, text_call_word(event->call.call));
	add_frame(folded);
	tally_add(&folded->lines, (const char *[]){ sbuf_text(&folded->line) }, 1,
		outcome_of_call(&event->call));
}

static void add_lines(struct folded_report *folded)
{
	struct sbuf *out = &folded->out.text;
	struct tally_row *rows;
	size_t n;

	rows = tally_rows(&folded->lines, &n);
	for (size_t i = 0; i < n; i++) {
		sbuf_fmt(out, "%s %llu\n", rows[i].parts[0],
			(unsigned long long)rows[i].count.total);
		report_out_flush(&folded->out);
	}
	if (folded->lines.other.total)
		sbuf_fmt(out, "(others, too many to tell apart) %llu\n",
			(unsigned long long)folded->lines.other.total);
	free(rows);
}

static int folded_finish(struct report *report, struct err **err)
{
	struct folded_report *folded = folded_of(report);
	int rc;

	add_lines(folded);
	rc = report_out_finish(&folded->out, err);
	tally_free(&folded->lines);
	sbuf_free(&folded->line);
	sbuf_free(&folded->frame);
	free(folded);
	return rc;
}

struct report *report_folded_new(const struct report_options *options)
{
	struct folded_report *folded = calloc(1, sizeof(*folded));

	if (!folded)
		return NULL;
	folded->report = (struct report){ folded_record, NULL, folded_finish };
	folded->out.fd = options->fd;
	return &folded->report;
}
