#include "supervisor/watchdog.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/behalf/status.h"
#include "supervisor/run.h"

/* In ticks and not by the clock: while callgate itself is stopped, none pass. */
enum {
	TICK_MS = 500,
	TICKS_TO_KILL = 10, /* a page from a slow disk is a matter of milliseconds */
	TICKS_TO_END = 20,
	KILL_PASSES = 500, /* of a hundredth of a second each */
};

/* For how long the same reading has been seen. */
struct patience {
	uint64_t reading;
	unsigned ticks;
};

/* Whether it is a task of the run that lives. */
static bool is_traced(pid_t pid)
{
	cleanup_free char *status = behalf_status_read(pid);
	const char *tracer = behalf_status_field(status, "TracerPid");
	const char *state = behalf_status_field(status, "State");

	return tracer && atoi(tracer) == getpid() && state && *state != 'Z' && *state != 'X';
}

static bool kill_traced(void)
{
	cleanup_dir DIR *proc = opendir("/proc");
	struct dirent *entry;
	bool any = false;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && is_traced(pid)) {
			any = true;
			kill(pid, SIGKILL);
		}
	}
	return any;
}

/*
 * The kernel kills what we trace when we end (PTRACE_O_EXITKILL), but a thread that waits
 * for a FUSE server does not even end by SIGKILL (request_wait_answer() in fs/fuse/dev.c).
 * The task table is that thread's; what it is about is in /proc, too. A child that
 * is made meanwhile stops before it runs.
 */
static _Noreturn void give_up(pid_t pid)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	char text[256];
	int n = snprintf(text, sizeof(text),
		"callgate: what process %d wants to do cannot be read, not even now that it was "
		"killed: a page or a file that it names never comes. Everything is killed\n",
		pid);

	for (int i = 0; i < KILL_PASSES && kill_traced(); i++)
		nanosleep(&moment, NULL);
	if (write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(EXIT_CALLGATE);
	_exit(EXIT_CALLGATE);
}

static void look(struct watchdog *watchdog, struct patience *patience)
{
	uint64_t reading = atomic_load_explicit(&watchdog->reading, memory_order_acquire);
	pid_t pid = atomic_load_explicit(&watchdog->pid, memory_order_relaxed);

	patience->ticks = reading && reading == patience->reading ? patience->ticks + 1 : 0;
	patience->reading = reading;
	if (patience->ticks >= TICKS_TO_END)
		give_up(pid);
	if (patience->ticks != TICKS_TO_KILL)
		return;
	atomic_store(&watchdog->killed, true);
	kill(pid, SIGKILL);
}

static void *watchdog_run(void *arg)
{
	struct watchdog *watchdog = arg;
	struct patience patience = { 0 };

	pthread_mutex_lock(&watchdog->lock);
	while (!watchdog->over) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000L;
		until.tv_nsec %= 1000000000L;
		pthread_cond_timedwait(&watchdog->end, &watchdog->lock, &until);
		look(watchdog, &patience);
	}
	pthread_mutex_unlock(&watchdog->lock);
	return NULL;
}

int watchdog_start(struct watchdog *watchdog, struct err **err)
{
	sigset_t all, old;
	int rc;

	pthread_mutex_init(&watchdog->lock, NULL);
	pthread_cond_init(&watchdog->end, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	rc = pthread_create(&watchdog->thread, NULL, watchdog_run, watchdog);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	watchdog->runs = rc == 0;
	return rc ? err_set(err, rc, "cannot start the thread that watches over the others") : 0;
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (!watchdog->runs)
		return;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->over = true;
	pthread_cond_signal(&watchdog->end);
	pthread_mutex_unlock(&watchdog->lock);
	pthread_join(watchdog->thread, NULL);
	pthread_cond_destroy(&watchdog->end);
	pthread_mutex_destroy(&watchdog->lock);
	watchdog->runs = false;
}
