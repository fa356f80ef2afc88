#include "report/denials.h"

/* Out of memory is a denial that is only counted. Before others include it as it is. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "decoders/text.h"
#include "report/rule_for.h"
#include "report/stack_lines.h"
#include "report/who.h"
#include "report/words.h"

struct denials_entry {
	UT_hash_handle hh;
	struct denial denial;
	size_t key_len;
	char key[];
};

void denials_init(struct denials *denials, struct strings *strings)
{
	*denials = (struct denials){ .strings = strings };
}

void denials_free(struct denials *denials)
{
	struct denials_entry *entry, *next;

	HASH_ITER (hh, denials->entries, entry, next) {
		HASH_DEL(denials->entries, entry);
		free(entry);
	}
	sbuf_free(&denials->key);
	sbuf_free(&denials->what);
}

/*
 * What was asked for, without what differs from call to call of the same kind:
 * the destinations alone, the file alone.
 */
static void add_what(const struct event_call *call, struct sbuf *out)
{
	const struct sockaddr_value *addr;
	const struct bytes_value *path;
	const char *target = call->target ? who_program(call->target) : NULL;

	switch (call_kind(call->call)) {
	case CALL_KIND_CONNECT:
	case CALL_KIND_BIND:
		for (size_t i = 0; (addr = call_destination(call->call, i)); i++) {
			sbuf_str(out, i ? ", " : "");
			text_destination(out, addr, call->socket);
		}
		break;
	case CALL_KIND_EXEC:
		/* One program, by whichever of its paths it was looked for along PATH. */
		path = &call_value(call->call, "path")->bytes;
		if (target)
			escape_word(out, target, strlen(target));
		else if (path->status == VALUE_OK)
			escape_word(out, path->data, path->len);
		else
			text_call(out, call->call, call->socket);
		break;
	default:
		text_call(out, call->call, call->socket);
		break;
	}
}

static const char *keep(struct denials *denials, const struct sbuf *text)
{
	return strings_keep(denials->strings, sbuf_text(text));
}

static const char *keep_escaped(struct denials *denials, const char *text)
{
	cleanup_sbuf struct sbuf escaped = SBUF_INIT;

	if (!text)
		return NULL;
	escape_text(&escaped, text, strlen(text));
	return keep(denials, &escaped);
}

static void fill_decision(
	struct denials *denials, const struct event_call *call, struct denial *denial)
{
	const struct decision *decision = outcome_decision(call);
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	char name[32];

	if (!decision)
		return;
	if (decision->verdict == VERDICT_DENY && decision->errnum)
		denial->error = strings_keep(
			denials->strings, text_errno(decision->errnum, name, sizeof(name)));
	denial->rule = keep_escaped(denials,
		decision->rule.id && *decision->rule.id ? decision->rule.id : decision->reason);
	denial->why = keep_escaped(denials, decision->why);
	if (decision->rule.file) {
		escape_text(&text, decision->rule.file, strlen(decision->rule.file));
		sbuf_fmt(&text, ":%d", decision->rule.line);
		denial->place = keep(denials, &text);
	}
	sbuf_reset(&text);
	if (call->advice) {
		words_add(&text, call->advice);
		denial->advice = keep(denials, &text);
	}
}

static void fill(struct denials *denials, const struct event *event, struct denial *denial)
{
	const struct event_call *call = &event->call;
	cleanup_sbuf struct sbuf rule = SBUF_INIT, stack = SBUF_INIT;

	denial->outcome = outcome_of_call(call);
	denial->call = strings_keep(denials->strings, text_call_word(call->call));
	denial->program = keep_escaped(denials, who_path(&event->task));
	denial->what = keep(denials, &denials->what);
	denial->first_ns = event->mono_ns;
	denial->pid = event->task.pid;
	fill_decision(denials, call, denial);
	denial->no_suggestion = rule_for(call, event->task.lineage, &rule);
	if (!denial->no_suggestion)
		denial->suggestion = keep(denials, &rule);
	if (!call->stack)
		return;
	stack_text(&stack, call->stack);
	denial->stack = keep(denials, &stack);
}

/* What makes two denials the same: all that is shown of them but when, and how often. */
static void build_key(struct denials *denials, const struct event *event)
{
	const struct event_call *call = &event->call;
	const struct decision *decision = outcome_decision(call);
	const char *parts[] = { text_call_word(call->call), who_path(&event->task),
		sbuf_text(&denials->what), decision ? decision->rule.id : NULL,
		decision ? decision->rule.file : NULL, decision ? decision->reason : NULL };

	sbuf_reset(&denials->key);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sbuf_add(&denials->key, parts[i] ? parts[i] : "",
			parts[i] ? strlen(parts[i]) + 1 : 1);
	sbuf_fmt(&denials->key, "%d %d", (int)outcome_of_call(call),
		decision ? decision->rule.line : 0);
}

static struct denials_entry *insert(struct denials *denials, const struct event *event)
{
	const struct sbuf *key = &denials->key;
	struct denials_entry *entry;

	if (denials->len >= DENIALS_MAX)
		return NULL;
	entry = calloc(1, sizeof(*entry) + key->len);
	if (!entry)
		return NULL;
	entry->key_len = key->len;
	memcpy(entry->key, key->data, key->len);
	HASH_ADD(hh, denials->entries, key, entry->key_len, entry);
	if (!entry->hh.tbl) {
		free(entry);
		return NULL;
	}
	denials->len++;
	fill(denials, event, &entry->denial);
	return entry;
}

void denials_add(struct denials *denials, const struct event *event)
{
	struct denials_entry *entry = NULL;

	if (event->type != EVENT_CALL || !outcome_is_denial(outcome_of_call(&event->call)))
		return;
	denials->total++;
	sbuf_reset(&denials->what);
	add_what(&event->call, &denials->what);
	build_key(denials, event);
	if (!denials->key.failed) {
		HASH_FIND(hh, denials->entries, denials->key.data, denials->key.len, entry);
		if (!entry)
			entry = insert(denials, event);
	}
	if (entry)
		entry->denial.count++;
	else
		denials->others++;
}

/* KILL before DENY before WOULD before ASK. */
static int gravity(enum outcome outcome)
{
	static const int ranks[] = {
		[OUTCOME_KILL] = 0, [OUTCOME_DENY] = 1, [OUTCOME_WOULD] = 2, [OUTCOME_ASK] = 3
	};

	return ranks[outcome];
}

static int denial_compare(const void *a, const void *b)
{
	const struct denial *x = *(const struct denial *const *)a;
	const struct denial *y = *(const struct denial *const *)b;

	if (x->outcome != y->outcome)
		return gravity(x->outcome) - gravity(y->outcome);
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

const struct denial **denials_sorted(const struct denials *denials, size_t *len)
{
	const struct denial **sorted = denials->len ? calloc(denials->len, sizeof(*sorted)) : NULL;
	size_t n = 0;

	for (const struct denials_entry *e = denials->entries; sorted && e; e = e->hh.next)
		sorted[n++] = &e->denial;
	if (sorted)
		qsort(sorted, n, sizeof(*sorted), denial_compare);
	*len = n;
	return sorted;
}
