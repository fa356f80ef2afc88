#include "cli/explain.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/command.h"
#include "cli/message.h"
#include "supervisor/policies.h"
#include "decoders/json_value.h"
#include "decoders/text.h"
#include "supervisor/run.h"

#define cleanup_call __attribute__((cleanup(explain_call_free)))

static void add_escaped(struct sbuf *out, const char *text)
{
	escape_text(out, text, strlen(text));
}

/* "package-index (ci.yaml:12)", "ci.yaml:12" for a rule without id. */
static void add_ref(struct sbuf *out, const struct rule_ref *ref, const char *otherwise)
{
	add_escaped(out, ref->id[0] ? ref->id : ref->file ? "" : otherwise);
	if (!ref->file)
		return;
	sbuf_str(out, ref->id[0] ? " (" : "");
	add_escaped(out, ref->file);
	sbuf_fmt(out, ":%d%s", ref->line, ref->id[0] ? ")" : "");
}

static bool take_text(void *ctx, const struct rule_ref *rule, bool matches, const char *because)
{
	struct sbuf *out = ctx;

	sbuf_str(out, "  ");
	add_ref(out, rule, "built in");
	sbuf_fmt(out, " %s: ", matches ? "matches" : "does not match");
	sbuf_str(out, because); /* escaped already */
	sbuf_char(out, '\n');
	return !out->failed;
}

/* The notes are lines; in the text each begins with "note: ". */
static void add_notes(struct sbuf *out, const char *notes)
{
	while (*notes) {
		size_t len = strcspn(notes, "\n");

		sbuf_str(out, "  note: ");
		sbuf_add(out, notes, len);
		sbuf_char(out, '\n');
		notes += len + (notes[len] == '\n');
	}
}

/* "deny EACCES by no-metadata (ci.yaml:21)". */
static void add_verdict(struct sbuf *out, const struct decision *d)
{
	char name[32];

	sbuf_str(out, verdict_name(d->verdict));
	if (d->verdict == VERDICT_DENY)
		sbuf_fmt(out, " %s", text_errno(d->errnum, name, sizeof(name)));
	if (strcmp(d->reason, "rule") == 0) {
		sbuf_str(out, " by ");
		add_ref(out, &d->rule, "");
	} else {
		sbuf_fmt(out, " by %s", d->reason);
		if (d->rule.file) {
			sbuf_str(out, " (");
			add_ref(out, &d->rule, "");
			sbuf_char(out, ')');
		}
	}
	if (d->why) {
		sbuf_str(out, ": ");
		add_escaped(out, d->why);
	}
	sbuf_char(out, '\n');
}

static void render_text(const struct policy *policy, const struct explain_call *call,
	const struct decision *d, const char *advice, struct sbuf *out)
{
	add_verdict(out, d);
	add_notes(out, sbuf_text(&call->notes));
	policy_explain(policy, &call->request, take_text, out);
	if (*advice) {
		sbuf_fmt(out, "  %s\n", advice);
	}
}

static json_t *string_of(const char *text)
{
	return json_bytes(text, strlen(text));
}

static json_t *json_ref(const struct rule_ref *ref)
{
	json_t *object = json_object();

	if (ref->id[0])
		json_object_set_new(object, "id", string_of(ref->id));
	if (ref->file) {
		json_object_set_new(object, "file", string_of(ref->file));
		json_object_set_new(object, "line", json_integer(ref->line));
	}
	return object;
}

static bool take_json(void *ctx, const struct rule_ref *rule, bool matches, const char *because)
{
	json_t *object = json_ref(rule);

	json_object_set_new(object, "matches", json_boolean(matches));
	json_object_set_new(object, "because", string_of(because));
	return json_array_append_new(ctx, object) == 0;
}

static json_t *json_notes(const char *notes)
{
	json_t *array = json_array();

	while (*notes) {
		size_t len = strcspn(notes, "\n");

		json_array_append_new(array, json_bytes(notes, len));
		notes += len + (notes[len] == '\n');
	}
	return array;
}

static void render_json(const struct policy *policy, const struct explain_call *call,
	const struct decision *d, const char *advice, struct sbuf *out)
{
	json_t *object = json_object(), *rules = json_array();
	cleanup_free char *text = NULL;
	char name[32];

	json_object_set_new(object, "verdict", json_string(verdict_name(d->verdict)));
	if (d->verdict == VERDICT_DENY)
		json_object_set_new(
			object, "errno", json_string(text_errno(d->errnum, name, sizeof(name))));
	json_object_set_new(object, "reason", json_string(d->reason));
	if (d->rule.file)
		json_object_set_new(object, "rule", json_ref(&d->rule));
	if (d->why)
		json_object_set_new(object, "why", string_of(d->why));
	if (*advice)
		json_object_set_new(object, "advice", string_of(advice));
	policy_explain(policy, &call->request, take_json, rules);
	json_object_set_new(object, "rules", rules);
	json_object_set_new(object, "notes", json_notes(sbuf_text(&call->notes)));
	text = json_dumps(object, JSON_INDENT(2));
	json_decref(object);
	sbuf_fmt(out, "%s\n", text ? text : "");
	out->failed |= !text;
}

static int command_explain(const struct options *options, char *const *args)
{
	cleanup_policies struct policies policies = { 0 };
	cleanup_call struct explain_call call;
	cleanup_sbuf struct sbuf out = SBUF_INIT, advice = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	char *const files[] = { args[0], NULL };
	struct decision decision;

	explain_call_init(&call);
	if (explain_who(&call, options, &err) < 0 || explain_what(&call, args + 1, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	if (policies_load(&policies, files, NULL, NULL, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	policy_refresh_names(policies.policy, &call.request);
	policy_decide(policies.policy, &call.request, &decision);
	policy_explain_near_miss(policies.policy, &call.request, &decision, &advice);
	if (options->json)
		render_json(policies.policy, &call, &decision, sbuf_text(&advice), &out);
	else
		render_text(policies.policy, &call, &decision, sbuf_text(&advice), &out);
	return message_output(&out);
}

const struct command explain_command = {
	.id = COMMAND_EXPLAIN,
	.name = "explain",
	.args = "POLICY [OPTION]... CALL [ARG]",
	.summary = "say what a policy decides about a call, and why",
	.description = "Prints the verdict, the rule it comes from, and why each rule before it "
		       "does not match. CALL is connect or bind, with tcp:ADDRESS:PORT, "
		       "udp:ADDRESS:PORT, unix:/PATH, unix:@NAME or vsock:CID:PORT; exec PATH; "
		       "spawn; socket or socketpair FAMILY/TYPE; syscall NAME; read or write "
		       "PATH, which is about files; or, for a "
		       "network mode, getsockopt, listen, accept, sendto and their like with "
		       "FAMILY/TYPE of the socket. Programs are told apart by "
		       "their paths; links are followed. Without --exe nothing is known of the "
		       "program. The exit status is 0, whatever the verdict.",
	.min_args = 2,
	.max_args = -1,
	.run = command_explain,
};
