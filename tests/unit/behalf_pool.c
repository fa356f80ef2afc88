/* Workers: a call that blocks holds nobody up, and ends when its task has a signal to take. */
#include <dirent.h>
#include <pthread.h>
#include <sys/ptrace.h>
#include <sys/time.h>

#include "supervisor/behalf/pool.h"
#include "supervisor/behalf/status.h"
#include "tests/support/made_behalf.h"

/* What the pool has told: finished jobs, counted. */
struct finished {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned count;
};

struct job {
	struct made made;
	struct behalf_job job;
	bool done;
};

static void on_done(void *ctx, struct behalf_job *job)
{
	struct finished *f = ctx;

	pthread_mutex_lock(&f->lock);
	((struct job *)job->user)->done = true;
	f->count++;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
}

static void wait_for(struct finished *f, unsigned count)
{
	pthread_mutex_lock(&f->lock);
	while (f->count < count)
		pthread_cond_wait(&f->changed, &f->lock);
	pthread_mutex_unlock(&f->lock);
}

static bool is_done(struct finished *f, const struct job *job)
{
	bool done;

	pthread_mutex_lock(&f->lock);
	done = job->done;
	pthread_mutex_unlock(&f->lock);
	return done;
}

/* A pool, and a listener whose line is full: who connects to it blocks. */
struct setting {
	struct finished finished;
	struct behalf_pool *pool;
	struct sockaddr_un full, empty;
	socklen_t len;
	int full_listener, empty_listener;
	int fillers[2];
};

static struct sockaddr_un abstract(const char *name, socklen_t *len)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int n = snprintf(un.sun_path + 1, 60, "callgate-%d-%s", getpid(), name);

	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
	return un;
}

static void set_up(struct setting *s, unsigned threads)
{
	*s = (struct setting){ .finished = {
				       PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 } };
	s->full = abstract("full_", &s->len);
	s->empty = abstract("empty", &s->len);
	s->full_listener = bound(SOCK_STREAM, &s->full, s->len);
	s->empty_listener = bound(SOCK_STREAM, &s->empty, s->len);
	listen(s->empty_listener, 4096);
	for (int i = 0; i < 2; i++) {
		int rc;

		s->fillers[i] = new_socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
		rc = connect(s->fillers[i], (struct sockaddr *)&s->full, s->len);
		assert_int_equal(rc < 0 ? errno : 0, i == 0 ? 0 : EAGAIN);
	}
	assert_int_equal(behalf_pool_new(threads, on_done, &s->finished, &s->pool, NULL), 0);
}

static void tear_down(struct setting *s)
{
	behalf_pool_free(s->pool);
	close(s->full_listener);
	close(s->empty_listener);
	close(s->fillers[0]);
	close(s->fillers[1]);
}

static void prepare(struct setting *s, struct job *job, pid_t task, const struct sockaddr_un *to)
{
	int fd = new_socket(AF_UNIX, SOCK_STREAM);

	/* The address is ours; the task, whose signals count, may be another. */
	MAKE(&job->made, getpid(), SYS_connect, ARG(fd), ARG(to), s->len);
	job->made.behalf.pid = job->made.behalf.tid = task;
	job->job = (struct behalf_job){ .behalf = job->made.behalf, .user = job };
	job->done = false;
}

static void submit(struct setting *s, struct job *job, pid_t task, const struct sockaddr_un *to)
{
	prepare(s, job, task, to);
	assert_int_equal(behalf_pool_submit(s->pool, &job->job), 0);
}

static void job_free(struct job *job)
{
	close(job->made.behalf.fd);
	made_free(&job->made);
}

