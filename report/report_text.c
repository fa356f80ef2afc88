/* A run as text: what was denied, who ran, who reached what. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "report/outcome.h"
#include "report/report.h"
#include "report/report_out.h"
#include "report/run_model.h"
#include "report/who.h"

enum {
	DENIALS_SHOWN = 100,
	PROCESSES_SHOWN = 200,
	INDENTS_MAX = 24,
	FRAMES_SHOWN = 6,
	ALIKE_MIN = 3, /* processes in a row that are shown as one */
};

/* What is said of a denial stands below the call. */
#define INDENT "                   "

struct text_report {
	struct report report;
	struct report_out out;
	const char *name;
	bool color;
	unsigned width; /* of the terminal; 0: lines are as long as they are */
	struct run_model *model;
};

static struct text_report *text_report_of(struct report *report)
{
	return (struct text_report *)report;
}

static void text_record(struct report *report, const struct log_record *record)
{
	run_model_add(text_report_of(report)->model, record);
}

static void text_note(struct report *report, const char *sentence)
{
	run_model_note(text_report_of(report)->model, sentence);
}

static void add_seconds(struct sbuf *out, uint64_t ns)
{
	sbuf_fmt(out, "%" PRIu64 ".%03" PRIu64, ns / 1000000000, ns / 1000000 % 1000);
}

static void add_heading(struct text_report *text, const char *heading)
{
	sbuf_fmt(&text->out.text, "\n%s%s%s\n", text->color ? "\033[1m" : "", heading,
		text->color ? "\033[0m" : "");
}

/* Cuts the line that begins at `start`, between characters, where the terminal ends. */
static void fit(struct text_report *text, size_t start)
{
	static const char cut[] = "...";
	const size_t room = text->width > strlen(cut) ? text->width - strlen(cut) : 0;
	struct sbuf *out = &text->out.text;
	size_t chars = 0, end = 0;

	for (size_t i = start; room && i < out->len; i++) {
		if (((unsigned char)out->data[i] & 0xc0) == 0x80)
			continue;
		if (chars++ == room)
			end = i;
	}
	if (!end || chars <= text->width)
		return;
	out->len = end;
	sbuf_str(out, cut);
}

