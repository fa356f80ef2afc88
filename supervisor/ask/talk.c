#include "supervisor/ask/talk.h"

#include <poll.h>
#include <string.h>

#include "base/cleanup.h"
#include "supervisor/ask/line.h"
#include "supervisor/ask/show.h"
#include "supervisor/clock.h"
#include "supervisor/task_facts.h"

enum {
	LOOK_EVERY_MS = 250,
	/* Keys pressed before anybody could have read the question are not meant for it. */
	GUARD_MS = 200,
};

struct talk {
	struct ask_terminal *terminal;
	struct asker *asker;
	struct ask_question *q;
	uint64_t deadline_ns;
	unsigned who, what;
	bool has_rule, edited, interrupted;
	enum verdict edited_verdict;
	struct sbuf rule; /* with VERDICT_ALLOW, or as it was edited */
	struct sbuf out;
	size_t shown_waiting;
};

static struct ask_look look_of(const struct talk *t)
{
	return (struct ask_look){
		.width = t->terminal->width,
		.color = t->terminal->color,
		.utf8 = t->terminal->utf8,
	};
}

static void write_out(struct talk *t)
{
	ask_terminal_write(t->terminal, sbuf_text(&t->out), t->out.len);
	sbuf_reset(&t->out);
}

static void note(struct talk *t, const char *text)
{
	struct ask_look look = look_of(t);

	ask_show_note(&look, text, &t->out);
	write_out(t);
}

/* Is there a rule of these rungs that answers the call? It is in t->rule then. */
static bool try_rungs(struct talk *t, unsigned who, unsigned what)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT;
	enum verdict verdict;

	if (!asker_rule(t->asker, t->q, who, what, VERDICT_ALLOW, &rule) || rule.failed ||
		asker_check(t->asker, t->q, sbuf_text(&rule), &verdict, NULL) < 0)
		return false;
	sbuf_reset(&t->rule);
	sbuf_add(&t->rule, sbuf_text(&rule), rule.len);
	t->who = who;
	t->what = what;
	t->has_rule = true;
	t->edited = false;
	return true;
}

/* The narrowest one there is. A program without a path has only wide ones. */
static void find_first_rule(struct talk *t)
{
	for (unsigned who = t->q->narrowest_who; who < t->q->whos; who++)
		for (unsigned what = 0; what < t->q->whats; what++)
			if (try_rungs(t, who, what))
				return;
}

static struct ask_state state_of(const struct talk *t)
{
	size_t open = asker_open(t->asker);

	return (struct ask_state){
		.rule = t->has_rule ? sbuf_text(&t->rule) : "none can be made for this call",
		.edited = t->edited,
		.waiting = asker_waiting(t->asker, t->q),
		.later = open ? open - 1 : 0,
		.can_save = asker_options(t->asker)->save,
	};
}

static void show_rule(struct talk *t)
{
	struct ask_look look = look_of(t);
	struct ask_state state = state_of(t);

	ask_show_rule(&look, &state, &t->out);
	write_out(t);
}

static void show(struct talk *t)
{
	struct ask_look look = look_of(t);
	struct ask_state state = state_of(t);

	t->shown_waiting = state.waiting;
	ask_show_question(&look, t->q, &state, &t->out);
	write_out(t);
}

static void show_mark(struct talk *t)
{
	sbuf_str(&t->out, t->interrupted ? "  Ctrl-C again ends the run > " : "  > ");
	write_out(t);
}

static enum talk_end show_widened(struct talk *t, bool widened)
{
	if (!widened)
		note(t, "no other rule of that kind would answer this call");
	show_rule(t);
	return TALK_ON;
}

static enum talk_end widen_what_key(struct talk *t)
{
	bool widened = false;

	for (unsigned i = 1; i < t->q->whats && !widened; i++)
		widened = try_rungs(t, t->who, (t->what + i) % t->q->whats);
	return show_widened(t, widened);
}

static enum talk_end widen_who_key(struct talk *t)
{
	bool widened = false;

	for (unsigned i = 1; i < t->q->whos && !widened; i++)
		widened = try_rungs(t, (t->who + i) % t->q->whos, t->what);
	return show_widened(t, widened);
}

static bool may_go_on(void *ctx)
{
	struct talk *t = ctx;

	return !asker_is_over(t->asker) && asker_wants(t->asker, t->q) &&
	       (!t->deadline_ns || mono_now() < t->deadline_ns);
}

