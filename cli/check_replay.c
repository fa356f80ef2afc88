#include "cli/check_replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/read_logs.h"
#include "decoders/text.h"
#include "report/outcome.h"
#include "report/tally.h"
#include "report/who.h"
#include "report/words.h"
#include "supervisor/replay.h"

enum {
	DESTINATIONS_SHOWN = 4, /* of one sendmmsg(2) */
	ROWS_MAX = 1000,
};

struct check_replay {
	struct replay *replay, *old;
	const struct policy *policy;
	uint64_t *decided; /* by rule: how many calls */
	struct rule_ref *rules;
	size_t nrules;
	uint64_t judged, unknown, denied, changed, recorded, others;
	struct tally denials, changes, differences; /* verdict, program, what, rule */
	struct sbuf verdict, what, rule;
};

static void check_replay_free(struct check_replay *check)
{
	replay_free(check->replay);
	replay_free(check->old);
	free(check->decided);
	free(check->rules);
	tally_free(&check->denials);
	tally_free(&check->changes);
	tally_free(&check->differences);
	sbuf_free(&check->verdict);
	sbuf_free(&check->what);
	sbuf_free(&check->rule);
}

static int compare_refs(const void *a, const void *b)
{
	const struct rule_ref *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Rules by their places, so that a decision's is found fast. */
static int list_rules(struct check_replay *check, struct err **err)
{
	struct rule_ref ref;
	size_t n = 0;

	while (policy_rule_ref(check->policy, n, &ref))
		n++;
	check->nrules = n;
	check->rules = calloc(n + 1, sizeof(*check->rules));
	check->decided = calloc(n + 1, sizeof(*check->decided));
	if (!check->rules || !check->decided)
		return err_set(err, ENOMEM, "cannot count the rules");
	for (size_t i = 0; i < n; i++)
		policy_rule_ref(check->policy, i, &check->rules[i]);
	qsort(check->rules, n, sizeof(*check->rules), compare_refs);
	return 0;
}

static void count_rule(struct check_replay *check, const struct decision *decision)
{
	const struct rule_ref *found;

	if (!decision->rule.file)
		return;
	found = bsearch(
		&decision->rule, check->rules, check->nrules, sizeof(*check->rules), compare_refs);
	if (found)
		check->decided[found - check->rules]++;
}

static void add_destinations(const struct event_call *call, struct sbuf *out)
{
	const struct sockaddr_value *addr;

	for (size_t i = 0; (addr = call_destination(call->call, i)); i++) {
		sbuf_str(out, i ? ", " : "");
		if (i == DESTINATIONS_SHOWN) {
			sbuf_str(out, "...");
			return;
		}
		/* Where a path leads is what was judged. */
		if (i < call->unix_paths_len && call->unix_paths[i]) {
			sbuf_str(out, "unix ");
			escape_text(out, call->unix_paths[i], strlen(call->unix_paths[i]));
		} else {
			text_destination(out, addr, call->socket);
		}
	}
}

/* The call in words that are the same for all calls that ask for the same. */
static void add_what(const struct event_call *call, struct sbuf *out)
{
	enum call_kind kind = call_kind(call->call);

	sbuf_reset(out);
	sbuf_fmt(out, "%-7s  ", text_call_word(call->call));
	if (kind == CALL_KIND_CONNECT || kind == CALL_KIND_BIND)
		add_destinations(call, out);
	else if (kind == CALL_KIND_EXEC && call->target)
		escape_text(out, who_program(call->target), strlen(who_program(call->target)));
	else if (kind == CALL_KIND_SPAWN)
		sbuf_str(out, call->child_is_thread ? "thread" : "process");
	else
		text_call(out, call->call, call->socket);
}

/* "no-metadata (ci.yaml:21)"; the reason's word where the rule has no id. */
static void add_rule(const struct decision *decision, struct sbuf *out)
{
	const struct rule_ref *rule = &decision->rule;
	const char *name = rule->id && *rule->id ? rule->id : decision->reason;

	sbuf_str(out, name ? name : "none");
	if (rule->file)
		sbuf_fmt(out, " (%s:%d)", rule->file, rule->line);
}

static const char *verdict_word(const struct decision *decision)
{
	static const char *const words[] = {
		[VERDICT_ALLOW] = "ok",
		[VERDICT_DENY] = "DENY",
		[VERDICT_ASK] = "ASK",
		[VERDICT_KILL] = "KILL",
	};

	return words[decision->verdict];
}

static void tally_call(
	struct check_replay *check, struct tally *tally, const struct log_record *record)
{
	const char *const parts[] = { sbuf_text(&check->verdict), who_path(&record->event.task),
		sbuf_text(&check->what), sbuf_text(&check->rule) };

	tally_add(tally, parts, 4, OUTCOME_OK);
}

static void tally_denial(struct check_replay *check, const struct log_record *record,
	const struct decision *decision)
{
	check->denied++;
	sbuf_reset(&check->verdict);
	sbuf_str(&check->verdict, verdict_word(decision));
	sbuf_reset(&check->rule);
	add_rule(decision, &check->rule);
	add_what(&record->event.call, &check->what);
	tally_call(check, &check->denials, record);
}

/* A decision where there was another. */
static void tally_change(struct check_replay *check, struct tally *tally,
	const struct log_record *record, const struct decision *was, const struct decision *is)
{
	sbuf_reset(&check->verdict);
	sbuf_fmt(&check->verdict, "%s, was %s", verdict_word(is), verdict_word(was));
	sbuf_reset(&check->rule);
	add_rule(is, &check->rule);
	sbuf_str(&check->rule, ", was ");
	add_rule(was, &check->rule);
	add_what(&record->event.call, &check->what);
	tally_call(check, tally, record);
}

static void compare_old(
	struct check_replay *check, const struct log_record *record, const struct decision *is)
{
	struct replay_verdict was;

	if (replay_record(check->old, record, &was) != REPLAY_JUDGED || !is ||
		(was.decision->verdict == is->verdict &&
			(is->verdict != VERDICT_DENY || was.decision->errnum == is->errnum)))
		return;
	check->changed++;
	tally_change(check, &check->changes, record, was.decision, is);
}

static void compare_recorded(struct check_replay *check, const struct log_record *record,
	const struct replay_verdict *verdict)
{
	if (!verdict->recorded)
		return;
	check->recorded++;
	if (verdict->same)
		return;
	check->others++;
	tally_change(check, &check->differences, record, verdict->recorded, verdict->decision);
}

static int take_record(void *ctx, const struct log_record *record, struct err **err)
{
	struct check_replay *check = ctx;
	struct replay_verdict verdict = { 0 };
	enum replay_result result = replay_record(check->replay, record, &verdict);

	(void)err;
	if (result == REPLAY_UNKNOWN)
		check->unknown++;
	if (result == REPLAY_JUDGED) {
		check->judged++;
		count_rule(check, verdict.decision);
		if (verdict.decision->verdict != VERDICT_ALLOW)
			tally_denial(check, record, verdict.decision);
		compare_recorded(check, record, &verdict);
	}
	if (check->old)
		compare_old(check, record, verdict.decision);
	return 0;
}

static void add_rows(const struct tally *tally, struct sbuf *out)
{
	size_t n;
	cleanup_free struct tally_row *rows = tally_rows(tally, &n);

	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		sbuf_fmt(out, "%7llu  %-5s", (unsigned long long)rows[i].count.total,
			rows[i].parts[0]);
		for (size_t p = 1; p < 4; p++) {
			sbuf_str(out, "  ");
			words_add(out, rows[i].parts[p]);
		}
		sbuf_char(out, '\n');
	}
	if (n > ROWS_MAX)
		sbuf_fmt(out, "         ... and %zu more\n", n - ROWS_MAX);
	if (tally->other.total)
		sbuf_fmt(out, "%7llu  others, too many to tell apart\n",
			(unsigned long long)tally->other.total);
}

