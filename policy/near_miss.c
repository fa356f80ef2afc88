#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "policy/glob.h"
#include "policy/index.h"
#include "policy/network_impl.h"
#include "policy/words.h"

/* Patterns of one list that are resolved again, at most: each asks the file system. */
enum { PATTERNS_MAX = 64 };

static void add_path(struct sbuf *out, const char *path)
{
	escape_text(out, path, strlen(path));
}

static bool near_link(struct sbuf *out, const char *from, const char *to)
{
	add_path(out, from);
	sbuf_str(out, " is a link to ");
	add_path(out, to);
	sbuf_str(out, ": write ");
	add_path(out, to);
	return true;
}

/* A literal that leads to the program only now, or leads to it from another name. */
static bool near_literal(struct facts *facts, const struct program_pattern *pattern,
	const struct named *named, const struct identity *id, struct sbuf *out)
{
	cleanup_resolution struct resolution now = { 0 };
	cleanup_free char *path = strdup(pattern->text);

	if (!path)
		return false;
	glob_literal(pattern->text, strlen(pattern->text), path);
	if (!strcmp(path, named->path) && strcmp(pattern->path, named->path)) {
		/* Canonical for the program, a link for us: it runs in another root. */
		add_path(out, path);
		sbuf_str(out, " is no link in the root this program runs in, and is one to ");
		add_path(out, pattern->path);
		sbuf_str(out, " where the policy was loaded");
		return true;
	}
	if (root_view_resolve_program(facts->policy->root, path, &now) == 0 &&
		!strcmp(now.path, named->path) && strcmp(pattern->path, now.path))
		return near_link(out, path, now.path);
	if (id && identity_same_file(&pattern->id, id)) {
		add_path(out, named->path);
		sbuf_str(out, " is another name (a hard link) of ");
		add_path(out, pattern->path);
		sbuf_str(out, ": write ");
		add_path(out, named->path);
		return true;
	}
	return false;
}

/* A glob whose literal folders have a link in them, as in a /bin that is /usr/bin. */
static bool near_glob(struct facts *facts, const struct program_pattern *pattern,
	const struct named *named, struct sbuf *out)
{
	cleanup_resolution struct resolution folder = { 0 };
	cleanup_sbuf struct sbuf right = SBUF_INIT;
	size_t n = glob_prefix(pattern->path, strlen(pattern->path));
	cleanup_free char *head = NULL;

	while (n && pattern->path[n - 1] != '/')
		n--;
	head = n > 1 ? strndup(pattern->path, n) : NULL;
	if (!head || root_view_resolve(facts->policy->root, head, &folder) < 0)
		return false;
	sbuf_fmt(&right, "%s/%s", strcmp(folder.path, "/") ? folder.path : "", pattern->path + n);
	if (!glob_match(sbuf_text(&right), right.len, named->path, strlen(named->path)))
		return false;
	head[n - 1] = '\0';
	add_path(out, head);
	sbuf_str(out, " is a link to ");
	add_path(out, folder.path);
	sbuf_str(out, ": write ");
	add_path(out, sbuf_text(&right));
	return true;
}

static bool near_pin(
	const struct program_pattern *pattern, const struct named *named, struct sbuf *out)
{
	if (pattern->glob || pattern->path_id != named->path_id ||
		!(pattern->sha256_differs || pattern->sha256_unknown))
		return false;
	sbuf_str(out, "the sha256 of ");
	add_path(out, named->path);
	sbuf_str(out, pattern->sha256_differs
			      ? " is not the one it pins: check the program, then pin the new one"
			      : " could not be checked when the policy was loaded");
	return true;
}

static bool near_changed(const struct named *named, struct sbuf *out)
{
	add_path(out, named->path);
	sbuf_str(out, " is another file than when the policy was loaded: replaced or changed (if "
		      "that is right, start again), or one of another root directory");
	return true;
}

