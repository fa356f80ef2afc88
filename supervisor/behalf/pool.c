#include "supervisor/behalf/pool.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "supervisor/behalf/status.h"
#include "supervisor/clock.h"

enum {
	WORKER_STACK = 128 * 1024,
	IDLE_SECONDS = 10,
	LOOK_EVERY_MS = 10,  /* and a call younger than that is not looked at */
	LOOKS_AT_ONCE = 128, /* of thousands of blocked calls, the rest has its turn later */
};

struct behalf_worker {
	struct behalf_pool *pool;
	pthread_t thread;
	struct behalf_job *job;            /* NULL when idle */
	uint64_t number;                   /* of its job, in the order they were begun */
	uint64_t since_ns;                 /* CLOCK_MONOTONIC: its job was begun */
	bool cancelled;                    /* its job */
	bool interrupted;                  /* a signal was sent for its job */
	struct behalf_worker *next, *prev; /* those with a job, oldest first */
};

struct line {
	struct behalf_job *first, **last;
};

struct behalf_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;    /* the line is not empty, or closing */
	pthread_cond_t watch;   /* something to look after, or closing */
	pthread_cond_t emptied; /* a worker has ended */
	void (*done)(void *ctx, struct behalf_job *job);
	void *ctx;
	unsigned max, workers, idle;
	size_t in_line_len;
	struct line in_line, cancelled;
	struct behalf_worker *busy_first, *busy_last;
	uint64_t begun;              /* number of the job begun last */
	uint64_t looked_at;          /* number of the job looked at last */
	struct behalf_worker *ended; /* the thread that ended last, to be joined by the next */
	pthread_t monitor;
	bool closing, watch_over;
};

/* A job the monitor looks at without the lock: only what it needs. */
struct look {
	uint64_t number;
	pid_t tid;
};

static void on_interrupt(int signal)
{
	(void)signal;
}

static void line_put(struct line *line, struct behalf_job *job)
{
	job->next = NULL;
	*line->last = job;
	line->last = &job->next;
}

static struct behalf_job *line_take(struct line *line)
{
	struct behalf_job *job = line->first;

	if (!job)
		return NULL;
	line->first = job->next;
	if (!line->first)
		line->last = &line->first;
	return job;
}

/* Takes it out of the middle. Returns false when it is not there. */
static bool line_remove(struct line *line, struct behalf_job *job)
{
	for (struct behalf_job **at = &line->first; *at; at = &(*at)->next) {
		if (*at != job)
			continue;
		*at = job->next;
		if (line->last == &job->next)
			line->last = at;
		return true;
	}
	return false;
}

static void worker_begin(struct behalf_worker *w, struct behalf_job *job)
{
	struct behalf_pool *pool = w->pool;

	w->job = job;
	w->number = ++pool->begun;
	w->since_ns = mono_now();
	w->cancelled = w->interrupted = false;
	w->next = NULL;
	w->prev = pool->busy_last;
	*(w->prev ? &w->prev->next : &pool->busy_first) = w;
	pool->busy_last = w;
	job->worker = w;
	if (!w->prev)
		pthread_cond_signal(&pool->watch);
}

static void worker_finish(struct behalf_worker *w)
{
	struct behalf_pool *pool = w->pool;

	*(w->prev ? &w->prev->next : &pool->busy_first) = w->next;
	*(w->next ? &w->next->prev : &pool->busy_last) = w->prev;
	w->job->worker = NULL;
	w->job = NULL;
}

static void interrupt_mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, BEHALF_INTERRUPT);
	pthread_sigmask(how, &set, NULL);
}

/*
 * Makes the call with the interrupt let in. One that was sent for an earlier
 * job is delivered while it is being unblocked, before the call.
 */
static int64_t make_interruptible(struct behalf_job *job)
{
	int64_t result;

	interrupt_mask(SIG_UNBLOCK);
	result = behalf_make(&job->behalf);
	interrupt_mask(SIG_BLOCK);
	return result;
}

/* With the lock, which is let go for the call. */
static void worker_serve(struct behalf_worker *w, struct behalf_job *job)
{
	struct behalf_pool *pool = w->pool;

	worker_begin(w, job);
	do {
		pthread_mutex_unlock(&pool->lock);
		job->result = make_interruptible(job);
		pthread_mutex_lock(&pool->lock);
		/* Without a word from us, it was somebody else's kill(2): it is as if nothing were.
		 */
	} while (job->result == BEHALF_RESTART && !w->interrupted);
	worker_finish(w);
	pthread_mutex_unlock(&pool->lock);
	pool->done(pool->ctx, job);
	pthread_mutex_lock(&pool->lock);
}

