#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/rule_words.h"
#include "report/learn/impl.h"

enum {
	LINE_WIDTH = 96,
	ID_MAX = 40,
	REFUSALS_SHOWN = 5, /* of one program; the rest is counted */
};

/* In the order in which they stand in a rule. */
static const enum call_kind kind_order[] = { CALL_KIND_EXEC, CALL_KIND_CONNECT, CALL_KIND_BIND,
	CALL_KIND_SOCKET, CALL_KIND_SPAWN };

enum { KINDS = sizeof(kind_order) / sizeof(kind_order[0]) };

/* The grants of a program that belong together. */
struct selection {
	const struct learn_grant **grants;
	size_t len;
};

static void selection_free(struct selection *selection)
{
	free(selection->grants);
}

#define cleanup_selection __attribute__((cleanup(selection_free)))

/* Those of a kind that are risky for the reason `risk`; where that is NULL, that are not. */
static void select_grants(struct learn_writer *writer, const struct learn_program *program,
	enum call_kind kind, const char *risk, struct selection *out)
{
	out->len = 0;
	out->grants = calloc(HASH_COUNT(program->grants) + 1, sizeof(*out->grants));
	if (!out->grants) {
		writer->failed = true;
		return;
	}
	for (const struct learn_grant *g = program->grants; g; g = g->hh.next) {
		bool wanted = risk ? g->risk && strcmp(g->risk, risk) == 0 : !g->risk;

		if (g->kind == kind && !g->refused && wanted)
			out->grants[out->len++] = g;
	}
}

/* A list of one or more items, which is broken where the line gets long. */
static void add_list(struct sbuf *out, const char *key, const char *items, size_t n)
{
	size_t begin = out->len;

	sbuf_fmt(out, "    %s: %s", key, n > 1 ? "[" : "");
	for (size_t i = 0; i < n; i++, items += strlen(items) + 1) {
		if (i && out->len - begin + strlen(items) > LINE_WIDTH) {
			sbuf_str(out, ",\n      ");
			begin = out->len - 6;
		} else if (i) {
			sbuf_str(out, ", ");
		}
		sbuf_str(out, items);
	}
	sbuf_str(out, n > 1 ? "]" : "");
}

static void add_count(struct sbuf *out, uint64_t count)
{
	if (count == 1)
		sbuf_str(out, "once");
	else
		sbuf_fmt(out, "%llu times", (unsigned long long)count);
}

/* The keys of the rule; with counts, of all the programs, unless they are to be compared. */
static void add_keys(struct learn_writer *writer, const struct learn_program *const *programs,
	size_t n, bool counts, struct sbuf *out)
{
	for (size_t k = 0; k < KINDS; k++) {
		__attribute__((cleanup(learn_words_free))) struct learn_words words = { 0 };
		uint64_t count = 0;

		for (size_t i = n; i-- > 0;) {
			cleanup_selection struct selection selection = { 0 };

			select_grants(writer, programs[i], kind_order[k], NULL, &selection);
			learn_words_free(&words);
			learn_words_make(writer->learn, selection.grants, selection.len, &words);
			count += words.count;
		}
		writer->failed |= words.text.failed;
		if (!words.len || words.text.failed)
			continue;
		add_list(out, learn_kind_key(kind_order[k]), words.text.data, words.len);
		if (counts) {
			sbuf_str(out, "  # ");
			add_count(out, count);
			if (words.remark.len)
				sbuf_fmt(out, "; %s", sbuf_text(&words.remark));
		}
		sbuf_char(out, '\n');
	}
}

void learn_rule_body(
	struct learn_writer *writer, const struct learn_program *program, struct sbuf *out)
{
	add_keys(writer, &program, 1, false, out);
}

static bool id_is_taken(const struct learn_writer *writer, const char *id)
{
	const struct policy *base = writer->learn->options.base;
	const char *at = sbuf_text(&writer->ids), *end = at + writer->ids.len;
	struct rule_ref ref;

	for (; at < end; at += strlen(at) + 1) {
		if (strcmp(at, id) == 0)
			return true;
	}
	for (size_t i = 0; base && policy_rule_ref(base, i, &ref); i++) {
		if (strcmp(ref.id, id) == 0)
			return true;
	}
	return false;
}

/* A word nobody has yet, from the program's name. */
static void add_id(struct learn_writer *writer, const struct learn_program *program, char *id)
{
	const char *slash = strrchr(program->exe, '/');
	const char *name = slash ? slash + 1 : program->exe;
	size_t len = 0;

	if (!*program->exe)
		name = "command";
	for (; *name && len < ID_MAX; name++) {
		bool plain = isalnum((unsigned char)*name) || strchr("._+-", *name);

		id[len++] = plain && (unsigned char)*name < 0x80 ? *name : '_';
	}
	/* What begins otherwise could be something else in YAML. */
	if (!len || !isalpha((unsigned char)id[0])) {
		memmove(id + 1, id, len);
		id[0] = 'p';
		len++;
	}
	id[len] = '\0';
	for (unsigned n = 2; id_is_taken(writer, id); n++)
		snprintf(id + len, 16, "-%u", n);
	sbuf_add(&writer->ids, id, strlen(id) + 1);
}

static void add_time(struct sbuf *out, const struct timespec *time)
{
	char text[32];
	struct tm tm;

	gmtime_r(&time->tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	sbuf_str(out, text);
}

/* The programs' paths as items of a list, NUL after each. */
static size_t add_paths(const struct learn_program *const *programs, size_t n, struct sbuf *out)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (!*programs[i]->exe)
			continue;
		rule_words_program(programs[i]->exe, out);
		sbuf_char(out, '\0');
		len++;
	}
	return len;
}

