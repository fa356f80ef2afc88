/*
 * Which program an execve(2) would run, worked out before it is let go: the
 * path resolved in the task's own root, and the interpreters of `#!` lines
 * followed as the kernel follows them.
 *
 * The answer is for a clean verdict in time. It can be raced, since the path is
 * in the task's memory and the file system moves; what runs in the end is
 * known from program_at_exec() only.
 */
#ifndef CALLGATE_TRACER_EXEC_TARGET_H
#define CALLGATE_TRACER_EXEC_TARGET_H

#include <sys/types.h>

#include "tracer/program_facts.h"

/* What execve(2) or execveat(2) was given. dirfd is AT_FDCWD for execve. */
struct exec_given {
	int dirfd;
	const char *path;
	int flags; /* AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW */
};

/*
 * Fills facts (but comm) for an exec by the task. Returns 0, or -errno where
 * the kernel would refuse it as well: no such file, not executable, more than
 * five interpreters (ELOOP, as Linux has it).
 */
int exec_target(const struct program_lookup *lookup, pid_t tid, const struct exec_given *given,
	struct program_facts *facts);

#endif
