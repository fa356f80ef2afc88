#include "supervisor/ask/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "policy/widen.h"
#include "supervisor/ask/builtin.h"
#include "supervisor/ask/leave.h"
#include "supervisor/ask/save.h"
#include "supervisor/clock.h"
#include "supervisor/judge.h"
#include "supervisor/name_lookup.h"

static void *run_front(void *arg)
{
	struct asker *asker = arg;

	asker->front->run(asker, asker->front_state);
	return NULL;
}

/* With the lock. */
static void tell_changed(struct asker *asker)
{
	eventfd_write(asker->changed_fd, 1);
	pthread_cond_broadcast(&asker->changed);
}

/* The rules of an earlier run answer from the beginning. */
static int open_saved(struct asker *asker, struct err **err)
{
	const struct ask_options *options = asker->setup.options;
	cleanup_sbuf struct sbuf header = SBUF_INIT;
	struct policy *saved = NULL;

	if (!options->save)
		return 0;
	ask_builtin_header(options->builtin ? NULL : asker->setup.policy, &header);
	if (ask_save_open(options->save, sbuf_text(&header), &saved, err) < 0)
		return -1;
	return ask_rules_add(&asker->rules, saved, err);
}

static int start(struct asker *asker, struct err **err)
{
	int rc;

	if (asker->changed_fd < 0)
		return err_set(err, errno, "cannot ask: eventfd");
	rc = open_saved(asker, err);
	if (rc == 0)
		rc = asker->front->open(asker, &asker->front_state, err);
	if (rc == 0)
		rc = ask_leave_start(asker, err);
	if (rc < 0)
		return rc;
	rc = pthread_create(&asker->thread, NULL, run_front, asker);
	asker->thread_runs = rc == 0;
	return rc ? err_set(err, rc, "cannot start the thread that asks") : 0;
}

static void init_lock(struct asker *asker)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&asker->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&asker->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

int asker_new(const struct asker_setup *setup, struct asker **out, struct err **err)
{
	struct asker *asker = calloc(1, sizeof(*asker));
	int rc;

	if (!asker)
		return err_set(err, ENOMEM, "cannot ask");
	asker->setup = *setup;
	asker->front = setup->options->socket ? &ask_front_socket : &ask_front_tty;
	init_lock(asker);
	ask_rules_init(&asker->rules);
	asker->last = &asker->open;
	asker->changed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = start(asker, err);
	if (rc < 0)
		asker_free(asker);
	else
		*out = asker;
	return rc;
}

struct ask_rules *asker_rules(struct asker *asker)
{
	return &asker->rules;
}

static void put_locked(struct ask_question *q)
{
	if (--q->refs == 0)
		ask_question_free(q);
}

/* It is open no more; whoever has taken it may go on reading. */
static void close_question(struct asker *asker, struct ask_question *q)
{
	struct ask_question **at = &asker->open;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	if (asker->last == &q->next)
		asker->last = at;
	q->next = NULL;
	q->open = false;
	tell_changed(asker);
	put_locked(q);
}

static void give_back(struct asker *asker, struct pending *pending, enum ask_outcome outcome)
{
	pending->ask.outcome = outcome;
	ready_tell(asker->setup.ready, pending);
}

void ask_finish(struct asker *asker, struct ask_question *q, enum ask_outcome outcome)
{
	while (q->waiting) {
		struct pending *pending = q->waiting;

		q->waiting = pending->ask.next;
		give_back(asker, pending, outcome);
	}
	q->nwaiting = 0;
	close_question(asker, q);
}

void asker_free(struct asker *asker)
{
	if (!asker)
		return;
	pthread_mutex_lock(&asker->lock);
	atomic_store(&asker->over, true);
	tell_changed(asker);
	pthread_mutex_unlock(&asker->lock);
	if (asker->thread_runs)
		pthread_join(asker->thread, NULL);
	ask_leave_stop(asker);
	while (asker->open)
		ask_finish(asker, asker->open, ASK_UNANSWERED);
	if (asker->front_state)
		asker->front->close(asker->front_state);
	ask_rules_free(&asker->rules);
	ask_before_free(&asker->before);
	sbuf_free(&asker->command);
	pthread_cond_destroy(&asker->changed);
	pthread_mutex_destroy(&asker->lock);
	if (asker->changed_fd >= 0)
		close(asker->changed_fd);
	free(asker);
}