/* Asked again until the rule is one that answers the call. */
static enum talk_end edit_key(struct talk *t)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	enum verdict verdict;

	sbuf_add(&text, sbuf_text(&t->rule), t->rule.len);
	while (ask_line_edit(t->terminal, &text, may_go_on, t)) {
		cleanup_err struct err *err = NULL;

		if (asker_check(t->asker, t->q, sbuf_text(&text), &verdict, &err) < 0) {
			note(t, err_text(err));
			continue;
		}
		sbuf_reset(&t->rule);
		sbuf_add(&t->rule, sbuf_text(&text), text.len);
		t->edited_verdict = verdict;
		t->has_rule = t->edited = true;
		show_rule(t);
		return TALK_ON;
	}
	note(t, "left as it was");
	show_rule(t);
	return TALK_ON;
}

static enum talk_end more_key(struct talk *t)
{
	static const struct {
		const char *label, *none;
		void (*add)(pid_t pid, struct sbuf *out);
	} parts[] = {
		{ "variables", "as callgate's own", task_environment },
		{ "files", "none is open", task_descriptors },
		{ "code", "none can be seen", task_modules },
	};
	struct ask_look look = look_of(t);
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	for (size_t i = 0; i < t->q->nfields; i++)
		ask_show_field(
			&look, t->q->fields[i].label, sbuf_text(&t->q->fields[i].text), 0, &t->out);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		sbuf_reset(&text);
		parts[i].add(t->q->pid, &text);
		ask_show_lines(&look, parts[i].label, text.len ? sbuf_text(&text) : parts[i].none,
			&t->out);
	}
	write_out(t);
	return TALK_ON;
}

static enum talk_end stack_key(struct talk *t)
{
	struct ask_look look = look_of(t);

	if (!asker_want_stack(t->asker, t->q) || !t->q->stack.len) {
		note(t, "no stack can be had of this call");
		return TALK_ON;
	}
	ask_show_lines(&look, "stack", sbuf_text(&t->q->stack), &t->out);
	write_out(t);
	return TALK_ON;
}

static enum talk_end help_key(struct talk *t)
{
	struct ask_look look = look_of(t);

	ask_show_help(&look, &t->out);
	write_out(t);
	return TALK_ON;
}

static enum talk_end interrupt_key(struct talk *t)
{
	note(t, t->interrupted ? "the run ends" : "denied once; Ctrl-C again ends the run");
	return TALK_INTERRUPTED;
}

static enum talk_end eof_key(struct talk *t)
{
	(void)t;
	return TALK_NO_ANSWER;
}

static enum talk_end suspend_key(struct talk *t)
{
	note(t, "this job is told to stop; the question comes again when it goes on");
	return TALK_SUSPENDED;
}

static enum talk_end redraw_key(struct talk *t)
{
	show(t);
	return TALK_ON;
}

static const struct {
	int key;
	enum talk_end (*act)(struct talk *t);
} actions[] = {
	{ 'w', widen_what_key },
	{ 'p', widen_who_key },
	{ 'e', edit_key },
	{ 'm', more_key },
	{ 't', stack_key },
	{ '?', help_key },
	{ ASK_KEY_INTERRUPT, interrupt_key },
	{ ASK_KEY_EOF, eof_key },
	{ ASK_KEY_SUSPEND, suspend_key },
	{ ASK_KEY_REDRAW, redraw_key },
	{ '\n', redraw_key },
};

static const struct {
	int key;
	struct ask_answer answer;
	const char *done;
} answers[] = {
	{ 'y', { VERDICT_ALLOW, ASK_ONCE, NULL }, "allowed once" },
	{ 'r', { VERDICT_ALLOW, ASK_RUN, NULL }, "for this run: " },
	{ 's', { VERDICT_ALLOW, ASK_SAVE, NULL }, "saved: " },
	{ 'n', { VERDICT_DENY, ASK_ONCE, NULL }, "denied once" },
	{ 'R', { VERDICT_DENY, ASK_RUN, NULL }, "for this run: " },
	{ 'S', { VERDICT_DENY, ASK_SAVE, NULL }, "saved: " },
	{ 'k', { VERDICT_KILL, ASK_ONCE, NULL }, "killed" },
};

/* The rule for an answer that stays; false when there is none, which is said. */
static bool rule_for(struct talk *t, const struct ask_answer *answer, struct sbuf *out)
{
	if (!t->has_rule) {
		note(t, "no rule can be made for this call: answer once, or edit one");
		return false;
	}
	if (!t->edited)
		return asker_rule(t->asker, t->q, t->who, t->what, answer->verdict, out);
	if ((t->edited_verdict == VERDICT_ALLOW) != (answer->verdict == VERDICT_ALLOW)) {
		note(t, answer->verdict == VERDICT_ALLOW
				? "the rule as you edited it does not allow: R or S keeps it so"
				: "the rule as you edited it allows: r or s keeps it so");
		return false;
	}
	sbuf_add(out, sbuf_text(&t->rule), t->rule.len);
	return true;
}

