#include "supervisor/ask/show.h"

#include <pwd.h>
#include <string.h>

#include "base/escape.h"
#include "report/words.h"

enum {
	LABEL_WIDTH = 12,
	FIELD_LINES = 3, /* what a program chose must not push the question out of sight */
	QUESTION_LINES = 6,
	KEYS_INDENT = 9,
	KEYS_NARROW = 32, /* a terminal where the indentation would take too much of a line */
	NAMES_SIZE = 4096,
};

static const struct {
	const char *keys, *what;
} keys[] = {
	{ "y", "allow this call, once" },
	{ "r", "allow by the rule, for this run" },
	{ "s", "allow by the rule, and save it" },
	{ "n", "deny this call, once" },
	{ "R", "deny by the rule, for this run" },
	{ "S", "deny by the rule, and save it" },
	{ "k", "kill the process" },
	{ "w", "widen the rule: another destination, file or socket" },
	{ "p", "widen the rule: the program without its script, its lineage, any program" },
	{ "e", "edit the rule's text; Enter takes it, Ctrl-C leaves it as it was" },
	{ "m", "show more: how its environment differs, open files, mapped code" },
	{ "t", "show the stack of the call" },
	{ "?", "this help" },
	{ "^C", "deny once; again: end the run" },
	{ "^D", "no answer: denied" },
	{ "^L", "show the question again" },
	{ "^Z", "stop this job; the question comes again when it goes on" },
};

/* How many bytes the next character has: everything here is UTF-8. */
static size_t rune_len(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

static unsigned rune_of(const char *text, size_t len)
{
	unsigned rune = (unsigned char)text[0];

	if (len > 1)
		rune &= 0x7fu >> len;
	for (size_t i = 1; i < len; i++)
		rune = rune << 6 | ((unsigned char)text[i] & 0x3f);
	return rune;
}

/* The text as the terminal can show it. */
static void fold(const struct ask_look *look, const char *text, struct sbuf *out)
{
	while (*text) {
		size_t len = rune_len(text);

		if (len == 1 || look->utf8)
			sbuf_add(out, text, len);
		else
			sbuf_fmt(out, "\\u{%X}", rune_of(text, len));
		text += len;
	}
}

/* At most: what is wide in the scripts of East Asia comes after those before U+1100. */
static unsigned columns_of(const char *text, size_t len)
{
	return rune_of(text, len) < 0x1100 ? 1 : 2;
}

/* Where to break the text to fit: after a blank when that leaves not too much room. */
static size_t break_at(const char *text, unsigned width)
{
	size_t at = 0, blank = 0;
	unsigned shown = 0;

	while (text[at]) {
		size_t len = rune_len(text + at);

		shown += columns_of(text + at, len);
		if (shown > width)
			break;
		at += len;
		if (text[at] == ' ' && shown > width / 2)
			blank = at;
	}
	return text[at] && blank ? blank : at;
}

static void add_wrapped(const struct ask_look *look, const char *text, unsigned indent,
	unsigned lines, struct sbuf *out)
{
	unsigned width = look->width > indent + 4 ? look->width - indent - 1 : 4;
	struct sbuf folded = SBUF_INIT;
	const char *rest;

	fold(look, text, &folded);
	rest = sbuf_text(&folded);
	for (unsigned n = 1;; n++) {
		size_t len = break_at(rest, width);
		bool last = n == lines && rest[len];

		if (last)
			len = break_at(rest, width - 3);
		sbuf_add(out, rest, len);
		sbuf_str(out, last ? "...\n" : "\n");
		rest += len;
		rest += strspn(rest, " ");
		if (last || !*rest)
			break;
		sbuf_pad(out, out->len + indent);
	}
	sbuf_free(&folded);
}

static void add_colored(
	const struct ask_look *look, const char *sgr, const char *text, struct sbuf *out)
{
	if (look->color)
		sbuf_fmt(out, "\033[%sm%s\033[0m", sgr, text);
	else
		sbuf_str(out, text);
}

void ask_show_field(const struct ask_look *look, const char *label, const char *text,
	unsigned lines, struct sbuf *out)
{
	size_t len = strlen(label);

	sbuf_str(out, "  ");
	add_colored(look, "2", label, out);
	sbuf_pad(out, out->len + (len + 2 < LABEL_WIDTH ? LABEL_WIDTH - len - 2 : 1));
	add_wrapped(look, text, LABEL_WIDTH, lines, out);
}

void ask_show_lines(
	const struct ask_look *look, const char *label, const char *text, struct sbuf *out)
{
	struct sbuf line = SBUF_INIT;

	while (*text) {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, "\n");
		sbuf_reset(&line);
		sbuf_add(&line, text, len);
		ask_show_field(look, label, sbuf_text(&line), 0, out);
		label = "";
		text += len + (text[len] == '\n');
	}
	sbuf_free(&line);
}

