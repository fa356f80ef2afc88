#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "supervisor/ask/impl.h"
#include "supervisor/ask/save.h"
#include "supervisor/judge.h"

/*
 * Keeps one of the calls that wait from going away, so that it can be read
 * without the lock while a rule's file is read and its names are looked up.
 */
static struct pending *pin(struct asker *asker, struct ask_question *q)
{
	pthread_mutex_lock(&asker->lock);
	q->pinned = ask_await(asker, q) ? q->waiting : NULL;
	pthread_mutex_unlock(&asker->lock);
	return q->pinned;
}

static void unpin(struct asker *asker, struct ask_question *q)
{
	struct pending *pending;

	pthread_mutex_lock(&asker->lock);
	pending = q->pinned;
	q->pinned = NULL;
	if (pending && pending->ask.withdrawn)
		ask_withdraw(asker, pending, pending->ask.comes_again);
	pthread_mutex_unlock(&asker->lock);
}

static int withdrawn(struct err **err)
{
	return err_set(err, ESRCH, "nobody waits for this answer any more");
}

int asker_check(struct asker *asker, struct ask_question *q, const char *rule,
	enum verdict *verdict, struct err **err)
{
	struct pending *pending = pin(asker, q);
	struct policy *policy = NULL;
	struct decision decision;
	struct request request;
	int rc;

	if (!pending)
		return withdrawn(err);
	judge_asked(asker->setup.judge, pending, &request);
	rc = ask_rules_check(rule, ASK_RULES_RUN, 1, &request, &policy, err);
	if (rc == 0) {
		policy_decide(policy, &request, &decision);
		*verdict = decision.verdict;
	}
	policy_free(policy);
	unpin(asker, q);
	return rc;
}

/*
 * Every open question that the rules answer by now. Of one whose task is busy with a
 * signal, nobody can tell; the one that was just answered is answered.
 */
static void answer_by_rules(struct asker *asker, struct ask_question *answered)
{
	struct ask_question *q, *next;
	struct decision decision;
	struct request request;

	pthread_mutex_lock(&asker->lock);
	for (q = asker->open; q; q = next) {
		next = q->next;
		if (!q->waiting) {
			if (q == answered)
				ask_finish(asker, q, ASK_JUDGE_AGAIN);
			continue;
		}
		judge_asked(asker->setup.judge, q->waiting, &request);
		if (!q->pinned && ask_rules_decide(&asker->rules, &request, &decision))
			ask_finish(asker, q, ASK_JUDGE_AGAIN);
	}
	pthread_mutex_unlock(&asker->lock);
}

/* The command's own rule comes first in a file that is to be enough by itself. */
static int save_command(struct asker *asker, struct sbuf *told, struct err **err)
{
	cleanup_sbuf struct sbuf written = SBUF_INIT;
	int number;

	if (!asker->command.len)
		return 0;
	if (ask_save_add(asker->setup.options->save, sbuf_text(&asker->command), &number, &written,
		    err) < 0)
		return -1;
	sbuf_add(told, sbuf_text(&written), written.len);
	sbuf_reset(&asker->command);
	atomic_fetch_add(&asker->saved, 1);
	return 0;
}

/* The rule as it will stand in the file; checked there first. */
static int save_rule(struct asker *asker, const char *rule, const struct request *request,
	struct policy **out, struct sbuf *told, struct err **err)
{
	const char *path = asker->setup.options->save;
	cleanup_sbuf struct sbuf written = SBUF_INIT;
	int number;

	if (!path)
		return err_set(err, 0, "there is no file to save to: start with --save FILE");
	if (ask_rules_check(rule, path, 1, request, out, err) < 0)
		return -1;
	policy_free(take_ptr(*out));
	if (save_command(asker, told, err) < 0 ||
		ask_save_add(path, rule, &number, &written, err) < 0)
		return -1;
	sbuf_add(told, sbuf_text(&written), written.len);
	atomic_fetch_add(&asker->saved, 1);
	return ask_rules_check(rule, path, number, request, out, err);
}

static int add_rule(struct asker *asker, const struct pending *pending,
	const struct ask_answer *answer, struct sbuf *told, struct err **err)
{
	struct policy *policy = NULL;
	struct request request;
	int rc;

	judge_asked(asker->setup.judge, pending, &request);
	if (answer->scope == ASK_SAVE)
		rc = save_rule(asker, answer->rule, &request, &policy, told, err);
	else
		rc = ask_rules_check(answer->rule, ASK_RULES_RUN, (int)++asker->rules.for_run,
			&request, &policy, err);
	return rc < 0 ? rc : ask_rules_add(&asker->rules, policy, err);
}

/* Name servers are asked about once. */
static enum ask_scope scope_of(const struct ask_question *q, const struct ask_answer *answer)
{
	bool once = answer->scope == ASK_ONCE;

	return once && q->for_all && answer->verdict != VERDICT_KILL ? ASK_RUN : answer->scope;
}

static int answer_once(
	struct asker *asker, struct ask_question *q, enum verdict verdict, struct err **err)
{
	static const enum ask_outcome outcomes[] = {
		[VERDICT_ALLOW] = ASK_ALLOWED,
		[VERDICT_DENY] = ASK_DENIED,
		[VERDICT_KILL] = ASK_KILLED,
	};
	bool open;

	pthread_mutex_lock(&asker->lock);
	open = ask_await(asker, q);
	if (open) {
		ask_before_add(&asker->before, &q->key, verdict == VERDICT_ALLOW);
		ask_finish(asker, q, outcomes[verdict]);
	}
	pthread_mutex_unlock(&asker->lock);
	return open ? 0 : withdrawn(err);
}

int asker_prepare(struct asker *asker, struct ask_question *q, const struct ask_answer *answer,
	struct sbuf *told, struct err **err)
{
	cleanup_sbuf struct sbuf rule = SBUF_INIT;
	struct ask_answer whole = *answer;
	struct pending *pending;
	int rc;

	whole.scope = scope_of(q, answer);
	if (whole.scope == ASK_ONCE)
		return 0;
	if (!whole.rule) {
		if (!asker_rule(asker, q, q->narrowest_who, 0, whole.verdict, &rule))
			return err_set(err, 0, "no rule can be made for this call: send one");
		whole.rule = sbuf_text(&rule);
	}
	pending = pin(asker, q);
	if (!pending)
		return withdrawn(err);
	rc = add_rule(asker, pending, &whole, told, err);
	unpin(asker, q);
	return rc;
}

int asker_finish(struct asker *asker, struct ask_question *q, const struct ask_answer *answer,
	struct err **err)
{
	if (scope_of(q, answer) == ASK_ONCE)
		return answer_once(asker, q, answer->verdict, err);
	answer_by_rules(asker, q);
	return 0;
}

void asker_give_up(struct asker *asker, struct ask_question *q)
{
	pthread_mutex_lock(&asker->lock);
	if (q->open)
		ask_finish(asker, q, ASK_UNANSWERED);
	pthread_mutex_unlock(&asker->lock);
}

void asker_end_run(struct asker *asker)
{
	asker->setup.end_run(asker->setup.ctx);
}