static void add_rule(struct learn_writer *writer, const struct learn_program *const *programs,
	size_t n, const struct sbuf *keys)
{
	cleanup_sbuf struct sbuf paths = SBUF_INIT;
	char id[ID_MAX + 32];
	uint64_t calls = 0;
	size_t len = add_paths(programs, n, &paths);

	for (size_t i = 0; i < n; i++)
		calls += programs[i]->calls;
	add_id(writer, programs[0], id);
	sbuf_fmt(writer->out, "  - id: %s  # %llu call%s, first seen ", id,
		(unsigned long long)calls, calls == 1 ? "" : "s");
	add_time(writer->out, &programs[0]->first);
	sbuf_char(writer->out, '\n');
	if (len) {
		add_list(writer->out, "exe", paths.data, len);
		sbuf_char(writer->out, '\n');
	}
	sbuf_add(writer->out, keys->data, keys->len);
	sbuf_str(writer->out, "    verdict: allow\n");
	writer->totals->rules++;
}

/* One line that can be made a rule by taking its "#" away. */
static void add_risky(struct learn_writer *writer, const struct learn_program *program,
	enum call_kind kind, const char *why)
{
	__attribute__((cleanup(learn_words_free))) struct learn_words words = { 0 };
	cleanup_selection struct selection selection = { 0 };
	cleanup_sbuf struct sbuf path = SBUF_INIT;
	bool rule = writer->learn->options.risky;
	const char *item;

	select_grants(writer, program, kind, why, &selection);
	learn_words_make(writer->learn, selection.grants, selection.len, &words);
	writer->failed |= words.text.failed;
	if (!words.len || words.text.failed)
		return;
	sbuf_fmt(writer->out, "  # risky, ");
	add_count(writer->out, words.count);
	sbuf_str(writer->out, ": ");
	escape_text(writer->out, why, strlen(why));
	if (words.remark.len)
		sbuf_fmt(writer->out, "; %s", sbuf_text(&words.remark));
	sbuf_fmt(writer->out, "\n  %s- {", rule ? "" : "#");
	if (*program->exe && rule_words_program(program->exe, &path))
		sbuf_fmt(writer->out, "exe: %s, ", sbuf_text(&path));
	sbuf_fmt(writer->out, "%s: [", learn_kind_key(kind));
	item = words.text.data;
	for (size_t i = 0; i < words.len; i++, item += strlen(item) + 1)
		sbuf_fmt(writer->out, "%s%s", i ? ", " : "", item);
	sbuf_str(writer->out, "], verdict: allow}\n");
	writer->totals->risky += words.len;
	writer->totals->rules += rule;
}

/* Has the reason been given already, by a grant of this kind before? */
static bool said_before(const struct learn_program *program, const struct learn_grant *grant)
{
	for (const struct learn_grant *g = program->grants; g != grant; g = g->hh.next) {
		if (g->kind == grant->kind && g->risk && strcmp(g->risk, grant->risk) == 0)
			return true;
	}
	return false;
}

static void add_risks(struct learn_writer *writer, const struct learn_program *program)
{
	for (const struct learn_grant *g = program->grants; g; g = g->hh.next) {
		if (g->risk && !said_before(program, g))
			add_risky(writer, program, g->kind, g->risk);
	}
}

static void add_refusals(struct learn_writer *writer, const struct learn_program *program)
{
	size_t shown = 0;
	uint64_t more = 0;

	for (const struct learn_grant *g = program->grants; g; g = g->hh.next) {
		if (!g->refused)
			continue;
		writer->totals->refused += g->count;
		if (shown++ >= REFUSALS_SHOWN) {
			more += g->count;
			continue;
		}
		sbuf_str(writer->out, "  # not allowed, ");
		add_count(writer->out, g->count);
		sbuf_str(writer->out, ": ");
		escape_text(writer->out, program->exe, strlen(program->exe));
		sbuf_str(writer->out, *program->exe ? " " : "");
		escape_text(writer->out, g->words, strlen(g->words));
		sbuf_char(writer->out, '\n');
	}
	if (more)
		sbuf_fmt(writer->out, "  # and %llu more\n", (unsigned long long)more);
}

/* No rule can mean the program, so it gets none. */
static void add_nameless(struct learn_writer *writer, const struct learn_program *program)
{
	sbuf_fmt(writer->out,
		"  # not allowed, %llu calls: no path of a rule can name the program ",
		(unsigned long long)program->calls);
	escape_text(writer->out, program->exe, strlen(program->exe));
	sbuf_char(writer->out, '\n');
	writer->totals->refused += program->calls;
}

void learn_rule(struct learn_writer *writer, const struct learn_program *const *programs, size_t n)
{
	cleanup_sbuf struct sbuf keys = SBUF_INIT, path = SBUF_INIT;
	const char *exe = programs[0]->exe;

	if (programs[0]->nameless || (*exe && !rule_words_program(exe, &path))) {
		add_nameless(writer, programs[0]);
		return;
	}
	add_keys(writer, programs, n, true, &keys);
	if (keys.len)
		add_rule(writer, programs, n, &keys);
	writer->failed |= keys.failed;
	for (size_t i = 0; i < n; i++) {
		add_risks(writer, programs[i]);
		add_refusals(writer, programs[i]);
	}
}
