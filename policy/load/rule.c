#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/errno_name.h"
#include "policy/load.h"

/* A rule while its keys are read, with the places that later checks name. */
struct draft {
	struct rule rule;
	bool has_verdict;
	const struct yaml *errno_node;
};

static int load_id(struct loader *l, const struct yaml *node, void *target)
{
	struct draft *draft = target;
	struct rule_id *known, *id;

	if (load_text(l, node, "a name for the rule") < 0)
		return -1;
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->text[i] <= ' ')
			return load_fail_text(l, node, "an id is one word, without blanks");
	HASH_FIND_STR(l->ids, node->text, known);
	if (known)
		return load_fail_text(l, node, "another rule has this id already, at %s:%d",
			known->place.file, known->place.line);
	id = arena_alloc(&l->policy->arena, sizeof(*id));
	if (!id)
		return load_no_memory(l);
	id->text = load_dup(l, node->text, node->len);
	if (!id->text)
		return -ENOMEM;
	id->place = load_place(l, node);
	HASH_ADD_KEYPTR(hh, l->ids, id->text, node->len, id);
	draft->rule.id = id->text;
	return 0;
}

static int load_exe(struct loader *l, const struct yaml *node, void *target)
{
	return load_programs(l, node, &((struct draft *)target)->rule.exe);
}

static int load_script(struct loader *l, const struct yaml *node, void *target)
{
	return load_programs(l, node, &((struct draft *)target)->rule.script);
}

static int load_lineage(struct loader *l, const struct yaml *node, void *target)
{
	return load_programs(l, node, &((struct draft *)target)->rule.lineage);
}

static int load_uid(struct loader *l, const struct yaml *node, void *target)
{
	return load_uids(l, node, &((struct draft *)target)->rule.uid);
}

static int rule_stack(struct loader *l, const struct yaml *node, void *target)
{
	return load_stack(l, node, &((struct draft *)target)->rule.stack);
}

static int load_verdict(struct loader *l, const struct yaml *node, void *target)
{
	static const char *const words[] = { "allow", "deny", "ask", "kill", NULL };
	static const enum verdict verdicts[] = { VERDICT_ALLOW, VERDICT_DENY, VERDICT_ASK,
		VERDICT_KILL };
	struct draft *draft = target;
	int word = load_word(l, node, words);

	if (word < 0)
		return -1;
	draft->rule.verdict = verdicts[word];
	draft->has_verdict = true;
	return 0;
}

static int load_errno(struct loader *l, const struct yaml *node, void *target)
{
	struct draft *draft = target;
	const char *near;

	if (load_text(l, node, "an errno name like EACCES") < 0)
		return -1;
	draft->errno_node = node;
	draft->rule.errnum = errno_by_name(node->text);
	if (draft->rule.errnum)
		return 0;
	near = errno_nearest(node->text);
	return load_fail_text(l, node, "no such errno: expected a name like EACCES%s%s%s",
		near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int load_why(struct loader *l, const struct yaml *node, void *target)
{
	struct draft *draft = target;

	if (load_text(l, node, "the reason for the rule") < 0)
		return -1;
	draft->rule.why = load_dup(l, node->text, node->len);
	return draft->rule.why ? 0 : -ENOMEM;
}

#define WHAT(name)                                                                                 \
	static int rule_##name(struct loader *l, const struct yaml *node, void *target)            \
	{                                                                                          \
		return load_##name(l, node, &((struct draft *)target)->rule);                      \
	}
WHAT(connect)
WHAT(bind)
WHAT(exec)
WHAT(spawn)
WHAT(socket)

static int check_rule(struct loader *l, const struct yaml *node, struct draft *draft)
{
	struct rule *rule = &draft->rule;

	if (!draft->has_verdict)
		return load_fail(l, node,
			"this rule has no verdict: add \"verdict: \" with allow, deny, ask or "
			"kill");
	if (draft->errno_node && rule->verdict != VERDICT_DENY)
		return load_fail(l, draft->errno_node,
			"errno goes with \"verdict: deny\" only, and this is \"verdict: %s\"",
			verdict_name(rule->verdict));
	if (!rule->kinds) {
		rule->kinds = KINDS_ALL;
		rule->every_kind = true;
	}
	return 0;
}

int load_rule(struct loader *l, const struct yaml *node, void *unused)
{
	static const struct load_key rows[] = {
		{ "id", load_id },
		{ "exe", load_exe },
		{ "script", load_script },
		{ "lineage", load_lineage },
		{ "uid", load_uid },
		{ "stack", rule_stack },
		{ "connect", rule_connect },
		{ "bind", rule_bind },
		{ "exec", rule_exec },
		{ "spawn", rule_spawn },
		{ "socket", rule_socket },
		{ "verdict", load_verdict },
		{ "errno", load_errno },
		{ "why", load_why },
		{ NULL, NULL },
	};
	struct draft draft = { .rule = { .id = "", .place = load_place(l, node) } };
	struct rule *rule;

	(void)unused;
	if (load_map(l, node, "a rule", rows, &draft) < 0 || check_rule(l, node, &draft) < 0)
		return -1;
	if (l->rules.len >= INT32_MAX)
		return load_no_memory(l);
	if (l->env && l->env->without_ask && draft.rule.verdict == VERDICT_ASK)
		return 0;
	rule = vec_add(&l->rules);
	if (!rule)
		return load_no_memory(l);
	*rule = draft.rule;
	rule->index = (uint32_t)l->rules.len - 1;
	return 0;
}
