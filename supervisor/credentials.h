/*
 * Being the task for the length of one call: a worker thread takes on the
 * task's user, groups and effective capabilities, and goes back afterwards.
 *
 * The kernel keeps credentials per thread, libc's wrappers change them in all
 * threads (nptl(7)); so these are raw system calls.
 */
#ifndef CALLGATE_SUPERVISOR_CREDENTIALS_H
#define CALLGATE_SUPERVISOR_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct credentials {
	uid_t uid[4]; /* real, effective, saved, of the file system; as in proc(5) */
	gid_t gid[4];
	gid_t *groups; /* owned */
	size_t groups_len;
	uint64_t effective; /* capabilities; none when they hold in another user namespace */
	mode_t umask;       /* of a task; not of the own ones */
};

/* The task's against the calling thread's own. */
struct credentials_pair {
	struct credentials task, own;
	bool same; /* nothing to take on */
};

#define cleanup_credentials __attribute__((cleanup(credentials_free)))

/* Reads both. Returns 0 or -errno; -ESRCH when the task is gone. To be freed in any case. */
int credentials_read(pid_t tid, struct credentials_pair *pair);

/*
 * Makes the calling thread the task. Returns 0, or -EPERM when the thread is
 * not permitted to, and then it is itself again.
 */
int credentials_take_on(const struct credentials_pair *pair);

/*
 * Goes back. A thread that cannot is of no further use to anybody: the program
 * ends, and with it, by PTRACE_O_EXITKILL, everything that waits for an answer.
 */
void credentials_give_back(const struct credentials_pair *pair);

/*
 * Whether the task, of process `pid`, may name these in SCM_CREDENTIALS:
 * scm_check_creds() in net/core/scm.c.
 */
bool credentials_may_claim(const struct credentials *task, pid_t pid, const struct ucred *claimed);

/* Whether the capability (linux/capability.h) is among the effective ones. */
bool credentials_capable(const struct credentials *who, unsigned capability);

void credentials_free(struct credentials_pair *pair);

#endif
