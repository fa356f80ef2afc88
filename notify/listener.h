/*
 * The listener: where calls that the filter stops with SECCOMP_RET_USER_NOTIF
 * wait for an answer (seccomp_unotify(2)).
 *
 * Asks for two things that are newer than the interface. WAIT_KILLABLE_RECV
 * (Linux 5.19): once we have a call, its task takes no signal before the
 * answer, so a call that was made on behalf cannot be made twice. Without it
 * there is no listener. SYNC_WAKE_UP (Linux 6.6): the task is woken on our
 * processor and we on its, which halves the round trip; it is done without
 * where it is missing.
 */
#ifndef CALLGATE_NOTIFY_LISTENER_H
#define CALLGATE_NOTIFY_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "decoders/trap.h"

struct seccomp_notif;

struct listener {
	int fd; /* -1: none; becomes readable (poll(2)) when a call waits */
	struct seccomp_notif *received;
	uint16_t received_size; /* the kernel's own struct may be longer than ours */
};

#define LISTENER_NONE                                                                              \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* The flags of seccomp(2) with which a filter is loaded that has a listener. */
unsigned listener_load_flags(void);

/*
 * Whether a filter with a listener can be loaded here. Returns 0; -EINVAL when
 * the kernel is too old; -EBUSY when a filter above us has a listener already,
 * and only one is allowed; another -errno of seccomp(2) or fork(2).
 */
int listener_probe(void);

/*
 * Takes over the listener that is descriptor `remote` of a stopped process,
 * with pidfd_getfd(2): never passed by a call that the filter itself stops.
 * Returns 0 or -errno.
 */
int listener_open(struct listener *listener, pid_t pid, int remote);

/*
 * Receives a call; waits until there is one. *id names it in the answer.
 * Returns 0; -ENOENT when its task was killed meanwhile; another -errno.
 */
int listener_receive(struct listener *listener, struct trap *trap, uint64_t *id);

/*
 * True while the call still waits: what was read of its task until now was the
 * task's, and not that of another one which has got its number since.
 */
bool listener_valid(const struct listener *listener, uint64_t id);

/*
 * Answers a call with its result, a value or -errno; the kernel's restart codes
 * (-512 to -516) are allowed. Returns 0, or -ENOENT when its task is gone.
 */
int listener_answer(const struct listener *listener, uint64_t id, int64_t result);

/* Lets the kernel make the call, with the registers it had. The same returns. */
int listener_continue(const struct listener *listener, uint64_t id);

void listener_close(struct listener *listener);

#endif