/* All is said, and the terminal given back, before anybody goes on and finds it. */
static enum talk_end give_answer(struct talk *t, struct ask_answer answer, const char *done)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT, told = SBUF_INIT, text = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	if (answer.scope != ASK_ONCE && !rule_for(t, &answer, &rule))
		return TALK_ON;
	answer.rule = answer.scope == ASK_ONCE ? NULL : sbuf_text(&rule);
	if (asker_prepare(t->asker, t->q, &answer, &told, &err) < 0) {
		note(t, err_text(err));
		return TALK_ON;
	}
	sbuf_str(&text, done);
	if (answer.scope == ASK_RUN)
		sbuf_add(&text, sbuf_text(&rule), rule.len);
	if (answer.scope == ASK_SAVE)
		sbuf_fmt(&text, "%s", asker_options(t->asker)->save);
	note(t, sbuf_text(&text));
	sbuf_add(&t->out, sbuf_text(&told), told.len);
	write_out(t);
	ask_terminal_give_back(t->terminal);
	return asker_finish(t->asker, t->q, &answer, NULL) < 0 ? TALK_WITHDRAWN : TALK_ANSWERED;
}

static enum talk_end act_on_key(struct talk *t, int key)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i].key == key)
			return give_answer(t, answers[i].answer, answers[i].done);
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (actions[i].key == key)
			return actions[i].act(t);
	}
	note(t, "no such key; ? shows which there are");
	return TALK_ON;
}

static void show_waiting(struct talk *t)
{
	struct ask_look look = look_of(t);
	size_t waiting = asker_waiting(t->asker, t->q);
	char text[64];

	if (waiting == t->shown_waiting || waiting == 0)
		return;
	t->shown_waiting = waiting;
	snprintf(text, sizeof(text), "%zu waiting for this answer", waiting);
	sbuf_char(&t->out, '\r');
	ask_show_field(&look, "waiting", text, 1, &t->out);
	write_out(t);
	show_mark(t);
}

/* Nothing was pressed for a while: has the world changed? */
static enum talk_end look_around(struct talk *t)
{
	if (asker_is_over(t->asker) || !asker_wants(t->asker, t->q))
		return TALK_WITHDRAWN;
	if (t->deadline_ns && mono_now() >= t->deadline_ns)
		return TALK_TIMED_OUT;
	if (ask_terminal_measure(t->terminal)) {
		show(t);
		show_mark(t);
	}
	show_waiting(t);
	return TALK_ON;
}

static enum talk_end next_step(struct talk *t)
{
	int key = ask_terminal_key(t->terminal, asker_changed_fd(t->asker), LOOK_EVERY_MS);
	enum talk_end end;

	if (key == ASK_KEY_OTHER)
		return TALK_ON;
	if (key == ASK_KEY_END)
		return TALK_HUNG_UP;
	if (key == ASK_KEY_LOST || (key < 0 && !ask_terminal_keep(t->terminal)))
		return TALK_LOST;
	if (key == ASK_KEY_CHANGED)
		asker_settle(t->asker);
	if (key < 0)
		return look_around(t);
	/* What was pressed stands after the mark, for whoever reads this later. */
	sbuf_fmt(&t->out, "%.*s\n", key > ' ' && key < 127, (char[]){ (char)key, '\0' });
	write_out(t);
	end = act_on_key(t, key);
	if (end == TALK_ON)
		show_mark(t);
	return end;
}

enum talk_end ask_talk(struct ask_terminal *terminal, struct asker *asker, struct ask_question *q,
	uint64_t deadline_ns, bool interrupted)
{
	struct talk t = {
		.terminal = terminal,
		.asker = asker,
		.q = q,
		.deadline_ns = deadline_ns,
		.interrupted = interrupted,
	};
	enum talk_end end = TALK_ON;

	ask_terminal_measure(terminal);
	find_first_rule(&t);
	show(&t);
	poll(NULL, 0, GUARD_MS);
	ask_terminal_keep(terminal);
	ask_terminal_flush(terminal);
	show_mark(&t);
	while (end == TALK_ON)
		end = next_step(&t);
	sbuf_free(&t.rule);
	sbuf_free(&t.out);
	return end;
}
