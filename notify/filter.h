/*
 * The seccomp filter: what must be seen is stopped, everything else passes
 * untouched. Built with libseccomp, then exported, because the flags we load
 * it with are newer than the library (see seccomp(2), SECCOMP_SET_MODE_FILTER).
 */
#ifndef CALLGATE_NOTIFY_FILTER_H
#define CALLGATE_NOTIFY_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "decoders/select.h"

/* A BPF program; `fprog.filter` is owned. */
struct filter {
	struct sock_fprog fprog;
};

/* What the filter answers for a call that must be seen. */
enum filter_action {
	FILTER_TRACE,  /* SECCOMP_RET_TRACE: stops for the tracer */
	FILTER_NOTIFY, /* SECCOMP_RET_USER_NOTIF: waits at the listener */
};

/*
 * Builds a filter that stops the calls of the set, in every ABI this machine
 * can run programs of. Calls of an ABI the filter has no table for, x32 among
 * them, are stopped too: nothing passes unseen for being unknown.
 *
 * Whatever the set holds, the calls by which the task table is kept are stopped: those that
 * make tasks, prctl(PR_SET_NAME), waits for one process without blocking, and ptrace(2) that
 * attaches to a task.
 *
 * With FILTER_NOTIFY, spawns, execs, those waits, that prctl, what changes credentials and whatever
 * has no table stop for the tracer all the same: it has to see how they end, and a set of all calls
 * stops for it altogether. No call answers to both, so none can pass one of them by the other's
 * answer.
 *
 * Unless the set wants plain sends, a native sendto(2) without an address is
 * let through by the filter itself; an i386 one is stopped all the same,
 * because socketcall(2) hides its arguments in memory.
 */
int filter_build(const struct call_set *set, enum filter_action action, struct filter *out,
	struct err **err);

/*
 * True for calls that are stopped to keep account of tasks, and are nobody's business
 * unless they are in the set: prctl(2), wait4(2), setuid(2) and their kin.
 */
bool filter_accounts_for(const char *name);

void filter_free(struct filter *filter);

#endif