static void nap(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static int threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	int n = -2; /* "." and ".." */

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void a_call_is_made_and_answered(void **state)
{
	struct setting s;
	struct job job;

	(void)state;
	set_up(&s, 4);
	submit(&s, &job, getpid(), &s.empty);
	wait_for(&s.finished, 1);
	assert_int_equal(job.job.result, 0);
	assert_true(has_input(s.empty_listener));
	job_free(&job);
	tear_down(&s);
}

static void a_blocked_call_goes_on_when_there_is_room(void **state)
{
	struct setting s;
	struct job job;
	int peer;

	(void)state;
	set_up(&s, 4);
	submit(&s, &job, getpid(), &s.full);
	nap(30);
	assert_false(is_done(&s.finished, &job));
	peer = accept(s.full_listener, NULL, NULL);
	wait_for(&s.finished, 1);
	assert_int_equal(job.job.result, 0);
	close(peer);
	job_free(&job);
	tear_down(&s);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void prepare_signals(void *arg)
{
	sigset_t set;

	(void)arg;
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The task has stopped for ptrace, as it does in its calls. */
static pid_t traced_task(void)
{
	pid_t task = task_make(prepare_signals, NULL);
	int status;

	assert_int_equal(ptrace(PTRACE_SEIZE, task, NULL, NULL), 0);
	assert_int_equal(ptrace(PTRACE_INTERRUPT, task, NULL, NULL), 0);
	assert_int_equal(waitpid(task, &status, __WALL), task);
	return task;
}

static void what_interrupts_a_task(void **state)
{
	static const int not [] = { SIGHUP, SIGUSR2, SIGCHLD, SIGWINCH, SIGURG, SIGCONT };
	static const int does[] = { SIGUSR1, SIGTERM, SIGTSTP, SIGSTOP };

	(void)state;
	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++) {
		pid_t task = traced_task();

		assert_int_equal(kill(task, not [i]), 0);
		assert_false(behalf_signal_waits(task));
		task_end(task);
	}
	for (size_t i = 0; i < sizeof(does) / sizeof(does[0]); i++) {
		pid_t task = traced_task();

		assert_int_equal(kill(task, does[i]), 0);
		assert_true(behalf_signal_waits(task));
		task_end(task);
	}
	assert_false(behalf_signal_waits(0x7fffffff));
}

static void a_signal_for_the_task_interrupts_its_call(void **state)
{
	pid_t task = traced_task();
	struct setting s;
	struct job job;

	(void)state;
	set_up(&s, 4);
	submit(&s, &job, task, &s.full);
	kill(task, SIGHUP); /* blocked */
	nap(50);
	assert_false(is_done(&s.finished, &job));
	kill(task, SIGUSR1);
	wait_for(&s.finished, 1);
	assert_int_equal(job.job.result, BEHALF_RESTART);
	job_free(&job);
	tear_down(&s);
	task_end(task);
}

static void with_a_timeout_it_is_not_restarted(void **state)
{
	const struct timeval hour = { .tv_sec = 3600 };
	pid_t task = traced_task();
	struct setting s;
	struct job job;

	(void)state;
	set_up(&s, 4);
	prepare(&s, &job, task, &s.full);
	assert_int_equal(
		setsockopt(job.made.behalf.fd, SOL_SOCKET, SO_SNDTIMEO, &hour, sizeof(hour)), 0);
	assert_int_equal(behalf_pool_submit(s.pool, &job.job), 0);
	kill(task, SIGUSR1);
	wait_for(&s.finished, 1);
	assert_int_equal(job.job.result, -EINTR);
	job_free(&job);
	tear_down(&s);
	task_end(task);
}

/* Somebody sends callgate the pool's own signal: no call may end for it. */
static void a_foreign_interrupt_is_none(void **state)
{
	sigset_t set, old;
	struct setting s;
	struct job job;
	int peer;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, BEHALF_INTERRUPT);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	set_up(&s, 4);
	submit(&s, &job, getpid(), &s.full);
	for (int i = 0; i < 20; i++) {
		nap(2);
		kill(getpid(), BEHALF_INTERRUPT);
	}
	assert_false(is_done(&s.finished, &job));
	peer = accept(s.full_listener, NULL, NULL);
	wait_for(&s.finished, 1);
	assert_int_equal(job.job.result, 0);
	close(peer);
	job_free(&job);
	tear_down(&s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

enum { BLOCKED = 200 };

static void blocked_calls_hold_nobody_up(void **state)
{
	static struct job blocked[BLOCKED], job;
	struct setting s;
	int before = threads();

	(void)state;
	set_up(&s, 2 * BLOCKED);
	for (int i = 0; i < BLOCKED; i++)
		submit(&s, &blocked[i], getpid(), &s.full);
	for (unsigned i = 0; i < 100; i++) {
		submit(&s, &job, getpid(), &s.empty);
		wait_for(&s.finished, i + 1);
		assert_true(is_done(&s.finished, &job));
		assert_int_equal(job.job.result, 0);
		job_free(&job);
	}
	for (int i = 0; i < BLOCKED; i++) {
		assert_false(is_done(&s.finished, &blocked[i]));
		behalf_pool_cancel(s.pool, &blocked[i].job);
	}
	wait_for(&s.finished, 100 + BLOCKED);
	for (int i = 0; i < BLOCKED; i++) {
		assert_int_equal(blocked[i].job.result, BEHALF_RESTART);
		job_free(&blocked[i]);
	}
	tear_down(&s);
	assert_int_equal(threads(), before);
}

static void without_a_thread_a_call_waits_in_line(void **state)
{
	struct job first, second, third;
	struct setting s;

	(void)state;
	set_up(&s, 1);
	submit(&s, &first, getpid(), &s.full);
	submit(&s, &second, getpid(), &s.empty);
	submit(&s, &third, getpid(), &s.empty);
	nap(30);
	assert_false(is_done(&s.finished, &second));
	/* Who is cancelled in line is not made, and does not wait for a thread. */
	behalf_pool_cancel(s.pool, &third.job);
	wait_for(&s.finished, 1);
	assert_true(is_done(&s.finished, &third));
	assert_int_equal(third.job.result, BEHALF_RESTART);
	behalf_pool_cancel(s.pool, &first.job);
	wait_for(&s.finished, 3);
	assert_int_equal(first.job.result, BEHALF_RESTART);
	assert_int_equal(second.job.result, 0);
	job_free(&first);
	job_free(&second);
	job_free(&third);
	tear_down(&s);
}

static void the_end_answers_all(void **state)
{
	static struct job jobs[4];
	struct setting s;

	(void)state;
	set_up(&s, 2); /* two blocked, two in line */
	for (int i = 0; i < 4; i++)
		submit(&s, &jobs[i], getpid(), &s.full);
	tear_down(&s);
	assert_int_equal(s.finished.count, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(jobs[i].job.result, BEHALF_RESTART);
		job_free(&jobs[i]);
	}
	behalf_pool_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_made_and_answered),
		cmocka_unit_test(a_blocked_call_goes_on_when_there_is_room),
		cmocka_unit_test(what_interrupts_a_task),
		cmocka_unit_test(a_signal_for_the_task_interrupts_its_call),
		cmocka_unit_test(with_a_timeout_it_is_not_restarted),
		cmocka_unit_test(a_foreign_interrupt_is_none),
		cmocka_unit_test(blocked_calls_hold_nobody_up),
		cmocka_unit_test(without_a_thread_a_call_waits_in_line),
		cmocka_unit_test(the_end_answers_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
