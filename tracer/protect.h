/*
 * Puts callgate out of reach of the command: what the command's first process
 * does to itself before its exec, and what callgate does to itself.
 *
 * The command runs in a Landlock domain that restricts what it does to files
 * only where the policy says so. A domain alone denies every task in it ptrace access to
 * tasks outside, /proc/PID/mem and pidfd_getfd(2) with it, root's included
 * (landlock(7), "Ptrace restrictions"); with ABI 6 it denies signals to tasks
 * outside as well.
 */
#ifndef CALLGATE_TRACER_PROTECT_H
#define CALLGATE_TRACER_PROTECT_H

#include "base/sbuf.h"
#include "tracer/landlock.h"

/* What the kernel can keep the command from. Each has the one before. */
enum protect_reach {
	PROTECT_NOTHING, /* no Landlock: before Linux 5.19, or not enabled at boot */
	PROTECT_MEMORY,  /* tracing callgate and reading or writing its memory */
	PROTECT_SIGNALS, /* Linux 6.12: signals to callgate, too */
};

struct protect {
	enum protect_reach reach;
	int ruleset_fd; /* owned; negative when reach is PROTECT_NOTHING */
};

/*
 * Makes ready, before the fork. A kernel that lacks something is no failure:
 * `reach` says what will be protected, and `lacks`, where it is not empty, what
 * of the wish will not be held. Returns 0, or -errno.
 */
int protect_prepare(struct protect *protect, const struct landlock_wish *wish, struct sbuf *lacks);

/* The same as on a kernel whose Landlock has only this ABI; 0: none. */
int protect_prepare_abi(
	struct protect *protect, long abi, const struct landlock_wish *wish, struct sbuf *lacks);

/*
 * In the child, before its exec and before its seccomp filter, which may deny
 * these calls. Async-signal-safe. Sets no_new_privs where the kernel asks for it:
 * without CAP_SYS_ADMIN, as for a filter. Returns 0, or -errno: the command
 * must not run then. Does nothing when reach is PROTECT_NOTHING.
 */
int protect_command(const struct protect *protect);

void protect_close(struct protect *protect);

/*
 * callgate itself: no core, and no other process of the same user without
 * CAP_SYS_PTRACE may trace it or open its memory; prctl(2), PR_SET_DUMPABLE. After
 * the command's first process was seized, and before it runs: a child forked
 * later could not be seized by an ordinary user. Returns 0, or -errno.
 */
int protect_self(void);

#endif
