/*
 * What the kernel has a call return that a signal interrupted, for itself: how the call is
 * made again (include/linux/errno.h). Programs never see these, tracers do.
 */
#ifndef CALLGATE_DECODERS_RESTART_H
#define CALLGATE_DECODERS_RESTART_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RESTART_SYS = -512,    /* ERESTARTSYS: unless a handler without SA_RESTART runs */
	RESTART_NOINTR = -513, /* ERESTARTNOINTR: whatever runs before */
	RESTART_LAST = -516,
};

static inline bool result_is_restart(int64_t result)
{
	return result <= RESTART_SYS && result >= RESTART_LAST;
}

#endif
