#include "supervisor/signals.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/clock.h"
#include "supervisor/task_facts.h"
#include "tracer/tracer.h"

enum {
	KILL_DELAY_MS = 1000, /* between SIGTERM and SIGKILL when the time is over */
	LOOK_EVERY_MS = 10,   /* whether the run is over meanwhile */
};

/* Everything but what must hit the thread that causes it. */
static void blocked_signals(sigset_t *set)
{
	static const int not_ours[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS };

	sigfillset(set);
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		sigdelset(set, not_ours[i]);
}

/* Of those, all that the tracing thread does not wait for. */
static void handled_signals(sigset_t *set)
{
	sigset_t job;

	tracer_job_signals(&job);
	blocked_signals(set);
	for (int signal = 1; signal < NSIG; signal++) {
		if (sigismember(&job, signal) == 1)
			sigdelset(set, signal);
	}
	sigdelset(set, SIGCHLD);
	sigdelset(set, TRACER_WAKE_SIGNAL);
}

int signals_block(struct signals *signals, struct err **err)
{
	sigset_t set;

	blocked_signals(&set);
	/* An ignored SIGCHLD would have the kernel reap the tasks before we hear of their end. */
	if (sigprocmask(SIG_BLOCK, &set, &signals->inherited) < 0 ||
		sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_DFL },
			&signals->sigchld) < 0)
		return err_set(err, errno, "cannot set up signals");
	return 0;
}

/* The command has by itself what the kernel, or one of its own, sent to its whole group. */
static bool is_passed_on(const siginfo_t *info)
{
	return info->si_code <= 0 && !task_is_traced(info->si_pid);
}

static void sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

/* The time is over: ask politely, then kill whatever is left. */
static void end_run(struct signals *signals)
{
	atomic_store(&signals->timed_out, true);
	kill(signals->command, SIGTERM);
	kill(signals->command, SIGCONT);
	for (int ms = 0; !atomic_load(&signals->over); ms += LOOK_EVERY_MS) {
		sleep_ms(LOOK_EVERY_MS);
		if (ms == KILL_DELAY_MS)
			tracer_ask_kill(signals->tracer);
	}
}

/* Waits for a signal until the deadline. Returns the signal, or -1 with EAGAIN at the deadline. */
static int wait_signal(const struct signals *signals, const sigset_t *set, siginfo_t *info)
{
	struct timespec left;
	uint64_t now = mono_now();

	if (!signals->deadline_ns)
		return sigwaitinfo(set, info);
	if (now >= signals->deadline_ns) {
		errno = EAGAIN;
		return -1;
	}
	now = signals->deadline_ns - now;
	left.tv_sec = (time_t)(now / 1000000000u);
	left.tv_nsec = (long)(now % 1000000000u);
	return sigtimedwait(set, info, &left);
}

static void *signals_run(void *arg)
{
	struct signals *signals = arg;
	siginfo_t info;
	sigset_t set;

	handled_signals(&set);
	for (;;) {
		int signal = wait_signal(signals, &set, &info);

		if (atomic_load(&signals->over))
			return NULL;
		if (signal < 0 && errno == EAGAIN)
			break;
		if (signal <= 0 || !is_passed_on(&info))
			continue;
		if (signal == SIGHUP && signals->hangup)
			signals->hangup(signals->hangup_ctx);
		else
			kill(signals->command, signal);
	}
	end_run(signals);
	return NULL;
}

int signals_start(struct signals *signals, struct tracer *tracer, pid_t command,
	uint64_t timeout_ns, struct err **err)
{
	int rc;

	signals->tracer = tracer;
	signals->command = command;
	signals->deadline_ns = timeout_ns ? mono_now() + timeout_ns : 0;
	rc = pthread_create(&signals->thread, NULL, signals_run, signals);
	return rc ? err_set(err, rc, "cannot start the signal thread") : 0;
}

void signals_stop(struct signals *signals)
{
	atomic_store(&signals->over, true);
	/* It is blocked in every thread, and one of those that this one takes. */
	pthread_kill(signals->thread, SIGTERM); /* NOLINT(bugprone-bad-signal-to-kill-thread) */
	pthread_join(signals->thread, NULL);
}

static void job_stops(struct signals *signals, const siginfo_t *info)
{
	/* Ctrl-Z at a question, which was sent to the whole job; whoever asks stops us then. */
	if (info->si_code <= 0 && info->si_pid == getpid())
		return;
	/* The terminal stops a whole job; if the command does stop, so do we. */
	signals->terminal_stop = true;
	if (!is_passed_on(info))
		return;
	signals->passed_stop = true;
	kill(signals->command, info->si_signo);
}

static void job_continues(struct signals *signals, const siginfo_t *info)
{
	/* Of a stop that is still on its way to the command the tracer knows nothing yet. */
	bool on_its_way = signals->passed_stop;

	signals->terminal_stop = signals->passed_stop = false;
	if (!is_passed_on(info))
		return;
	if (on_its_way)
		kill(signals->command, SIGCONT);
	else
		tracer_continue_command(signals->tracer);
}

void signals_job(struct signals *signals, const siginfo_t *info)
{
	if (info->si_signo == SIGCONT)
		job_continues(signals, info);
	else
		job_stops(signals, info);
}

void signals_stop_like_command(struct signals *signals)
{
	sigset_t pending;

	signals->passed_stop = false;
	if (!signals->terminal_stop)
		return;
	signals->terminal_stop = false;
	/* To stop would take it back: signal(7). It ends the command's stop instead. */
	if (sigpending(&pending) == 0 && sigismember(&pending, SIGCONT) == 1)
		return;
	/* SIGSTOP, because SIGTSTP may be ignored, or our process group orphaned. */
	raise(SIGSTOP);
}