/*
 * Without a policy, the command is what its user has just typed: it runs, and
 * saved rules let it run again.
 */
static bool allow_command(struct asker *asker, struct pending *pending)
{
	struct policy *policy = NULL;
	struct request request;

	if (pending->lineage || call_kind(&pending->call) != CALL_KIND_EXEC)
		return false;
	judge_asked(asker->setup.judge, pending, &request);
	if (!widen_rule(&request, widen_whos(&request) - 1, 0, VERDICT_ALLOW, &asker->command) ||
		ask_rules_check(sbuf_text(&asker->command), ASK_RULES_RUN, 1, &request, &policy,
			NULL) < 0 ||
		ask_rules_add(&asker->rules, policy, NULL) < 0) {
		sbuf_reset(&asker->command);
		return false;
	}
	return ask_rules_decide(&asker->rules, &request, &pending->decision);
}

/* Among the open ones, by key: a joined call waits with the others. */
static struct ask_question *find_open(struct asker *asker, const struct ask_question *like)
{
	for (struct ask_question *q = asker->open; q; q = q->next) {
		if (q->key.len == like->key.len && !memcmp(q->key.data, like->key.data, q->key.len))
			return q;
	}
	return NULL;
}

static void open_question(struct asker *asker, struct ask_question *q)
{
	unsigned allowed, denied;

	ask_before_find(&asker->before, &q->key, &allowed, &denied);
	ask_question_tell_before(q, allowed, denied);
	q->id = ++asker->last_id;
	q->refs = 1;
	q->open = true;
	*asker->last = q;
	asker->last = &q->next;
}

/* Only while asker_want_stack() waits for it: else the front may be reading. */
static void add_stack(struct ask_question *q, struct ask_question *with_stack)
{
	if (!q->wants_stack || q->has_stack || !with_stack->has_stack)
		return;
	sbuf_add(&q->stack, sbuf_text(&with_stack->stack), with_stack->stack.len);
	q->has_stack = true;
}

/* In no order: they are the same question. */
static void add_waiting(struct ask_question *q, struct pending *pending)
{
	pending->ask.withdrawn = false;
	pending->ask.next = q->waiting;
	q->waiting = pending;
	q->nwaiting++;
}

bool asker_submit(struct asker *asker, struct pending *pending, const struct task *task)
{
	struct ask_question *q, *same;

	if (asker->setup.options->builtin && allow_command(asker, pending))
		return false;
	q = ask_question_new(asker->setup.judge, pending, task);
	if (!q) {
		judge_deny(pending, EAGAIN, "exhausted", "callgate has no memory to ask");
		return false;
	}
	if (asker->front->wants_events)
		asker->setup.describe(asker->setup.ctx, task, pending, &q->event);
	asker->setup.flush(asker->setup.ctx);
	pthread_mutex_lock(&asker->lock);
	same = find_open(asker, q);
	if (same) {
		add_stack(same, q);
		ask_question_free(q);
	} else {
		open_question(asker, q);
	}
	add_waiting(same ? same : q, pending);
	tell_changed(asker);
	pthread_mutex_unlock(&asker->lock);
	return true;
}

unsigned asker_saved(const struct asker *asker)
{
	return atomic_load(&asker->saved);
}

const char *asker_warning(const struct asker *asker)
{
	return asker->front->warning ? asker->front->warning(asker->front_state) : NULL;
}

static bool waits_for(const struct ask_question *q, const struct pending *pending)
{
	const struct pending *p = q->waiting;

	while (p && p != pending)
		p = p->ask.next;
	return p;
}

void ask_leave(struct asker *asker, struct ask_question *q, struct pending *pending,
	enum ask_outcome outcome)
{
	struct pending **at = &q->waiting;

