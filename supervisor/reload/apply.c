#include <string.h>

#include "base/cleanup.h"
#include "decoders/select.h"
#include "policy/difference.h"
#include "policy/network.h"
#include "supervisor/reload/impl.h"

/* A word of the deny list whose call the filter lets pass. */
static const char *unstopped_call(const struct call_set *select, const struct policy *policy)
{
	const char *word;

	for (size_t i = 0; (word = policy_syscall_denied(policy, i)); i++)
		if (!strchr(word, ':') && !call_set_has(select, word))
			return word;
	for (size_t i = 0; (word = policy_network_call(policy, i)); i++)
		if (!call_set_has(select, word))
			return word;
	return NULL;
}

/* Why a run that began under another policy cannot be held to this one. 0: it can. */
static int cannot_hold(const struct reload *reload, const struct gate *gate,
	const struct policy *policy, struct err **err)
{
	const char *call = unstopped_call(reload->select, policy);
	const char *fixed = policy_fixed_difference(gate->judge.policy, policy);
	size_t budgets;

	if (call)
		return err_set(err, 0,
			"%s would have to be stopped, and the filter the command was started with "
			"lets it pass: start the command anew",
			call);
	if (fixed)
		return err_set(
			err, 0, "\"%s\" holds from the start: start the command anew", fixed);
	if (policy_uses_stack(policy) && !gate->judge.uses_stack)
		return err_set(
			err, 0, "\"stack\" needs a run that takes stacks: start the command anew");
	policy_budgets(policy, &budgets);
	if (budgets > BUDGETS_MAX)
		return err_set(err, 0, "there are more than %d budgets", BUDGETS_MAX);
	return policy_network_ready(policy, err);
}

static void refuse(
	struct reload *reload, struct gate *gate, struct emitter *emitter, const char *why)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	bool close = policy_closes_on_error(gate->judge.policy, mode_enforces(gate->mode));

	/* The thread may wait for the next try already, and not for the time to say it again. */
	if (!atomic_exchange(&reload->failing, true))
		reload_wake(reload);
	gate->judge.closed = close;
	sbuf_fmt(&text, "the policy cannot be loaded again, and %s: %s",
		close ? "nothing passes until it can" : "the last good one holds", why);
	emit_warning(emitter, close ? "policy.closed" : "policy.kept", sbuf_text(&text));
}

/* A line each. */
static void tell_warnings(struct emitter *emitter, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");
		cleanup_sbuf struct sbuf line = SBUF_INIT;

		sbuf_add(&line, lines, len);
		emit_warning(emitter, "policy.load", sbuf_text(&line));
		lines += len + (lines[len] == '\n');
	}
}

static void replace(struct reload *reload, struct gate *gate, struct emitter *emitter,
	struct reload_result *result)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	cleanup_err struct err *err = NULL;
	const struct policy *policy = result->policies.policy;

	if (cannot_hold(reload, gate, policy, &err) < 0) {
		refuse(reload, gate, emitter, err_text(err));
		return;
	}
	sbuf_str(&text, "the policy was loaded again: ");
	policy_difference(gate->judge.policy, policy, &text);
	if (gate_replace_policy(gate, &result->policies, &err) < 0) {
		refuse(reload, gate, emitter, err_text(err));
		return;
	}
	result->policies = (struct policies){ 0 };
	atomic_store(&reload->failing, false);
	gate->judge.closed = false;
	emit_warning(emitter, "policy.reloaded", sbuf_text(&text));
	tell_warnings(emitter, sbuf_text(&result->text));
}

/* 0: the policy of the command's root is in place. */
static int put_root(const struct reload *reload, struct gate *gate, struct reload_result *result,
	struct err **err)
{
	const struct policy *policy = result->policies.policy;

	if (!policy)
		return err_set(err, 0, "%s", sbuf_text(&result->text));
	if (cannot_hold(reload, gate, policy, err) < 0 ||
		gate_replace_policy(gate, &result->policies, err) < 0)
		return -1;
	result->policies = (struct policies){ 0 };
	return 0;
}

/*
 * The policy that is in place holds on if that fails: what it names by a path are files
 * of the root before, which no program here is.
 */
static void change_root(struct reload *reload, struct gate *gate, struct emitter *emitter,
	struct reload_result *result)
{
	cleanup_sbuf struct sbuf text = SBUF_INIT;
	cleanup_err struct err *err = NULL;

	sbuf_str(&text, "the command has another root directory: ");
	if (put_root(reload, gate, result, &err) < 0) {
		sbuf_fmt(&text,
			"programs could not be looked up there, and rules that allow something to "
			"one named by its path match nothing in it: %s",
			err_text(err));
		emit_warning(emitter, "policy.root", sbuf_text(&text));
	} else {
		sbuf_str(&text, "the programs of the policy were looked up there");
		emit_warning(emitter, "policy.root", sbuf_text(&text));
		tell_warnings(emitter, sbuf_text(&result->text));
	}
	ready_tell(&gate->ready, result->held);
}

void reload_apply(struct reload *reload, struct gate *gate, struct emitter *emitter)
{
	struct reload_result *result;

	if (!reload->runs)
		return;
	while ((result = reload_take(reload))) {
		if (result->held)
			change_root(reload, gate, emitter, result);
		else if (result->policies.policy)
			replace(reload, gate, emitter, result);
		else if (!result->again)
			refuse(reload, gate, emitter, sbuf_text(&result->text));
		else if (atomic_load(&reload->failing))
			refuse(reload, gate, emitter, "it was tried, and not since");
		reload_result_free(result);
	}
}
