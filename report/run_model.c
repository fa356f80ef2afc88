#include "report/run_model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "decoders/text.h"
#include "report/who.h"
#include "report/words.h"

/* Of all texts; what does not fit is "...", and is counted all the same. */
enum { STRINGS_MAX = 32 * 1024 * 1024, COMMAND_MAX = 4096, TEXT_MAX = 300 };

struct run_model *run_model_new(void)
{
	struct run_model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	strings_init(&model->strings, STRINGS_MAX);
	process_tree_init(&model->tree, &model->strings);
	denials_init(&model->denials, &model->strings);
	model->session.uid = -1;
	model->session.mode = mode_name(MODE_TRACE);
	model->summary = summary_new();
	if (!model->summary) {
		run_model_free(model);
		return NULL;
	}
	return model;
}

void run_model_free(struct run_model *model)
{
	if (!model)
		return;
	summary_free(model->summary);
	process_tree_free(&model->tree);
	denials_free(&model->denials);
	tally_free(&model->binds);
	strings_free(&model->strings);
	sbuf_free(&model->text);
	free(model->marks);
	free(model);
}

static const char *keep_escaped(struct run_model *model, const char *text)
{
	sbuf_reset(&model->text);
	escape_text(&model->text, text, strlen(text));
	return strings_keep(&model->strings, sbuf_text(&model->text));
}

/* Words as a shell has them; NULL for none. */
static const char *keep_words(struct run_model *model, const char *const *words)
{
	sbuf_reset(&model->text);
	for (size_t i = 0; words && words[i] && model->text.len < COMMAND_MAX; i++) {
		size_t len = strlen(words[i]);

		if (i)
			sbuf_char(&model->text, ' ');
		escape_word(&model->text, words[i], len < COMMAND_MAX ? len : COMMAND_MAX);
	}
	if (model->text.len >= COMMAND_MAX)
		sbuf_str(&model->text, " ...");
	return model->text.len ? strings_keep(&model->strings, sbuf_text(&model->text)) : NULL;
}

static void add_session(struct run_model *model, const struct log_record *record)
{
	const struct event_session *session = &record->event.session;
	const char *version = json_node_text(json_node_get(record->object, "callgate"));

	if (model->session.known) {
		run_model_note(model, "the log has several sessions; they are shown as one");
		return;
	}
	model->session = (struct run_session){
		.known = true,
		.command = keep_words(model, (const char *const *)session->argv),
		.cwd = keep_escaped(model, session->cwd),
		.policies = keep_words(model, session->policies),
		.mode = mode_name(session->mode),
		.backend = keep_escaped(model, session->backend),
		.kernel = keep_escaped(model, session->kernel),
		.callgate = keep_escaped(model, version ? version : ""),
		.time = record->event.time,
		.uid = session->uid,
	};
}

static void add_warning(struct run_model *model, const struct event *event)
{
	struct run_warning *warning;
	const char *code = keep_escaped(model, event->warning.code), *text;

	sbuf_reset(&model->text);
	words_add(&model->text, event->warning.text);
	text = strings_keep(&model->strings, sbuf_text(&model->text));
	for (size_t i = 0; i < model->nwarnings; i++) {
		warning = &model->warnings[i];
		if (warning->code == code && warning->text == text) {
			warning->count++;
			return;
		}
	}
	if (model->nwarnings < RUN_WARNINGS_MAX)
		model->warnings[model->nwarnings++] =
			(struct run_warning){ code, text, event->mono_ns, 1 };
}

/* Adds a text for people, cut where it is longer, between characters. */
static void cut(struct sbuf *text, size_t max)
{
	if (text->len <= max)
		return;
	while (max && ((unsigned char)text->data[max] & 0xc0) == 0x80)
		max--;
	text->len = max;
	sbuf_str(text, "...");
}

static bool is_worth_a_mark(const struct event_call *call, enum outcome outcome)
{
	enum call_kind kind = call_kind(call->call);

	return outcome != OUTCOME_OK || kind == CALL_KIND_BIND ||
	       (kind == CALL_KIND_CONNECT && call_destination(call->call, 0));
}

static void add_mark(struct run_model *model, const struct event *event, int32_t process)
{
	const struct event_call *call = &event->call;
	enum outcome outcome = outcome_of_call(call);
	bool denial = outcome_is_denial(outcome);
	uint64_t *shown = denial ? &model->denied_shown : &model->marks_shown;
	struct run_mark mark = { .process = process, .outcome = outcome, .at_ns = event->mono_ns };

	if (process == PROCESS_NONE || !is_worth_a_mark(call, outcome))
		return;
	if (*shown >= (denial ? RUN_DENIED_MARKS_MAX : RUN_MARKS_MAX)) {
		model->marks_left_out++;
		return;
	}
	if (model->nmarks == model->marks_cap) {
		size_t cap = model->marks_cap ? model->marks_cap * 2 : 256;
		struct run_mark *marks = reallocarray(model->marks, cap, sizeof(*marks));

		if (!marks)
			return;
		model->marks = marks;
		model->marks_cap = cap;
	}
	mark.searches = outcome == OUTCOME_FAIL && call_kind(call->call) == CALL_KIND_EXEC &&
			call->result->value == -ENOENT;
	mark.call = strings_keep(&model->strings, text_call_word(call->call));
	sbuf_reset(&model->text);
	text_call(&model->text, call->call, call->socket);
	cut(&model->text, TEXT_MAX);
	mark.text = strings_keep(&model->strings, sbuf_text(&model->text));
	sbuf_reset(&model->text);
	text_result(&model->text, call->result);
	mark.result = strings_keep(&model->strings, sbuf_text(&model->text));
	model->marks[model->nmarks++] = mark;
	++*shown;
}