static void add_denials(const struct check_replay *check, struct sbuf *out)
{
	sbuf_fmt(out, "%llu of %llu calls would be denied%s\n", (unsigned long long)check->denied,
		(unsigned long long)check->judged, check->denied ? ":" : "");
	add_rows(&check->denials, out);
}

static void add_changes(const struct check_replay *check, struct sbuf *out)
{
	sbuf_fmt(out, "%llu of %llu calls are decided otherwise%s\n",
		(unsigned long long)check->changed, (unsigned long long)check->judged,
		check->changed ? ":" : "");
	add_rows(&check->changes, out);
}

static void add_idle_rules(const struct check_replay *check, struct sbuf *out)
{
	for (size_t i = 0; i < check->nrules; i++) {
		const struct rule_ref *rule = &check->rules[i];

		if (check->decided[i])
			continue;
		escape_text(out, rule->file, strlen(rule->file));
		sbuf_fmt(out, ":%d: note: %s%sdecides no call of these logs [rule.idle]\n",
			rule->line, rule->id, *rule->id ? " " : "");
	}
}

static void add_recorded(const struct check_replay *check, struct sbuf *out)
{
	if (!check->recorded)
		return;
	sbuf_fmt(out, "%llu of %llu verdicts are not those recorded%s\n",
		(unsigned long long)check->others, (unsigned long long)check->recorded,
		check->others ? ":" : "");
	add_rows(&check->differences, out);
}

static void add_unknown(const struct check_replay *check, struct sbuf *out)
{
	if (check->unknown)
		sbuf_fmt(out,
			"%llu calls could not be judged: an exec was denied, and the log does not "
			"say what would have run\n",
			(unsigned long long)check->unknown);
}

int check_replay(const struct policy *policy, const struct policy *old, const char *const *logs,
	struct sbuf *out, bool *found, struct err **err)
{
	__attribute__((cleanup(check_replay_free))) struct check_replay check = { .policy =
											  policy };

	if (list_rules(&check, err) < 0 || replay_new(policy, &check.replay, err) < 0 ||
		(old && replay_new(old, &check.old, err) < 0) ||
		read_logs(logs, take_record, &check, err) < 0)
		return -1;
	if (old) {
		add_changes(&check, out);
	} else {
		add_denials(&check, out);
		add_recorded(&check, out);
		add_idle_rules(&check, out);
	}
	add_unknown(&check, out);
	*found = old ? check.changed : check.denied;
	return 0;
}