	while (*at != pending)
		at = &(*at)->ask.next;
	*at = pending->ask.next;
	q->nwaiting--;
	q->left_ns = mono_now();
	q->left_tid = pending->tid;
	give_back(asker, pending, outcome);
	tell_changed(asker);
}

/* One that is being read without the lock is given back by whoever reads it: unpin(). */
void ask_withdraw(struct asker *asker, struct pending *pending, bool comes_again)
{
	struct ask_question *q = asker->open;

	pending->ask.withdrawn = true;
	pending->ask.comes_again = comes_again;
	while (q && !waits_for(q, pending))
		q = q->next;
	if (!q || q->pinned == pending)
		return;
	ask_leave(asker, q, pending, ASK_LEFT);
	if (!q->waiting && !comes_again)
		close_question(asker, q);
}

void asker_withdraw(struct asker *asker, struct pending *pending)
{
	pthread_mutex_lock(&asker->lock);
	ask_withdraw(asker, pending, false);
	pthread_mutex_unlock(&asker->lock);
}

/* What it left for a signal, it has died of. */
void asker_exited(struct asker *asker, pid_t tid)
{
	struct ask_question *q;

	pthread_mutex_lock(&asker->lock);
	q = asker->open;
	while (q && (q->waiting || q->left_tid != tid))
		q = q->next;
	if (q)
		close_question(asker, q);
	pthread_mutex_unlock(&asker->lock);
}

const struct ask_options *asker_options(const struct asker *asker)
{
	return asker->setup.options;
}

int asker_changed_fd(const struct asker *asker)
{
	return asker->changed_fd;
}

void asker_settle(struct asker *asker)
{
	eventfd_t count;

	eventfd_read(asker->changed_fd, &count);
}

bool asker_is_over(const struct asker *asker)
{
	return atomic_load(&asker->over);
}

struct ask_question *asker_take(struct asker *asker, uint64_t after)
{
	struct ask_question *q;

	pthread_mutex_lock(&asker->lock);
	q = asker->open;
	while (q && q->id <= after)
		q = q->next;
	if (q)
		q->refs++;
	pthread_mutex_unlock(&asker->lock);
	return q;
}

void asker_put(struct asker *asker, struct ask_question *q)
{
	pthread_mutex_lock(&asker->lock);
	put_locked(q);
	pthread_mutex_unlock(&asker->lock);
}

size_t asker_open(struct asker *asker)
{
	size_t n = 0;

	pthread_mutex_lock(&asker->lock);
	for (const struct ask_question *q = asker->open; q; q = q->next)
		n++;
	pthread_mutex_unlock(&asker->lock);
	return n;
}

bool ask_await(struct asker *asker, const struct ask_question *q)
{
	while (q->open && !q->waiting && !asker_is_over(asker))
		pthread_cond_wait(&asker->changed, &asker->lock);
	return q->open && q->waiting;
}

bool asker_wants(struct asker *asker, const struct ask_question *q)
{
	bool open;

	pthread_mutex_lock(&asker->lock);
	open = q->open;
	pthread_mutex_unlock(&asker->lock);
	return open;
}

size_t asker_waiting(struct asker *asker, const struct ask_question *q)
{
	size_t waiting;

	pthread_mutex_lock(&asker->lock);
	waiting = q->nwaiting;
	pthread_mutex_unlock(&asker->lock);
	return waiting;
}

bool asker_rule(struct asker *asker, const struct ask_question *q, unsigned who, unsigned what,
	enum verdict verdict, struct sbuf *out)
{
	struct request request;
	bool made;

	pthread_mutex_lock(&asker->lock);
	made = ask_await(asker, q);
	if (made && q->for_all && what == 0) {
		sbuf_fmt(out, "{connect: \"@resolvers:53\", verdict: %s}", verdict_name(verdict));
	} else if (made) {
		judge_asked(asker->setup.judge, q->waiting, &request);
		made = widen_rule(&request, who, what, verdict, out);
	}
	pthread_mutex_unlock(&asker->lock);
	return made;
}
