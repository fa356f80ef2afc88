#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "policy/environment.h"
#include "policy/rule_words.h"
#include "report/learn/impl.h"

/* A variable that puts code into programs, and who had it. */
struct learn_variable {
	bool at_start;       /* the command started with it */
	uint64_t execs;      /* it was set for, by the run itself */
	const char *program; /* the first of those; owned */
	UT_hash_handle hh;
	char name[];
};

void learn_environment_free(struct learn *learn)
{
	struct learn_variable *variable, *next;

	HASH_ITER (hh, learn->variables, variable, next) {
		HASH_DEL(learn->variables, variable);
		free((char *)variable->program);
		free(variable);
	}
}

static struct learn_variable *variable_of(struct learn *learn, const char *name)
{
	size_t len = strlen(name);
	struct learn_variable *variable;

	HASH_FIND_STR(learn->variables, name, variable);
	if (variable || HASH_COUNT(learn->variables) >= LEARN_VARIABLES_MAX ||
		(learn->options.base && environment_keeps(learn->options.base, name)))
		return variable;
	variable = calloc(1, sizeof(*variable) + len + 1);
	if (!variable)
		return NULL;
	memcpy(variable->name, name, len + 1);
	HASH_ADD_STR(learn->variables, name, variable);
	if (variable->hh.tbl)
		return variable;
	free(variable);
	return NULL;
}

static void add_exec(struct learn *learn, const char *name, const struct program *program)
{
	struct learn_variable *variable = variable_of(learn, name);

	if (!variable)
		return;
	variable->execs++;
	if (!variable->program)
		variable->program = strdup(program->path);
}

void learn_environment_record(struct learn *learn, const struct log_record *record)
{
	const struct event *event = &record->event;
	const struct event_call *call = &event->call;
	const char *const *names = NULL;

	if (event->type == EVENT_SESSION)
		names = event->session.code_variables;
	for (; names && *names; names++) {
		struct learn_variable *variable = variable_of(learn, *names);

		if (variable)
			variable->at_start = true;
	}
	if (event->type != EVENT_CALL || !call->target)
		return;
	names = call->code_variables;
	if (call->env_code && !names)
		add_exec(learn, call->env_code, call->target);
	for (; names && *names; names++)
		add_exec(learn, *names, call->target);
}

/* Is anything granted to it by a rule that is no comment? */
static bool has_rule(const struct learn *learn, const struct learn_program *program)
{
	for (const struct learn_grant *g = program->grants; g; g = g->hh.next) {
		if (!g->refused && (!g->risk || learn->options.risky))
			return *program->exe && !program->nameless;
	}
	return false;
}

/* The learned policy has a rule for it, or the policy that is there already. */
static bool names_program(const struct learn *learn, const char *path)
{
	const struct program program = { .path = path };
	const struct learn_program *learned;

	HASH_FIND_STR(learn->programs, path, learned);
	return (learned && has_rule(learn, learned)) ||
	       (learn->options.base && policy_names_program(learn->options.base, &program, true));
}

static bool names_any(const struct learn *learn)
{
	for (const struct learn_program *p = learn->programs; p; p = p->hh.next) {
		if (has_rule(learn, p))
			return true;
	}
	return learn->options.base && policy_names_programs(learn->options.base);
}

static void add_variable(
	const struct learn_variable *variable, bool denied, const char *indent, struct sbuf *out)
{
	sbuf_fmt(out, "%s#   ", indent);
	escape_text(out, variable->name, strlen(variable->name));
	if (variable->at_start)
		sbuf_str(out, ": the command started with it; removed, unless kept");
	if (denied) {
		sbuf_fmt(out, "%s set for %llu exec%s, first of ", variable->at_start ? "," : ":",
			(unsigned long long)variable->execs, variable->execs == 1 ? "" : "s");
		escape_text(out, variable->program, strlen(variable->program));
		sbuf_str(out, "; denied, unless kept");
	}
	sbuf_char(out, '\n');
}

size_t learn_environment_print(const struct learn *learn, bool rule, struct sbuf *out)
{
	const char *indent = learn->options.additions ? "  " : "";
	cleanup_sbuf struct sbuf names = SBUF_INIT;
	bool any = names_any(learn);
	size_t told = 0;

	for (const struct learn_variable *v = learn->variables; v; v = v->hh.next) {
		bool denied = v->program && names_program(learn, v->program);
		size_t before = names.len;

		if (!any || !(denied || v->at_start))
			continue;
		sbuf_str(&names, before ? ", " : "");
		if (!rule_words_variable(v->name, &names)) {
			names.len = before;
			continue;
		}
		if (!told++)
			sbuf_fmt(out,
				"%s# risky: what puts code into programs gets what rules allow "
				"these.\n",
				indent);
		add_variable(v, denied, indent, out);
	}
	if (told)
		sbuf_fmt(out, "%s%senv: {keep: [%s]}\n", indent, rule ? "" : "# ",
			sbuf_text(&names));
	return told;
}
