/*
 * A Landlock ruleset: what a task that enters it may do to files, and what it
 * keeps its tasks from. landlock(7). Made before the fork, entered in the child.
 */
#ifndef CALLGATE_TRACER_LANDLOCK_H
#define CALLGATE_TRACER_LANDLOCK_H

#include <stdbool.h>

#include "base/sbuf.h"
#include "policy/files.h"

/* Versions of the kernel's interface, and what came with each. */
enum {
	LANDLOCK_ABI_NONE = 0,
	LANDLOCK_ABI_FILES = 1,    /* Linux 5.13 */
	LANDLOCK_ABI_REFER = 2,    /* 5.19: links and renames between directories */
	LANDLOCK_ABI_TRUNCATE = 3, /* 6.2 */
	LANDLOCK_ABI_NET = 4,      /* 6.7 */
	LANDLOCK_ABI_IOCTL = 5,    /* 6.10 */
	LANDLOCK_ABI_SCOPED = 6,   /* 6.12: signals */
};

/* The version of this kernel; LANDLOCK_ABI_NONE where it has none, or has it turned off. */
long landlock_abi(void);

struct landlock_wish {
	const struct files *files; /* NULL, or without a place: no bound on files */
	bool no_tcp;               /* no connect(2) and bind(2) over TCP */
};

/*
 * Makes a ruleset of all that this version can hold. What cannot be held of
 * `files` is said in `lacks`, in words, and left out; the rest of the wish is
 * as much as there is. Returns a descriptor that the caller owns, or -errno.
 * With nothing to hold, a ruleset that restricts nothing, or -ENOTSUP.
 */
int landlock_ruleset(const struct landlock_wish *wish, long abi, struct sbuf *lacks);

/*
 * Enters it: this task, and all it makes. Async-signal-safe. Needs no_new_privs
 * or CAP_SYS_ADMIN. Returns 0 or -errno.
 */
int landlock_enter(int ruleset);

#endif