static struct timespec in_ms(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

/* Waits for a job; NULL when there was none for long, or there will be none any more. */
static struct behalf_job *worker_wait(struct behalf_pool *pool)
{
	struct timespec until = in_ms(IDLE_SECONDS * 1000L);
	int rc = 0;

	pool->idle++;
	while (!pool->in_line.first && !pool->closing && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&pool->work, &pool->lock, &until);
	pool->idle--;
	if (!pool->in_line.first)
		return NULL;
	pool->in_line_len--;
	return line_take(&pool->in_line);
}

/* The one that ended before is joined, so that at most one thread is left to be. */
static void worker_end(struct behalf_worker *w)
{
	struct behalf_pool *pool = w->pool;
	struct behalf_worker *before = pool->ended;

	pool->ended = w;
	pool->workers--;
	pthread_cond_signal(&pool->emptied);
	pthread_mutex_unlock(&pool->lock);
	if (before) {
		pthread_join(before->thread, NULL);
		free(before);
	}
}

/* Workers take no signal, but those of their own faults, and the interrupt while they call. */
static void block_signals(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
}

static void *worker_run(void *arg)
{
	struct behalf_worker *w = arg;
	struct behalf_pool *pool = w->pool;
	struct behalf_job *job;

	block_signals();
	pthread_mutex_lock(&pool->lock);
	while ((job = worker_wait(pool)))
		worker_serve(w, job);
	worker_end(w);
	return NULL;
}

/* With the lock: the thread's first act is to wait for it. */
static int worker_start(struct behalf_pool *pool)
{
	struct behalf_worker *w = calloc(1, sizeof(*w));
	pthread_attr_t attr;
	int rc;

	if (!w)
		return -ENOMEM;
	w->pool = pool;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, WORKER_STACK);
	rc = pthread_create(&w->thread, &attr, worker_run, w);
	pthread_attr_destroy(&attr);
	if (rc) {
		free(w);
		return -rc;
	}
	pool->workers++;
	return 0;
}

static int submit_locked(struct behalf_pool *pool, struct behalf_job *job)
{
	if (pool->closing)
		return -EAGAIN;
	if (pool->idle <= pool->in_line_len && pool->workers < pool->max) {
		int rc = worker_start(pool);

		/* Where there are others, it waits for one of them. */
		if (rc < 0 && !pool->workers)
			return rc;
	}
	job->worker = NULL;
	line_put(&pool->in_line, job);
	pool->in_line_len++;
	pthread_cond_signal(&pool->work);
	return 0;
}

int behalf_pool_submit(struct behalf_pool *pool, struct behalf_job *job)
{
	int rc;

	pthread_mutex_lock(&pool->lock);
	rc = submit_locked(pool, job);
	pthread_mutex_unlock(&pool->lock);
	return rc;
}

static void worker_interrupt(struct behalf_worker *w)
{
	w->interrupted = true;
	pthread_kill(w->thread, BEHALF_INTERRUPT);
}

void behalf_pool_cancel(struct behalf_pool *pool, struct behalf_job *job)
{
	pthread_mutex_lock(&pool->lock);
	if (job->worker) {
		job->worker->cancelled = true;
		worker_interrupt(job->worker);
	} else if (line_remove(&pool->in_line, job)) {
		pool->in_line_len--;
		line_put(&pool->cancelled, job);
		pthread_cond_signal(&pool->watch);
	}
	pthread_mutex_unlock(&pool->lock);
}

/* Those that were cancelled in line are answered by the monitor: all workers may be blocked. */
static void answer_cancelled(struct behalf_pool *pool)
{
	struct behalf_job *job;

	while ((job = line_take(&pool->cancelled))) {
		pthread_mutex_unlock(&pool->lock);
		job->result = BEHALF_RESTART;
		pool->done(pool->ctx, job);
		pthread_mutex_lock(&pool->lock);
	}
}

/*
 * Takes the next ones to look at, where it stopped the last time; interrupts
 * those that are cancelled, again, because the last signal may have come
 * between two instructions before the call.
 */
