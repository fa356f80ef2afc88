/*
 * Paths into proc(5) that are about whoever follows them: /proc/self/exe is
 * another file for callgate than for the task that names it. And those of a process by its
 * number: what /proc/N/exe is cannot be had by its text either.
 */
#ifndef CALLGATE_TRACER_OWN_PROC_H
#define CALLGATE_TRACER_OWN_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A link at a path's head, as the task has it. */
struct own_proc {
	pid_t pid;        /* whose it is, as the path has it; 0: of whoever follows the path */
	char entry[32];   /* in /proc/TID: "root", "cwd", "exe", "fd/3" */
	const char *rest; /* of the path: empty, or it begins with a slash */
};

/* True when the path begins with such a link. */
bool own_proc_find(const char *path, struct own_proc *out);

/*
 * Puts what the link stands for in its place: a path in the task's root, which
 * is `root` as callgate sees it. Returns 0; ENOENT when the link leads to no
 * path, such as to a socket, or is none; or ENAMETOOLONG.
 */
int own_proc_replace(
	pid_t tid, const char *root, const struct own_proc *own, char *buf, size_t size);

#endif