static void add_session(struct text_report *text)
{
	const struct run_session *session = &text->model->session;
	struct sbuf *out = &text->out.text;
	char when[64];
	struct tm tm;

	sbuf_fmt(out, "%s%s%s  %s\n", text->color ? "\033[1m" : "", session->mode,
		text->color ? "\033[0m" : "",
		session->command ? session->command : "(the log has no session)");
	gmtime_r(&session->time.tv_sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	if (session->known)
		sbuf_fmt(out, "  %s, in %s, by uid %" PRId64 "%s%s\n", when, session->cwd,
			session->uid, session->policies ? ", policy " : "",
			session->policies ? session->policies : "");
	sbuf_str(out, "  took ");
	add_seconds(out, text->model->end_ns);
	sbuf_fmt(out, " s; %" PRIu64 " events in ", text->model->events);
	escape_text(out, text->name, strlen(text->name));
	sbuf_char(out, '\n');
	for (size_t i = 0; i < text->model->nnotes; i++)
		sbuf_fmt(out, "  note: %s\n", text->model->notes[i]);
}

/* The innermost frames: the outer ones are the same for all calls of a program, and many. */
static void add_stack(struct text_report *text, const char *frames)
{
	struct sbuf *out = &text->out.text;
	size_t n = 0, more = 0;

	for (; *frames; frames += strcspn(frames, "\n") + 1) {
		size_t start = out->len;

		if (n++ >= FRAMES_SHOWN) {
			more++;
			continue;
		}
		frames += strspn(frames, " ");
		sbuf_str(out, INDENT "  ");
		sbuf_add(out, frames, strcspn(frames, "\n"));
		fit(text, start);
		sbuf_char(out, '\n');
	}
	if (more)
		sbuf_fmt(out, INDENT "  ... and %zu more; --format html has them\n", more);
}

static void add_denial(struct text_report *text, const struct denial *denial)
{
	static const struct {
		const char *word, *sgr;
	} words[] = {
		[OUTCOME_DENY] = { "DENY", "1;31" },
		[OUTCOME_WOULD] = { "WOULD", "1;35" },
		[OUTCOME_ASK] = { "ASK", "1;36" },
		[OUTCOME_KILL] = { "KILL", "1;37;41" },
	};
	const char *word = words[denial->outcome].word;
	struct sbuf *out = &text->out.text;

	if (text->color)
		sbuf_fmt(out, "%9" PRIu64 "  \033[%sm%s\033[0m%*s", denial->count,
			words[denial->outcome].sgr, word, (int)(6 - strlen(word)), "");
	else
		sbuf_fmt(out, "%9" PRIu64 "  %-6s", denial->count, word);
	sbuf_fmt(out, "%s  %s\n" INDENT "by %s[%d] at ", denial->call, denial->what,
		denial->program, denial->pid);
	add_seconds(out, denial->first_ns);
	if (denial->error)
		sbuf_fmt(out, ": %s", denial->error);
	if (denial->rule)
		sbuf_fmt(out, "%s %s", denial->error ? "," : ":", denial->rule);
	if (denial->place)
		sbuf_fmt(out, " (%s)", denial->place);
	sbuf_char(out, '\n');
	if (denial->why)
		sbuf_fmt(out, INDENT "why: %s\n", denial->why);
	if (denial->advice)
		sbuf_fmt(out, INDENT "hint: %s\n", denial->advice);
	if (denial->no_suggestion)
		sbuf_fmt(out, INDENT "%s\n", denial->no_suggestion);
	if (denial->stack)
		add_stack(text, denial->stack);
}

/* All rules together, so that they can be copied at once; those of several calls only once. */
static void add_rules(struct text_report *text, const struct denial **denials, size_t len)
{
	struct sbuf *out = &text->out.text;
	size_t shown = 0;

	for (size_t i = 0; i < len; i++) {
		const char *rule = denials[i]->suggestion;

		for (size_t j = 0; rule && j < i; j++) {
			if (denials[j]->suggestion == rule)
				rule = NULL;
		}
		if (!rule)
			continue;
		if (!shown++)
			sbuf_str(out, "  to allow just this, put these under `rules:`"
				      "\n\n");
		sbuf_str(out, rule);
	}
	if (shown)
		sbuf_str(out, "\n  callgate learn makes a policy of all that the run did\n");
}

static void add_denials(struct text_report *text)
{
	cleanup_free const struct denial **denials = NULL;
	const struct denials *all = &text->model->denials;
	size_t len, shown;

	denials = denials_sorted(all, &len);
	if (!all->total) {
		if (text->model->session.known &&
			strcmp(text->model->session.mode, mode_name(MODE_TRACE)) != 0)
			sbuf_str(&text->out.text, "\nnothing was denied\n");
		return;
	}
	add_heading(text,
		len && denials[0]->outcome >= OUTCOME_WOULD && denials[0]->outcome <= OUTCOME_ASK
			? "what would be denied"
			: "what was denied");
	shown = len < DENIALS_SHOWN ? len : DENIALS_SHOWN;
	for (size_t i = 0; i < shown; i++)
		add_denial(text, denials[i]);
	if (shown < len)
		sbuf_fmt(&text->out.text, "           ... and %zu more; --format html has them\n",
			len - shown);
	add_rules(text, denials, shown);
}

/* How many siblings from here on differ in nothing but their times. */
static size_t count_alike(const struct process_tree *tree, int32_t at, uint64_t *total_ns)
{
	const struct process *first = &tree->items[at], *process = first;
	size_t n = 0;

	*total_ns = 0;
	for (; at != PROCESS_NONE; at = process->next) {
		process = &tree->items[at];
		if (process->program != first->program || process->first_child != PROCESS_NONE ||
			process->denied || process->status || process->group || !process->ended)
			break;
		*total_ns += process->total_ns;
		n++;
	}
	return n;
}

static void add_process_end(struct sbuf *out, const struct process *process)
{
	if (process->group)
		sbuf_fmt(out, " x %" PRIu64, process->group);
	else
		sbuf_fmt(out, "[%d]", process->pid);
	if (process->denied)
		sbuf_fmt(out, "  %" PRIu64 " denied", process->denied);
	if (process->ended && process->status) {
		sbuf_str(out, "  exit ");
		outcome_status(out, process->status);
	}
	if (process->command)
		sbuf_fmt(out, "  %s", process->command);
}

static void add_times(struct sbuf *out, const struct process *process)
{
	size_t start = out->len;
	char text[48];

	snprintf(text, sizeof(text), "%5" PRIu64 ".%03" PRIu64, process->start_ns / 1000000000,
		process->start_ns / 1000000 % 1000);
	sbuf_str(out, text);
	snprintf(text, sizeof(text), "%7" PRIu64 ".%03" PRIu64, process->total_ns / 1000000000,
		process->total_ns / 1000000 % 1000);
	sbuf_str(out, process->ended ? text : "          ?");
	sbuf_pad(out, start + 22);
}

/* One line, of one process or several alike; returns the last process it tells of. */
static int32_t add_process(struct text_report *text, int32_t at, size_t depth)
{
	const struct process_tree *tree = &text->model->tree;
	const struct process *process = &tree->items[at];
	struct sbuf *out = &text->out.text;
	size_t start = out->len;
	uint64_t total_ns;
	size_t alike = count_alike(tree, at, &total_ns);

	add_times(out, process);
	sbuf_pad(out, out->len + 2 * (depth < INDENTS_MAX ? depth : INDENTS_MAX));
	who_name(out, process->program);
	if (alike < ALIKE_MIN) {
		add_process_end(out, process);
		fit(text, start);
		sbuf_char(out, '\n');
		return at;
	}
	sbuf_fmt(out, " x %zu, ", alike);
	add_seconds(out, total_ns);
	sbuf_str(out, " s in all\n");
	for (size_t i = 1; i < alike; i++)
		at = tree->items[at].next;
	return at;
}

static void add_processes(struct text_report *text)
{
	const struct process_tree *tree = &text->model->tree;
	size_t depth, shown = 0, left = 0;
	int32_t at = PROCESS_NONE;

	if (!tree->len)
		return;
	add_heading(text, "processes");
	sbuf_str(&text->out.text, "    start       took  process\n");
	while ((at = process_tree_next(tree, at, &depth)) != PROCESS_NONE) {
		if (shown < PROCESSES_SHOWN)
			at = add_process(text, at, depth);
		else
			left++;
		shown++;
	}
	if (left)
		sbuf_fmt(&text->out.text,
			"                      ... and %zu more; --format html has them\n", left);
}

static void add_slowest(struct text_report *text)
{
	const struct run_model *model = text->model;
	struct sbuf *out = &text->out.text;

	if (!model->nslowest)
		return;
	add_heading(text, "slowest connects");
	sbuf_str(out, "     took          at  destination\n");
	for (size_t i = 0; i < model->nslowest; i++) {
		const struct run_slow *slow = &model->slowest[i];

		sbuf_fmt(out, "%5" PRIu64 ".%06" PRIu64 " %7" PRIu64 ".%03" PRIu64 "  %s  %s  by ",
			slow->duration_ns / 1000000000, slow->duration_ns / 1000 % 1000000,
			slow->at_ns / 1000000000, slow->at_ns / 1000000 % 1000, slow->destination,
			slow->result);
		who_name(out, slow->program);
		sbuf_fmt(out, "[%d]\n", slow->pid);
	}
}

static void add_table(struct text_report *text, const char *title, const struct tally *tally)
{
	summary_table_text(title, tally, text->color, &text->out.text);
}

static void add_warnings(struct text_report *text)
{
	const struct run_model *model = text->model;

	if (!model->nwarnings)
		return;
	add_heading(text, "warnings");
	for (size_t i = 0; i < model->nwarnings; i++)
		sbuf_fmt(&text->out.text, "%9" PRIu64 "  %s\n", model->warnings[i].count,
			model->warnings[i].text);
}

static void add_tables(struct text_report *text)
{
	const struct summary *summary = text->model->summary;

	add_table(text, "who reached what", &summary->tables[SUMMARY_DESTINATIONS]);
	add_table(text, "who took which address", &text->model->binds);
	add_table(text, "programs run", &summary->tables[SUMMARY_PROGRAMS]);
	add_table(text, "what failed", &summary->tables[SUMMARY_FAILURES]);
	if (text->model->tree.searches)
		sbuf_fmt(&text->out.text,
			"%9" PRIu64 "  of these are steps of searches along PATH\n",
			text->model->tree.searches);
	add_table(text, "calls", &summary->tables[SUMMARY_CALLS]);
}

static int text_finish(struct report *report, struct err **err)
{
	struct text_report *text = text_report_of(report);
	int rc;

	run_model_finish(text->model);
	add_session(text);
	add_denials(text);
	add_processes(text);
	add_slowest(text);
	add_tables(text);
	add_warnings(text);
	rc = report_out_finish(&text->out, err);
	run_model_free(text->model);
	free(text);
	return rc;
}

struct report *report_text_new(const struct report_options *options)
{
	struct text_report *text = calloc(1, sizeof(*text));

	if (!text)
		return NULL;
	*text = (struct text_report){
		.report = { text_record, text_note, text_finish },
		.out = { .fd = options->fd },
		.name = options->name,
		.color = options->color,
		.width = options->width,
		.model = run_model_new(),
	};
	if (!text->model) {
		free(text);
		return NULL;
	}
	return &text->report;
}