static size_t choose(struct behalf_pool *pool, struct look *looks)
{
	uint64_t now = mono_now(), last = 0;
	size_t n = 0, seen = 0;

	for (struct behalf_worker *w = pool->busy_first; w && seen < LOOKS_AT_ONCE; w = w->next) {
		if (w->number <= pool->looked_at)
			continue;
		seen++;
		last = w->number;
		if (w->cancelled || pool->closing)
			worker_interrupt(w);
		else if (now - w->since_ns >= LOOK_EVERY_MS * 1000000u)
			looks[n++] = (struct look){ w->number, w->job->behalf.tid };
	}
	pool->looked_at = seen == LOOKS_AT_ONCE ? last : 0;
	return n;
}

static void interrupt_number(struct behalf_pool *pool, uint64_t number)
{
	for (struct behalf_worker *w = pool->busy_first; w; w = w->next)
		if (w->number == number)
			worker_interrupt(w);
}

/* With the lock, which is let go while /proc is read. */
static void look_after_signals(struct behalf_pool *pool)
{
	struct look looks[LOOKS_AT_ONCE];
	size_t n = choose(pool, looks);

	for (size_t i = 0; i < n; i++) {
		bool waits;

		pthread_mutex_unlock(&pool->lock);
		waits = behalf_signal_waits(looks[i].tid);
		pthread_mutex_lock(&pool->lock);
		if (waits)
			interrupt_number(pool, looks[i].number);
	}
}

static void *monitor_run(void *arg)
{
	struct behalf_pool *pool = arg;

	block_signals();
	pthread_mutex_lock(&pool->lock);
	while (!pool->watch_over) {
		struct timespec until = in_ms(LOOK_EVERY_MS);

		if (pool->busy_first)
			pthread_cond_timedwait(&pool->watch, &pool->lock, &until);
		else if (!pool->cancelled.first)
			pthread_cond_wait(&pool->watch, &pool->lock);
		answer_cancelled(pool);
		look_after_signals(pool);
	}
	answer_cancelled(pool);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void init_conditions(struct behalf_pool *pool)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->work, &monotonic);
	pthread_cond_init(&pool->watch, &monotonic);
	pthread_cond_init(&pool->emptied, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void destroy(struct behalf_pool *pool)
{
	pthread_cond_destroy(&pool->work);
	pthread_cond_destroy(&pool->watch);
	pthread_cond_destroy(&pool->emptied);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

int behalf_pool_new(unsigned max_threads, void (*done)(void *ctx, struct behalf_job *job),
	void *ctx, struct behalf_pool **out, struct err **err)
{
	/* No SA_RESTART: the call must return. */
	struct sigaction interrupt = { .sa_handler = on_interrupt };
	struct behalf_pool *pool = calloc(1, sizeof(*pool));
	int rc;

	if (!pool)
		return err_set(err, ENOMEM, "cannot start the workers");
	pool->max = max_threads ? max_threads : 1;
	pool->done = done;
	pool->ctx = ctx;
	pool->in_line.last = &pool->in_line.first;
	pool->cancelled.last = &pool->cancelled.first;
	pthread_mutex_init(&pool->lock, NULL);
	init_conditions(pool);
	rc = sigaction(BEHALF_INTERRUPT, &interrupt, NULL) < 0
		     ? errno
		     : pthread_create(&pool->monitor, NULL, monitor_run, pool);
	if (rc) {
		destroy(pool);
		return err_set(err, rc, "cannot start the thread that looks after blocked calls");
	}
	*out = pool;
	return 0;
}

void behalf_pool_free(struct behalf_pool *pool)
{
	struct behalf_job *job;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	while ((job = line_take(&pool->in_line)))
		line_put(&pool->cancelled, job);
	pthread_cond_broadcast(&pool->work);
	pthread_cond_signal(&pool->watch);
	while (pool->workers)
		pthread_cond_wait(&pool->emptied, &pool->lock);
	pool->watch_over = true;
	pthread_cond_signal(&pool->watch);
	pthread_mutex_unlock(&pool->lock);
	pthread_join(pool->monitor, NULL);
	if (pool->ended) {
		pthread_join(pool->ended->thread, NULL);
		free(pool->ended);
	}
	destroy(pool);
}