/* A list of programs that does not match a named file but nearly does. */
static bool near_programs(struct facts *facts, const struct program_list *list,
	const struct named *named, const struct identity *id, struct sbuf *out)
{
	if (!named->path)
		return false;
	for (size_t i = 0; i < list->len && i < PATTERNS_MAX; i++) {
		const struct program_pattern *pattern = &list->items[i];

		if (pattern_named(pattern, named, false) == MATCH_CHANGED)
			return near_changed(named, out);
		if (near_pin(pattern, named, out) ||
			(pattern->glob ? near_glob(facts, pattern, named, out)
				       : near_literal(facts, pattern, named, id, out)))
			return true;
	}
	return false;
}

static const struct program *running(const struct facts *facts)
{
	return facts->request->lineage ? facts->request->lineage->program : NULL;
}

/* The right program in the wrong place. */
static bool near_exe(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	const struct rule_match *m = &facts->policy->index->rules[rule->index];
	const struct program *program = running(facts);

	if (near_programs(facts, &rule->exe, &facts->who.exe, program ? &program->id : NULL, out))
		return true;
	if (matcher_named(&m->exe, &facts->who.script, false) == MATCH_YES) {
		words_named(&facts->who.script, "", out);
		sbuf_str(out, " is a script, run by ");
		words_named(&facts->who.exe, "a program without a name", out);
		sbuf_str(out, ": write script: instead of exe:");
		return true;
	}
	if (matcher_lineage(&m->exe, &facts->who, false) != MATCH_YES)
		return false;
	sbuf_str(out, "the program that makes the call is ");
	words_named(&facts->who.exe, "one without a name", out);
	sbuf_str(out, ", and ");
	words_programs(&rule->exe, out);
	sbuf_str(out, " is only in its lineage: write lineage: instead of exe:");
	return true;
}

static bool near_script(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	const struct rule_match *m = &facts->policy->index->rules[rule->index];
	const struct program *program = running(facts);

	if (near_programs(facts, &rule->script, &facts->who.script,
		    program ? &program->script_id : NULL, out))
		return true;
	if (matcher_named(&m->script, &facts->who.exe, false) != MATCH_YES)
		return false;
	words_named(&facts->who.exe, "", out);
	sbuf_str(out, " is the program itself, not a script: write exe: instead of script:");
	return true;
}

static bool near_lineage(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	who_find_links(&facts->who);
	for (unsigned i = 0; i < facts->who.nlinks; i++)
		if (near_programs(facts, &rule->lineage, &facts->who.links[i], NULL, out))
			return true;
	return false;
}

/* The right host by another port or protocol. */
static bool near_destination(
	struct facts *facts, const struct rule *rule, enum destination_use use, struct sbuf *out)
{
	const struct destination_list *list = rule_destinations(rule, use);
	const struct target *target = &facts->target;

	if (target->class != TARGET_INET && target->class != TARGET_VSOCK)
		return false;
	if (target->class == TARGET_INET && !search_rule_names(facts, rule->index, false))
		return false; /* sparing a long list to be read */
	for (size_t i = 0; i < list->len; i++) {
		const struct destination *d = &list->items[i];

		if (!destination_host_matches(facts->policy, d, target, false))
			continue;
		if (target->class == TARGET_INET && d->ports && d->protocols &&
			!transport_matches(d->protocols, NULL, target, false) &&
			!port_set_has(d->ports, target->port))
			continue; /* neither is right: not near */
		if (target->class == TARGET_INET &&
			!transport_matches(d->protocols, NULL, target, false))
			sbuf_fmt(out, "the protocol is %s", words_protocol(target->protocol));
		else
			sbuf_fmt(out, "the port is %u", target->port);
		sbuf_str(out, ", and it allows only ");
		destination_print(d, out);
		return true;
	}
	return false;
}

