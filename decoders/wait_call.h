/*
 * Calls that wait for children. A tracer is told first that a child has ended, its parent only
 * then: so who waits without blocking for one process has to wait for its tracer, too.
 */
#ifndef CALLGATE_DECODERS_WAIT_CALL_H
#define CALLGATE_DECODERS_WAIT_CALL_H

#include <stddef.h>
#include <stdint.h>

struct wait_call {
	const char *name;
	unsigned who, options; /* arguments: the number, and the flags (WNOHANG) */
	/*
	 * One process is waited for only where the first argument has these of its bits as they
	 * are in `one`: pid_t not below 0, idtype_t P_PID or P_PIDFD (1, 3; P_ALL is 0, P_PGID 2).
	 */
	uint32_t mask, one;
};

/* The i-th, NULL past the last. */
const struct wait_call *wait_call_at(size_t i);

/* By its name; NULL when it is no such call. */
const struct wait_call *wait_call_by_name(const char *name);

#endif
