#include "supervisor/ask/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sbuf.h"

struct ask_rule {
	struct policy *policy; /* owned */
	struct ask_rule *next;
};

void ask_rules_init(struct ask_rules *rules)
{
	*rules = (struct ask_rules){ 0 };
	pthread_mutex_init(&rules->lock, NULL);
	rules->last = &rules->first;
}

void ask_rules_free(struct ask_rules *rules)
{
	struct ask_rule *rule = rules->first;

	while (rule) {
		struct ask_rule *next = rule->next;

		policy_free(rule->policy);
		free(rule);
		rule = next;
	}
	pthread_mutex_destroy(&rules->lock);
}

int ask_rules_add(struct ask_rules *rules, struct policy *policy, struct err **err)
{
	struct ask_rule *rule = malloc(sizeof(*rule));

	if (!rule) {
		policy_free(policy);
		return err_set(err, ENOMEM, "cannot keep the rule");
	}
	*rule = (struct ask_rule){ .policy = policy };
	pthread_mutex_lock(&rules->lock);
	*rules->last = rule;
	rules->last = &rule->next;
	pthread_mutex_unlock(&rules->lock);
	return 0;
}

/* Rules are only added, at the end: the list may be walked without the lock. */
static const struct ask_rule *first_rule(struct ask_rules *rules)
{
	const struct ask_rule *first;

	pthread_mutex_lock(&rules->lock);
	first = rules->first;
	pthread_mutex_unlock(&rules->lock);
	return first;
}

static const struct ask_rule *next_rule(struct ask_rules *rules, const struct ask_rule *rule)
{
	const struct ask_rule *next;

	pthread_mutex_lock(&rules->lock);
	next = rule->next;
	pthread_mutex_unlock(&rules->lock);
	return next;
}

/* True when a rule, not a default, says something other than to ask again. */
static bool is_answer(const struct decision *decision)
{
	return decision->verdict != VERDICT_ASK && strcmp(decision->reason, "rule") == 0;
}

/*
 * To every rule, the others are as if of the same file: whichever names a program
 * keeps its name from code that the environment would put into it.
 */
static bool is_veto(const struct decision *decision)
{
	return strcmp(decision->reason, "env.code") == 0;
}

bool ask_rules_decide(
	struct ask_rules *rules, const struct request *request, struct decision *decision)
{
	bool may_veto = request->kind == CALL_KIND_EXEC, found = false;
	struct decision answer;

	for (const struct ask_rule *r = first_rule(rules); r; r = next_rule(rules, r)) {
		policy_decide(r->policy, request, &answer);
		if (!is_veto(&answer) && (found || !is_answer(&answer)))
			continue;
		*decision = answer;
		found = true;
		if (is_answer(&answer) && answer.rule.file &&
			strcmp(answer.rule.file, ASK_RULES_RUN) == 0)
			decision->reason = "ask.run";
		if (is_veto(&answer) || !may_veto)
			break;
	}
	return found;
}

bool ask_rules_want_names(struct ask_rules *rules, const struct request *request)
{
	for (const struct ask_rule *r = first_rule(rules); r; r = next_rule(rules, r)) {
		if (policy_wants_names(r->policy, request))
			return true;
	}
	return false;
}

void ask_rules_refresh_names(struct ask_rules *rules, const struct request *request)
{
	for (const struct ask_rule *r = first_rule(rules); r; r = next_rule(rules, r))
		policy_refresh_names(r->policy, request);
}

static void keep_warning(void *ctx, const char *text)
{
	struct sbuf *first = ctx;

	if (!first->len)
		sbuf_str(first, text);
}

/* The policy of that one rule. What is around it moves nothing in it to another place. */
static int load_line(const char *line, const char *name, int number, struct sbuf *warning,
	struct policy **out, struct err **err)
{
	const struct policy_env env = {
		.warn = keep_warning,
		.warn_ctx = warning,
		.lines_before = number - 2,
	};
	cleanup_sbuf struct sbuf text = SBUF_INIT;

	sbuf_str(&text, "{version: 1, default: ask, rules: [\n");
	sbuf_str(&text, line);
	sbuf_str(&text, "]}\n");
	if (text.failed)
		return err_set(err, ENOMEM, "cannot load the rule");
	return policy_load_text(sbuf_text(&text), text.len, name, &env, out, err);
}

/* What a person typed must not reach beyond its place in the file. */
static int check_text(const char *line, struct err **err)
{
	size_t len = strlen(line);

	if (strpbrk(line, "\r\n"))
		return err_set(err, 0, "the rule must be on one line");
	if (len < 2 || line[0] != '{' || line[len - 1] != '}')
		return err_set(err, 0, "the rule must stand between braces: {..., verdict: allow}");
	return 0;
}

int ask_rules_check(const char *line, const char *name, int number, const struct request *request,
	struct policy **out, struct err **err)
{
	cleanup_sbuf struct sbuf warning = SBUF_INIT;
	struct policy *policy = NULL;
	struct decision decision = { 0 };
	int rc = check_text(line, err);

	if (rc == 0)
		rc = load_line(line, name, number, &warning, &policy, err);
	if (rc < 0)
		return rc;
	if (policy_rules(policy) != 1) {
		rc = err_set(err, 0, "that is not one rule");
	} else {
		policy_refresh_names(policy, request);
		policy_decide(policy, request, &decision);
		if (is_veto(&decision))
			rc = err_set(err, 0, "the rule would lend its program to other code: %s",
				decision.why);
		else if (!is_answer(&decision))
			rc = err_set(err, 0, "the rule does not answer the call that waits%s%s",
				warning.len ? ": " : "", sbuf_text(&warning));
	}
	if (rc < 0)
		policy_free(policy);
	else
		*out = policy;
	return rc;
}
