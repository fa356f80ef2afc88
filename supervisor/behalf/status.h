/* Fields of /proc/TID/status (proc(5)), from one read of it. */
#ifndef CALLGATE_SUPERVISOR_BEHALF_STATUS_H
#define CALLGATE_SUPERVISOR_BEHALF_STATUS_H

#include <stdbool.h>
#include <sys/types.h>

/* The whole text, the caller's to free; NULL with errno when it cannot be read. */
char *behalf_status_read(pid_t tid);

/* What follows "NAME:\t" in its line; NULL when there is no such line. */
const char *behalf_status_field(const char *text, const char *name);

/*
 * Whether a signal is pending for the task that would interrupt a call of its
 * own: one that is neither blocked nor ignored, stop signals included. The
 * kernel queues even ignored signals for a traced task (sig_ignored() in
 * kernel/signal.c), so those whose default is to be ignored count only when caught.
 */
bool behalf_signal_waits(pid_t tid);

#endif
