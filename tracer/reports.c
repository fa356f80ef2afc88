#include "tracer/reports.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tracer/tracer.h"

static sigset_t waited_signals(void)
{
	sigset_t set;

	tracer_job_signals(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, TRACER_WAKE_SIGNAL);
	return set;
}

void reports_init(struct reports *reports)
{
	*reports = (struct reports){ .listen_fd = -1, .signal_fd = -1 };
}

void reports_free(struct reports *reports)
{
	if (reports->signal_fd >= 0)
		close(reports->signal_fd);
	reports_init(reports);
}

int reports_listen(struct reports *reports, int fd)
{
	sigset_t set = waited_signals();

	reports->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (reports->signal_fd < 0)
		return -errno;
	reports->listen_fd = fd;
	return 0;
}

bool reports_is_listening(const struct reports *reports)
{
	return reports->signal_fd >= 0;
}

/* signalfd(2) has the same facts under other names. */
static int take_signal(const struct reports *reports, siginfo_t *info)
{
	struct signalfd_siginfo taken;

	if (read(reports->signal_fd, &taken, sizeof(taken)) != sizeof(taken))
		return -1;
	*info = (siginfo_t){ .si_signo = (int)taken.ssi_signo, .si_code = taken.ssi_code };
	info->si_pid = (pid_t)taken.ssi_pid;
	info->si_uid = taken.ssi_uid;
	return info->si_signo;
}

static int serve(struct reports *reports, void (*readable)(void *ctx), void *ctx, siginfo_t *info)
{
	struct pollfd fds[] = {
		{ .fd = reports->signal_fd, .events = POLLIN },
		{ .fd = reports->listen_fd, .events = POLLIN },
	};

	do {
		if (poll(fds, 2, -1) < 0)
			return -1;
		if (fds[1].revents & POLLIN)
			readable(ctx);
		else if (fds[1].revents)
			reports->listen_fd = fds[1].fd = -1; /* its last task is gone */
	} while (!fds[0].revents);
	return take_signal(reports, info);
}

int reports_wait(struct reports *reports, void (*readable)(void *ctx), void *ctx, siginfo_t *info)
{
	sigset_t set = waited_signals();

	return reports->signal_fd >= 0 ? serve(reports, readable, ctx, info)
				       : sigwaitinfo(&set, info);
}
