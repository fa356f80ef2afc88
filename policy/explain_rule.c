#include <string.h>

#include "base/escape.h"
#include "policy/index.h"
#include "policy/network_impl.h"
#include "policy/socket_pattern.h"
#include "policy/words.h"

static void because_kind(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	const char *before = "it is about ";

	(void)match;
	for (int k = CALL_KIND_CONNECT; k <= CALL_KIND_SOCKET; k++) {
		if (!(rule->kinds & kind_bit((enum call_kind)k)))
			continue;
		sbuf_fmt(out, "%s%s", before, call_kind_name((enum call_kind)k));
		before = " and ";
	}
	sbuf_fmt(out, ", not %s", call_kind_name(facts->request->kind));
}

static void because_named(const char *what, const struct named *named, const char *none,
	const struct program_list *list, enum match match, struct sbuf *out)
{
	if (match == MATCH_CHANGED) {
		words_named(named, none, out);
		sbuf_str(out, " is not the file it was when the policy was loaded");
		return;
	}
	sbuf_fmt(out, "the %s is ", what);
	words_named(named, none, out);
	sbuf_str(out, ", not ");
	words_programs(list, out);
}

static void because_exe(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	const char *none = facts->request->lineage ? "one without a name" : "not known";

	because_named("program", &facts->who.exe, none, &rule->exe, match, out);
}

static void because_script(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	because_named("script", &facts->who.script, "none", &rule->script, match, out);
}

static void because_lineage(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	(void)facts;
	sbuf_str(
		out, match == MATCH_CHANGED ? "in the lineage, " : "no program of the lineage is ");
	words_programs(&rule->lineage, out);
	if (match == MATCH_CHANGED)
		sbuf_str(out, " is not the file it was when the policy was loaded");
}

static void because_uid(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	(void)match;
	sbuf_fmt(out, "the user is %u, not ", facts->request->uid);
	for (size_t i = 0; i < rule->uid.len; i++) {
		const struct uid_range *range = &rule->uid.items[i];

		sbuf_fmt(out, "%s%u", i ? ", " : "", range->first);
		if (range->last != range->first)
			sbuf_fmt(out, "-%u", range->last);
	}
}

static void because_stack(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	const char *module = facts->request->module;

	(void)match;
	sbuf_str(out, "the call is made from ");
	if (module)
		escape_text(out, module, strlen(module));
	else
		sbuf_str(out, "a module that is not known");
	for (size_t i = 0; i < rule->stack.len; i++) {
		sbuf_str(out, i ? ", " : ", not ");
		escape_text(out, rule->stack.items[i], strlen(rule->stack.items[i]));
	}
}

static bool host_matches(
	struct facts *facts, const struct rule *rule, const struct destination_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		if (destination_host_matches(
			    facts->policy, &list->items[i], &facts->target, rule_restricts(rule)))
			return true;
	return false;
}

static void because_destination(
	struct facts *facts, const struct rule *rule, enum destination_use use, struct sbuf *out)
{
	const struct destination_list *list = rule_destinations(rule, use);

	words_target(facts, out);
	sbuf_str(out, host_matches(facts, rule, list) ? " differs in port or protocol from "
						      : " is not ");
	words_destinations(list, out);
}

static void because_socket(const struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	const struct socket_facts *s = &facts->request->socket;
	const struct socket_pattern asked = { s->family, s->type, socket_protocol(s) };

	sbuf_str(out, "the socket is ");
	if (s->known)
		socket_pattern_print(&asked, out);
	else
		sbuf_str(out, "not known");
	sbuf_str(out, ", not ");
	for (size_t i = 0; i < rule->socket.len; i++) {
		sbuf_str(out, i ? ", " : "");
		socket_pattern_print(&rule->socket.items[i], out);
	}
}

static void because_exec(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	const char *none = facts->request->target ? "one without a name" : "not known";

	if (facts_run_interpreter(facts) && !rule_restricts(rule) && match == MATCH_NO) {
		words_named(&facts->exec, none, out);
		sbuf_str(out, " is an ELF interpreter, and it does not name that");
		return;
	}
	because_named("program to run", &facts->exec, none, &rule->exec, match, out);
}

static void because_what(
	struct facts *facts, const struct rule *rule, enum match match, struct sbuf *out)
{
	switch (facts->request->kind) {
	case CALL_KIND_CONNECT:
		because_destination(facts, rule, DESTINATION_CONNECT, out);
		break;
	case CALL_KIND_BIND:
		because_destination(facts, rule, DESTINATION_BIND, out);
		break;
	case CALL_KIND_EXEC:
		because_exec(facts, rule, match, out);
		break;
	default:
		because_socket(facts, rule, out);
		break;
	}
}

/* The first condition that fails, in words; true when none does. */
static bool because(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	static void (*const words[])(
		struct facts *, const struct rule *, enum match, struct sbuf *) = {
		[CONDITION_KIND] = because_kind,
		[CONDITION_EXE] = because_exe,
		[CONDITION_SCRIPT] = because_script,
		[CONDITION_LINEAGE] = because_lineage,
		[CONDITION_UID] = because_uid,
		[CONDITION_STACK] = because_stack,
		[CONDITION_WHAT] = because_what,
	};

	for (int c = 0; c < CONDITION_COUNT; c++) {
		enum match match = rule_condition(facts, rule, (enum condition)c);

		if (match == MATCH_YES)
			continue;
		words[c](facts, rule, match, out);
		return false;
	}
	sbuf_str(out, "everything it names matches");
	return true;
}

/* The mode comes before the rules. True when it decides. */
static bool explain_network(struct facts *facts, policy_explain_fn *fn, void *ctx)
{
	struct network_denial denial;
	struct rule_ref ref = { .id = "" };

	if (!network_denies(facts->policy, facts->request, &facts->target, &denial))
		return false;
	ref.file = denial.place.file;
	ref.line = denial.place.line;
	fn(ctx, &ref, true, denial.why);
	return true;
}

void policy_explain(const struct policy *policy, const struct request *request,
	policy_explain_fn *fn, void *ctx)
{
	struct sbuf text = SBUF_INIT;
	struct facts facts;

	if (request->kind == CALL_KIND_SYSCALL)
		return;
	facts_of(policy, request, &facts);
	if (explain_network(&facts, fn, ctx) || request->kind == CALL_KIND_OTHER)
		return;
	if ((request->kind == CALL_KIND_CONNECT || request->kind == CALL_KIND_BIND) &&
		facts.target.class >= TARGET_NONE)
		return;
	for (size_t i = 0; i < policy->nrules; i++) {
		const struct rule *rule = &policy->rules[i];
		const struct rule_ref ref = { rule->id, rule->place.file, rule->place.line };
		bool matches;

		sbuf_reset(&text);
		matches = because(&facts, rule, &text);
		if (!fn(ctx, &ref, matches, sbuf_text(&text)) || matches)
			break;
	}
	sbuf_free(&text);
}
