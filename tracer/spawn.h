/*
 * Starts the command: finds its file as a shell would, forks, lets the tracer
 * seize the child before it does anything, loads the filter in it, and runs it
 * with everything it would have had without us.
 */
#ifndef CALLGATE_TRACER_SPAWN_H
#define CALLGATE_TRACER_SPAWN_H

#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/err.h"

struct protect;

struct spawn_limit {
	int resource; /* RLIMIT_* */
	struct rlimit limit;
};

struct spawn_options {
	char *const *argv;
	const struct sock_fprog *filter;
	unsigned filter_flags; /* of seccomp(2), SECCOMP_SET_MODE_FILTER; e.g. for a listener */
	const struct protect *protect; /* keeps callgate out of the command's reach; NULL: not */
	bool no_new_privs;             /* in any case; else only where the filter needs it */
	const sigset_t *sigmask; /* of the command: callgate's own, before it blocked anything */
	const struct sigaction *sigchld;  /* the same, of SIGCHLD */
	const struct rlimit *nofile;      /* the same of RLIMIT_NOFILE */
	char *const *envp;                /* of the command; NULL-terminated */
	const struct spawn_limit *limits; /* set after `nofile` */
	size_t nlimits;
	bool drops_root; /* the command becomes this user and group, for good */
	uid_t uid;
	gid_t gid;
};

/* The child before its exec. */
struct spawn {
	pid_t pid;
	int report_fd; /* the child says here why it failed; closed by a successful exec */
	/*
	 * The child's descriptor of its filter's listener, once it is stopped at its
	 * exec; -1 before. NULL when filter_flags asked for none. Owned.
	 */
	int *listener;
};

/*
 * Forks and seizes. The child runs on, into its traced execve(2), as soon as
 * the tracer resumes it. On failure *exit_status is as tracer/command_path.h has it
 * when the command's file is why, else as it was.
 */
int spawn_start(
	const struct spawn_options *options, struct spawn *out, int *exit_status, struct err **err);

/*
 * To be called when the child is dead and never got through its exec: says
 * why, *exit_status included. Always returns a negative number.
 */
int spawn_failure(struct spawn *spawn, const char *command, int *exit_status, struct err **err);

void spawn_close(struct spawn *spawn);

#endif