static bool near_target(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	const struct program *target = facts->request->target;

	return near_programs(facts, &rule->exec, &facts->exec, target ? &target->id : NULL, out) ||
	       near_programs(facts, &rule->exec, &facts->exec_script,
		       target ? &target->script_id : NULL, out);
}

static bool near_what(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	switch (facts->request->kind) {
	case CALL_KIND_CONNECT:
		return near_destination(facts, rule, DESTINATION_CONNECT, out);
	case CALL_KIND_BIND:
		return near_destination(facts, rule, DESTINATION_BIND, out);
	case CALL_KIND_EXEC:
		return near_target(facts, rule, out);
	default:
		return false;
	}
}

static bool near_nothing(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	(void)facts;
	(void)rule;
	(void)out;
	return false;
}

/* A rule is near when all of its conditions but one hold, and that one nearly does. */
static bool near_rule(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	static bool (*const near[])(struct facts *, const struct rule *, struct sbuf *) = {
		[CONDITION_KIND] = near_nothing,
		[CONDITION_EXE] = near_exe,
		[CONDITION_SCRIPT] = near_script,
		[CONDITION_LINEAGE] = near_lineage,
		[CONDITION_UID] = near_nothing,
		[CONDITION_STACK] = near_nothing,
		[CONDITION_WHAT] = near_what,
	};
	int missed = -1;

	for (int c = 0; c < CONDITION_COUNT; c++) {
		if (rule_condition(facts, rule, (enum condition)c) == MATCH_YES)
			continue;
		if (missed >= 0)
			return false;
		missed = c;
	}
	return missed >= 0 && near[missed](facts, rule, out);
}

static bool explain_rule(struct facts *facts, const struct rule *rule, struct sbuf *out)
{
	cleanup_sbuf struct sbuf why = SBUF_INIT;

	if (rule->verdict != VERDICT_ALLOW || !near_rule(facts, rule, &why))
		return false;
	sbuf_str(out, "rule ");
	rule_name(rule, out);
	sbuf_fmt(out, " would allow this, but %s", sbuf_text(&why));
	return true;
}

static void explain_interpreter(const struct facts *facts, struct sbuf *out)
{
	const char *path = facts->request->target->path;

	words_named(&facts->exec, "a program without a name", out);
	sbuf_str(out, " is an ELF interpreter: it runs any program that it is given, whatever "
		      "rules say of that");
	if (facts->exec.path) {
		sbuf_str(out, "; to allow it all the same, name it: exec: ");
		add_path(out, path);
	}
}

/* Of the rules before the one that decides: a later one could not have helped. */
void policy_explain_near_miss(const struct policy *policy, const struct request *request,
	const struct decision *decision, struct sbuf *out)
{
	bool destination = request->kind == CALL_KIND_CONNECT || request->kind == CALL_KIND_BIND;
	struct network_denial denial;
	struct facts facts;
	struct found found;

	if (decision->verdict == VERDICT_ALLOW || request->kind == CALL_KIND_OTHER ||
		request->kind == CALL_KIND_SYSCALL)
		return;
	if (!strcmp(decision->reason, "env.code")) {
		sbuf_fmt(out,
			"%s puts code into it: remove it from the environment, or write env: "
			"{keep: [%s]}",
			request->env_code, request->env_code);
		return;
	}
	facts_of(policy, request, &facts);
	/* No rule could have allowed what the mode denies. */
	if (network_denies(policy, request, &facts.target, &denial))
		return;
	if (destination && facts.target.class >= TARGET_NONE)
		return;
	if (decision->near_miss >= 0 &&
		explain_rule(&facts, &policy->rules[decision->near_miss], out))
		return;
	if (strcmp(decision->reason, "exec.interpreter") == 0) {
		explain_interpreter(&facts, out);
		return;
	}
	search_first(&facts, &found);
	for (size_t i = 0; i < policy->nrules && i < found.rule; i++)
		if (explain_rule(&facts, &policy->rules[i], out))
			return;
}
