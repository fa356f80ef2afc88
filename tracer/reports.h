/*
 * What the tracing thread waits for: tasks that report (SIGCHLD), somebody who
 * wakes it (TRACER_WAKE_SIGNAL), signals of job control, and a descriptor that
 * another backend's traps come from. The signals must be blocked.
 */
#ifndef CALLGATE_TRACER_REPORTS_H
#define CALLGATE_TRACER_REPORTS_H

#include <signal.h>
#include <stdbool.h>

struct reports {
	int listen_fd; /* borrowed; -1: none, or it has hung up */
	int signal_fd; /* the signals, beside a descriptor; else -1 */
};

void reports_init(struct reports *reports);
void reports_free(struct reports *reports);

/* From now on also waits for this one. Returns 0 or -errno. */
int reports_listen(struct reports *reports, int fd);

/* True once there was a descriptor, even when it has hung up. */
bool reports_is_listening(const struct reports *reports);

/*
 * Waits for a signal, and takes one: of several the lowest number. Returns it, with
 * the sender in *info (si_signo, si_code, si_pid, si_uid); -1 when there was none
 * after all. Meanwhile calls readable(ctx) as often as the descriptor is.
 */
int reports_wait(struct reports *reports, void (*readable)(void *ctx), void *ctx, siginfo_t *info);

#endif
