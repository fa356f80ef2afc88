/*
 * On behalf: the supervisor makes a call itself, from its own copy of the
 * arguments, on a duplicate of the task's descriptor. Nothing the program does
 * to its memory, its descriptors or the file system between the decision and
 * the call can change where the call goes.
 *
 * The task is stopped meanwhile. These calls may block as the task's own would: but for
 * those that surely do not, each runs in a worker thread (supervisor/behalf/pool.h).
 */
#ifndef CALLGATE_SUPERVISOR_BEHALF_H
#define CALLGATE_SUPERVISOR_BEHALF_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "decoders/call.h"
#include "decoders/restart.h"
#include "decoders/socket_facts.h"
#include "supervisor/unix_target.h"

/*
 * Interrupts a worker's blocking call. Its handler, which behalf_pool_new()
 * sets, does nothing; only workers have it unblocked, only while they call.
 */
#define BEHALF_INTERRUPT (SIGRTMIN + 1)

/* The call was interrupted before anything was done: restarted, or -EINTR, after the signal. */
#define BEHALF_RESTART RESTART_SYS

/* One call to be made. Everything is borrowed and stays unchanged until it is done. */
struct behalf {
	pid_t pid, tid;
	const struct call *call; /* connect, bind, listen, a send; decoded and judged */
	int fd;                  /* our duplicate of the task's socket: the one that was judged */
	struct socket_facts socket;
	bool same_credentials; /* the task's are callgate's own, for sure; false: to be looked at */
	/*
	 * Where a Unix path leads; NULL for other addresses. For sendmmsg(2) an
	 * array of targets_len, the i-th for call_destination(i); elsewhere
	 * targets_len may stay 0.
	 */
	const struct unix_target *target;
	size_t targets_len;
	/*
	 * Out: the path of bind(2) led elsewhere than it had been judged to:
	 * tampering. Where Landlock is to be had, nothing was made there; else
	 * the socket is bound there, and its task should not live on.
	 */
	bool raced;
	bool at_once; /* of behalf_make_now(): fails with -EAGAIN rather than wait */
};

/*
 * Makes the call with the task's credentials. Returns its result as the kernel
 * would have given it: a value, or -errno; BEHALF_RESTART when the thread was
 * interrupted by BEHALF_INTERRUPT before anything was done. With SO_SNDTIMEO
 * set, that is -EINTR, as natively (signal(7)).
 *
 * A broken pipe sends the task its SIGPIPE, like the kernel.
 */
int64_t behalf_make(struct behalf *behalf);

/*
 * Whether it is a send on a Unix stream: the kernel does not look at the address, and
 * is given none that leads anywhere.
 */
bool behalf_ignores_address(const struct call *call, const struct socket_facts *socket);

/*
 * Makes the call when it is sure not to block. Returns false when it is not, and
 * then nothing was done. For any thread.
 */
bool behalf_make_now(struct behalf *behalf, int64_t *result);

#endif