static void copy_cut(struct sbuf *text, char *out, size_t size)
{
	cut(text, size - sizeof("..."));
	memcpy(out, sbuf_text(text), text->len + 1);
}

/* Keeps the slowest, in order: a new one goes in front of all that are faster. */
static void add_slow(struct run_model *model, const struct event *event)
{
	const struct event_call *call = &event->call;
	const struct sockaddr_value *to = call_destination(call->call, 0);
	uint64_t duration = call->duration_ns;
	struct run_slow *slow;
	size_t at = model->nslowest;

	if (!to || call_kind(call->call) != CALL_KIND_CONNECT || !duration)
		return;
	if (call->decision && call->decision->verdict != VERDICT_ALLOW)
		return; /* nobody was reached */
	while (at && model->slowest[at - 1].duration_ns < duration)
		at--;
	if (at == RUN_SLOWEST_MAX)
		return;
	model->nslowest += model->nslowest < RUN_SLOWEST_MAX;
	slow = &model->slowest[at];
	memmove(slow + 1, slow, (model->nslowest - at - 1) * sizeof(*slow));
	*slow = (struct run_slow){
		.duration_ns = duration,
		.at_ns = event->mono_ns,
		.pid = event->task.pid,
		.program = strings_keep(&model->strings, who_path(&event->task)),
	};
	sbuf_reset(&model->text);
	text_destination(&model->text, to, call->socket);
	copy_cut(&model->text, slow->destination, sizeof(slow->destination));
	sbuf_reset(&model->text);
	text_result(&model->text, call->result);
	copy_cut(&model->text, slow->result, sizeof(slow->result));
}

static void add_bind(struct run_model *model, const struct event *event)
{
	const struct event_call *call = &event->call;
	const struct sockaddr_value *to = call_destination(call->call, 0);

	if (!to || call_kind(call->call) != CALL_KIND_BIND)
		return;
	sbuf_reset(&model->text);
	text_destination(&model->text, to, call->socket);
	tally_add(&model->binds,
		(const char *[]){ who_path(&event->task), sbuf_text(&model->text) }, 2,
		outcome_of_call(call));
}

static void add_call(struct run_model *model, const struct event *event, int32_t process)
{
	uint64_t end_ns;

	model->calls++;
	model->failed += outcome_of_call(&event->call) == OUTCOME_FAIL;
	denials_add(&model->denials, event);
	add_mark(model, event, process);
	add_slow(model, event);
	add_bind(model, event);
	if (!__builtin_add_overflow(event->mono_ns, event->call.duration_ns, &end_ns) &&
		end_ns > model->end_ns)
		model->end_ns = end_ns;
}

void run_model_add(struct run_model *model, const struct log_record *record)
{
	const struct event *event = &record->event;
	int32_t process = process_tree_add(&model->tree, event);

	model->events++;
	if (event->mono_ns > model->end_ns)
		model->end_ns = event->mono_ns;
	summary_add(model->summary, event);
	if (event->type == EVENT_SESSION)
		add_session(model, record);
	else if (event->type == EVENT_CALL)
		add_call(model, event, process);
	else if (event->type == EVENT_WARNING)
		add_warning(model, event);
}

void run_model_note(struct run_model *model, const char *sentence)
{
	const char *kept;

	sbuf_reset(&model->text);
	words_add(&model->text, sentence);
	kept = strings_keep(&model->strings, sbuf_text(&model->text));
	for (size_t i = 0; i < model->nnotes; i++) {
		if (model->notes[i] == kept)
			return;
	}
	if (model->nnotes < RUN_NOTES_MAX)
		model->notes[model->nnotes++] = kept;
}

static void note_left_out(struct run_model *model, uint64_t n, const char *what)
{
	struct sbuf sentence = SBUF_INIT;

	if (!n)
		return;
	sbuf_fmt(&sentence, "%" PRIu64 " %s", n, what);
	run_model_note(model, sbuf_text(&sentence));
	sbuf_free(&sentence);
}

/* The process ran a program after that: what was not there was looked for along PATH. */
static bool found_it(const struct run_model *model, const struct run_mark *mark)
{
	const struct process *process = &model->tree.items[mark->process];
	uint32_t execs = process->nexecs < PROCESS_EXECS_MAX ? process->nexecs : PROCESS_EXECS_MAX;

	return mark->searches && execs && process->execs[execs - 1].at_ns > mark->at_ns;
}

/* Only at the end is known which calls were steps of a search, and no failures. */
static void forget_searches(struct run_model *model)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->nmarks; i++) {
		if (!found_it(model, &model->marks[i]))
			model->marks[kept++] = model->marks[i];
	}
	model->nmarks = kept;
	model->failed -=
		model->tree.searches < model->failed ? model->tree.searches : model->failed;
}

void run_model_finish(struct run_model *model)
{
	forget_searches(model);
	note_left_out(model, model->tree.grouped,
		"processes of this long run are not shown one by one, but taken together by "
		"program and parent");
	note_left_out(model, model->marks_left_out,
		"calls are counted, but too many to be shown in the processes' lanes");
	note_left_out(
		model, model->denials.others, "denials are counted, but too many to tell apart");
}
