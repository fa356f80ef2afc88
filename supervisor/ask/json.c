#include "supervisor/ask/json.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "decoders/record.h"

enum { ASK_VERSION = 1 };

static void json_cleanup(json_t **json)
{
	json_decref(*json);
}

/* The index of the member's text among the words, which end with NULL; -1 with the error. */
static int read_word(
	const char *key, const json_t *value, const char *const *words, struct err **err)
{
	const char *text = json_string_value(value);

	for (int i = 0; text && words[i]; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return err_set(err, 0, "\"%s\" is none of the words it may be", key);
}

static int read_verdict(const json_t *value, struct ask_json_answer *out, struct err **err)
{
	static const char *const words[] = { "allow", "deny", "kill", NULL };
	static const enum verdict verdicts[] = { VERDICT_ALLOW, VERDICT_DENY, VERDICT_KILL };
	int word = read_word("verdict", value, words, err);

	if (word < 0)
		return -1;
	out->answer.verdict = verdicts[word];
	return 0;
}

static int read_scope(const json_t *value, struct ask_json_answer *out, struct err **err)
{
	static const char *const words[] = { "once", "run", "save", NULL };
	static const enum ask_scope scopes[] = { ASK_ONCE, ASK_RUN, ASK_SAVE };
	int word = read_word("scope", value, words, err);

	if (word < 0)
		return -1;
	out->answer.scope = scopes[word];
	return 0;
}

static int read_rule(const json_t *value, struct ask_json_answer *out, struct err **err)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) != json_string_length(value))
		return err_set(err, 0, "\"rule\" is no text");
	sbuf_str(&out->rule, text);
	if (out->rule.failed)
		return err_set(err, 0, "there is no memory for the rule");
	out->answer.rule = sbuf_text(&out->rule);
	return 0;
}

/* Read before the others, so that their faults can say which question they are about. */
static int read_id(const json_t *value, struct ask_json_answer *out, struct err **err)
{
	if (!json_is_integer(value) || json_integer_value(value) < 1)
		return err_set(err, 0, "\"id\" is not the number of a request");
	out->id = (uint64_t)json_integer_value(value);
	return 0;
}

static const struct {
	const char *key;
	int (*read)(const json_t *value, struct ask_json_answer *out, struct err **err);
	bool required;
} members[] = {
	{ "id", read_id, true },
	{ "verdict", read_verdict, true },
	{ "scope", read_scope, false },
	{ "rule", read_rule, false },
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static int check_keys(json_t *object, struct err **err)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(object, key, value)
	{
		for (i = 0; i < MEMBERS && strcmp(members[i].key, key) != 0; i++)
			;
		if (i == MEMBERS)
			return err_set(err, 0,
				"there is a member that no answer has: it has id, verdict, scope, "
				"rule");
	}
	return 0;
}

static int read_members(json_t *object, struct ask_json_answer *out, struct err **err)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		const json_t *value = json_object_get(object, members[i].key);

		if (!value && members[i].required)
			return err_set(err, 0, "\"%s\" is missing", members[i].key);
		if (value && members[i].read(value, out, err) < 0)
			return -1;
	}
	if (out->answer.rule && out->answer.scope == ASK_ONCE)
		return err_set(err, 0, "a rule goes with the scope run or save");
	return check_keys(object, err);
}

int ask_json_parse(const char *line, size_t len, struct ask_json_answer *out, struct err **err)
{
	__attribute__((cleanup(json_cleanup))) json_t *object = NULL;
	json_error_t fault;

	*out = (struct ask_json_answer){ .answer = { .scope = ASK_ONCE } };
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &fault);
	if (!object)
		return err_set(err, 0, "not JSON, at byte %d of the line", fault.position);
	if (!json_is_object(object))
		return err_set(err, 0, "an answer is an object");
	return read_members(object, out, err);
}

void ask_json_free(struct ask_json_answer *answer)
{
	sbuf_free(&answer->rule);
}

static void begin(struct record *record, const char *type, struct sbuf *out)
{
	record_open(record, out);
	record_text(record, "type", type);
}

static void end(struct record *record)
{
	record_close(record);
	sbuf_char(record->out, '\n');
}

void ask_json_hello(const char *save, struct sbuf *out)
{
	struct record record;

	begin(&record, "hello", out);
	record_number(&record, "v", ASK_VERSION);
	record_text(&record, "callgate", CALLGATE_VERSION);
	record_number(&record, "pid", getpid());
	record_text(&record, "save", save);
	end(&record);
}

/* From the narrowest: the whats of one who, then those of the next. */
static void put_rules(struct asker *asker, const struct ask_question *q, struct record *record)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT;

	record_array_open(record, "rules");
	for (unsigned who = q->narrowest_who; who < q->whos; who++) {
		for (unsigned what = 0; what < q->whats; what++) {
			sbuf_reset(&rule);
			if (asker_rule(asker, q, who, what, VERDICT_ALLOW, &rule))
				record_text(record, NULL, sbuf_text(&rule));
		}
	}
	record_array_close(record);
}

void ask_json_request(struct asker *asker, const struct ask_question *q, struct sbuf *out)
{
	struct record record;

	begin(&record, "request", out);
	record_unsigned(&record, "id", q->id);
	record_text(&record, "wants", sbuf_text(&q->wants));
	record_unsigned(&record, "waiting", asker_waiting(asker, q));
	put_rules(asker, q, &record);
	/* It is JSON already. */
	if (q->event.len)
		sbuf_fmt(out, ",\"event\":%s", sbuf_text(&q->event));
	end(&record);
}

void ask_json_saved(uint64_t id, const char *text, struct sbuf *out)
{
	struct record record;

	begin(&record, "saved", out);
	record_unsigned(&record, "id", id);
	record_text(&record, "text", text);
	end(&record);
}

void ask_json_done(uint64_t id, struct sbuf *out)
{
	struct record record;

	begin(&record, "done", out);
	record_unsigned(&record, "id", id);
	end(&record);
}

void ask_json_error(uint64_t id, const char *text, struct sbuf *out)
{
	struct record record;

	begin(&record, "error", out);
	if (id)
		record_unsigned(&record, "id", id);
	record_text(&record, "text", text);
	end(&record);
}
