#include "supervisor/ask/leave.h"

#include <errno.h>
#include <time.h>

#include "supervisor/ask/impl.h"
#include "supervisor/behalf/status.h"
#include "supervisor/clock.h"

enum {
	LOOK_EVERY_MS = 50,
	LOOKS_AT_ONCE = 128, /* of thousands that wait, the rest has its turn later */
	COMES_AGAIN_MS = 300,
	STACK_WAIT_MS = 10000, /* the symbols of a large program are read once */
};

/* With the lock. The next tasks to look at, where it stopped the last time. */
static size_t choose(struct asker *asker, pid_t *tids)
{
	size_t at = 0, n = 0;

	for (const struct ask_question *q = asker->open; q; q = q->next) {
		for (const struct pending *p = q->waiting; p; p = p->ask.next) {
			if (at++ < asker->looked_at)
				continue;
			if (n == LOOKS_AT_ONCE) {
				asker->looked_at += n;
				return n;
			}
			tids[n++] = p->tid;
		}
	}
	asker->looked_at = 0;
	return n;
}

static struct pending *find_waiting(const struct asker *asker, pid_t tid)
{
	for (const struct ask_question *q = asker->open; q; q = q->next) {
		for (struct pending *p = q->waiting; p; p = p->ask.next) {
			if (p->tid == tid)
				return p;
		}
	}
	return NULL;
}

/* With the lock, which is let go while /proc is read. */
static void look_after_signals(struct asker *asker)
{
	pid_t tids[LOOKS_AT_ONCE];
	size_t n = choose(asker, tids);

	for (size_t i = 0; i < n; i++) {
		struct pending *pending;
		bool signalled;

		pthread_mutex_unlock(&asker->lock);
		signalled = behalf_signal_waits(tids[i]);
		pthread_mutex_lock(&asker->lock);
		pending = signalled ? find_waiting(asker, tids[i]) : NULL;
		if (pending)
			ask_withdraw(asker, pending, true);
	}
}

static void close_left(struct asker *asker)
{
	uint64_t now = mono_now();
	struct ask_question *q, *next;

	for (q = asker->open; q; q = next) {
		next = q->next;
		if (!q->waiting && !q->wants_stack && now - q->left_ns >= COMES_AGAIN_MS * 1000000u)
			ask_finish(asker, q, ASK_LEFT);
	}
}

static struct timespec in_ms(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* Not less, however much changes meanwhile. */
static void wait_a_moment(struct asker *asker)
{
	struct timespec until = in_ms(LOOK_EVERY_MS);
	int rc = 0;

	while (!atomic_load(&asker->over) && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&asker->changed, &asker->lock, &until);
}

bool asker_want_stack(struct asker *asker, struct ask_question *q)
{
	struct timespec until = in_ms(STACK_WAIT_MS);
	int rc = 0;

	pthread_mutex_lock(&asker->lock);
	if (!q->has_stack && ask_await(asker, q)) {
		q->wants_stack = true;
		ask_leave(asker, q, q->waiting, ASK_STACK);
	}
	while (q->wants_stack && q->open && !q->has_stack && !asker_is_over(asker) &&
		rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&asker->changed, &asker->lock, &until);
	q->wants_stack = false;
	pthread_mutex_unlock(&asker->lock);
	return q->has_stack;
}

static void *leave_run(void *arg)
{
	struct asker *asker = arg;

	pthread_mutex_lock(&asker->lock);
	while (!atomic_load(&asker->over)) {
		if (!asker->open) {
			pthread_cond_wait(&asker->changed, &asker->lock);
			continue;
		}
		look_after_signals(asker);
		close_left(asker);
		wait_a_moment(asker);
	}
	pthread_mutex_unlock(&asker->lock);
	return NULL;
}

int ask_leave_start(struct asker *asker, struct err **err)
{
	int rc = pthread_create(&asker->leave_thread, NULL, leave_run, asker);

	asker->leave_runs = rc == 0;
	return rc ? err_set(err, rc, "cannot start the thread that looks after signals") : 0;
}

void ask_leave_stop(struct asker *asker)
{
	if (asker->leave_runs)
		pthread_join(asker->leave_thread, NULL);
	asker->leave_runs = false;
}