void ask_show_note(const struct ask_look *look, const char *text, struct sbuf *out)
{
	struct sbuf safe = SBUF_INIT;

	sbuf_str(&safe, "-> ");
	words_add(&safe, text);
	sbuf_str(out, "  ");
	add_wrapped(look, sbuf_text(&safe), 5, 0, out);
	sbuf_free(&safe);
}

static void show_user(const struct ask_look *look, uid_t uid, struct sbuf *out)
{
	struct passwd user, *found = NULL;
	struct sbuf text = SBUF_INIT;
	char names[NAMES_SIZE];

	if (getpwuid_r(uid, &user, names, sizeof(names), &found) == 0 && found) {
		escape_text(&text, user.pw_name, strlen(user.pw_name));
		sbuf_fmt(&text, " (%u)", uid);
	} else {
		sbuf_fmt(&text, "%u", uid);
	}
	ask_show_field(look, "user", sbuf_text(&text), 1, out);
	sbuf_free(&text);
}

void ask_show_rule(const struct ask_look *look, const struct ask_state *state, struct sbuf *out)
{
	struct sbuf safe = SBUF_INIT;

	words_add(&safe, state->rule);
	ask_show_field(
		look, state->edited ? "rule (e)" : "rule", sbuf_text(&safe), QUESTION_LINES, out);
	sbuf_free(&safe);
}

/* A line of keys; where it does not fit, it goes on below, and no key is torn apart. */
static void show_key_line(const struct ask_look *look, const char *label, const char *const *items,
	size_t n, struct sbuf *out)
{
	unsigned indent = look->width < KEYS_NARROW ? 2 : KEYS_INDENT, column = KEYS_INDENT;
	size_t line = out->len;

	sbuf_fmt(out, "  %s", label);
	for (size_t i = 0; i < n; i++) {
		unsigned len = items[i] ? (unsigned)strlen(items[i]) : 0;

		if (len && column + len >= look->width) {
			sbuf_char(out, '\n');
			line = out->len;
			column = indent;
		}
		if (len) {
			sbuf_pad(out, line + column);
			sbuf_str(out, items[i]);
			column += len + 2;
		}
	}
	sbuf_char(out, '\n');
}

static void show_keys(const struct ask_look *look, const struct ask_state *state, struct sbuf *out)
{
	const char *const allow[] = { "[y] once", "[r] this run",
		state->can_save ? "[s] save" : NULL };
	const char *const deny[] = { "[n] once", "[R] this run",
		state->can_save ? "[S] save" : NULL, "[k] kill" };
	const char *const rule[] = { "[w] widen what", "[p] widen who", "[e] edit" };
	const char *const show[] = { "[m] more", "[t] stack", "[?] help" };

	show_key_line(look, "allow:", allow, sizeof(allow) / sizeof(allow[0]), out);
	show_key_line(look, "deny:", deny, sizeof(deny) / sizeof(deny[0]), out);
	show_key_line(look, "rule:", rule, sizeof(rule) / sizeof(rule[0]), out);
	show_key_line(look, "show:", show, sizeof(show) / sizeof(show[0]), out);
}

/* How much more there is to answer. */
static void show_waiting(
	const struct ask_look *look, const struct ask_state *state, struct sbuf *out)
{
	struct sbuf text = SBUF_INIT;

	if (state->waiting > 1)
		sbuf_fmt(&text, "%zu waiting for this answer", state->waiting);
	if (state->later)
		sbuf_fmt(&text, "%s%zu more question%s after it", text.len ? ", " : "",
			state->later, state->later > 1 ? "s" : "");
	if (text.len)
		ask_show_field(look, "waiting", sbuf_text(&text), 2, out);
	sbuf_free(&text);
}

void ask_show_question(const struct ask_look *look, const struct ask_question *question,
	const struct ask_state *state, struct sbuf *out)
{
	sbuf_str(out, "\n");
	add_colored(look, "1;36", "callgate: ", out);
	add_wrapped(look, sbuf_text(&question->wants), 10, QUESTION_LINES, out);
	for (size_t i = 0; i < question->nfields; i++)
		ask_show_field(look, question->fields[i].label,
			sbuf_text(&question->fields[i].text), FIELD_LINES, out);
	show_user(look, question->uid, out);
	show_waiting(look, state, out);
	ask_show_rule(look, state, out);
	show_keys(look, state, out);
}

void ask_show_help(const struct ask_look *look, struct sbuf *out)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ask_show_field(look, keys[i].keys, keys[i].what, 0, out);
}
