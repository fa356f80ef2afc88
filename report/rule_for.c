#include "report/rule_for.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/rule_words.h"
#include "report/outcome.h"
#include "report/who.h"

static uint32_t field_number(const struct call *call, const char *field)
{
	const struct value *value = call_value(call, field);

	return value ? (uint32_t)value->num : 0;
}

static struct request request_of(const struct event_call *call)
{
	struct request request = {
		.uid = (uid_t)-1,
		.by_path = true,
		.kind = call_kind(call->call),
		.is_connect = call->call->desc && call->call->desc->id == CALL_CONNECT,
	};

	if (request.kind == CALL_KIND_SOCKET)
		request.socket = (struct socket_facts){
			.known = true,
			.family = (int)field_number(call->call, "family"),
			.type = (int)(field_number(call->call, "type") & 0xf), /* SOCK_TYPE_MASK */
			.protocol = (int)field_number(call->call, "protocol"),
		};
	else if (call->socket)
		request.socket = *call->socket;
	return request;
}

/* Every destination of the call, as one is of no use without the others. */
static bool add_destinations(const struct event_call *call, struct sbuf *out)
{
	struct request request = request_of(call);

	for (size_t i = 0; (request.destination = call_destination(call->call, i)); i++) {
		request.unix_path = i < call->unix_paths_len ? call->unix_paths[i] : NULL;
		sbuf_str(out, i ? ", " : "[");
		if (!rule_words_destination(&request, out))
			return false;
	}
	sbuf_char(out, ']');
	return true;
}

static bool add_program(const struct program *program, struct sbuf *out)
{
	return !program->nameless && rule_words_program(who_program(program), out);
}

/* The program that an exec would run, by the name a rule knows it best; else the path that was
 * asked for. */
static bool add_exec(const struct event_call *call, struct sbuf *out)
{
	const struct bytes_value *asked = &call_value(call->call, "path")->bytes;
	cleanup_free char *path = NULL;

	if (call->target)
		return add_program(call->target, out);
	if (asked->status != VALUE_OK)
		return false;
	path = strndup((const char *)asked->data, asked->len);
	return rule_words_program(path, out);
}

static bool add_socket(const struct event_call *call, struct sbuf *out)
{
	struct request request = request_of(call);

	return rule_words_socket(&request, out);
}

static bool add_spawn(const struct event_call *call, struct sbuf *out)
{
	(void)call;
	sbuf_str(out, "true");
	return true;
}

static const struct {
	const char *key;
	bool (*add)(const struct event_call *call, struct sbuf *out);
} whats[CALL_KIND_SYSCALL] = {
	[CALL_KIND_CONNECT] = { "connect", add_destinations },
	[CALL_KIND_BIND] = { "bind", add_destinations },
	[CALL_KIND_EXEC] = { "exec", add_exec },
	[CALL_KIND_SPAWN] = { "spawn", add_spawn },
	[CALL_KIND_SOCKET] = { "socket", add_socket },
};

static bool add_who(const struct lineage *lineage, struct sbuf *out)
{
	sbuf_str(out, "  - exe: ");
	/* The command's first exec is callgate's own child's: no program made it. */
	if (!lineage)
		sbuf_str(out, "\"*\"");
	else if (lineage->program->nameless || !rule_words_program(lineage->program->path, out))
		return false;
	if (lineage && lineage->program->script) {
		sbuf_str(out, "\n    script: ");
		return rule_words_program(lineage->program->script, out);
	}
	return true;
}

bool rule_for_is_wanting(const char *reason)
{
	static const char *const reasons[] = { "default", "network.family", "exec.interpreter" };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reason, reasons[i]) == 0)
			return true;
	}
	return false;
}

/* Why a rule would not help, by the reason's word or its beginning. */
static const char *without_rule(const char *reason)
{
	static const struct {
		const char *prefix, *sentence;
	} cases[] = {
		{ "budget.", "A budget was used up: no rule gives more, a larger budget does." },
		{ "identity.changed", "A rule allows it, but its program was changed after the "
				      "policy was loaded: load the policy again." },
		{ "network.",
			"The policy's `network` denied this, which comes before its rules: see "
			"its `mode` and `endpoints`." },
		{ "env.code",
			"The environment puts code into the program: no rule but `env: {keep: "
			"[...]}` allows that." },
		{ "syscall.", "This system call is on the list that is denied: no rule but "
			      "`syscalls: {allow: [...]}` takes it off." },
	};

	if (!reason || strcmp(reason, "rule") == 0 || rule_for_is_wanting(reason) ||
		strncmp(reason, "ask.", 4) == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strncmp(reason, cases[i].prefix, strlen(cases[i].prefix)) == 0)
			return cases[i].sentence;
	}
	return "It was not a rule that denied this: no rule would allow it.";
}

/* The first rule that matches decides, so the new one must come before the one that denied. */
static void add_place(const struct decision *decision, struct sbuf *out)
{
	const struct rule_ref *rule = &decision->rule;

	if (!decision->reason || strcmp(decision->reason, "rule") != 0 || !rule->file)
		return;
	sbuf_str(out, "  # before ");
	if (rule->id && *rule->id) {
		escape_text(out, rule->id, strlen(rule->id));
		sbuf_str(out, ", ");
	}
	escape_text(out, rule->file, strlen(rule->file));
	sbuf_fmt(out, ":%d\n", rule->line);
}

const char *rule_for(const struct event_call *call, const struct lineage *lineage, struct sbuf *out)
{
	const struct decision *decision = outcome_decision(call);
	enum call_kind kind = call_kind(call->call);
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	const char *without = without_rule(decision ? decision->reason : NULL);

	if (without)
		return without;
	if (kind >= CALL_KIND_SYSCALL || !whats[kind].add)
		return "No rule speaks of this call.";
	if (decision)
		add_place(decision, &text);
	if (!add_who(lineage, &text))
		return "The program has no path that a rule could name.";
	sbuf_fmt(&text, "\n    %s: ", whats[kind].key);
	if (!whats[kind].add(call, &text))
		return "What was asked for cannot be named in a rule.";
	sbuf_str(&text, "\n    verdict: allow\n");
	if (text.failed)
		return "There was no memory to propose a rule.";
	sbuf_add(out, text.data, text.len);
	return NULL;
}
