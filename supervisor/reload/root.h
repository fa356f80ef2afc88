/*
 * A command may go to another root before it runs the program it is for: chroot(1),
 * unshare -R, bwrap. The programs that the policy names are then those of that root.
 * They are looked up there once, at the first exec after the command's own; the call
 * that is to run it waits for that, and nobody else does.
 *
 * Only then: whatever runs later could show callgate a root of its own making.
 */
#ifndef CALLGATE_SUPERVISOR_RELOAD_ROOT_H
#define CALLGATE_SUPERVISOR_RELOAD_ROOT_H

#include <stdbool.h>

struct reload;
struct task;
struct pending;

struct reload_root {
	int fd;       /* the command's root, owned; the reloading thread's. -1: callgate's own */
	bool settled; /* it does not change any more; the tracing thread's */
};

/* True when the call is held until the programs were looked up in the root of its task. */
bool reload_holds(struct reload *reload, const struct task *task, struct pending *pending);

/* A process runs another program. */
void reload_execed(struct reload *reload, const struct task *task);

#endif
