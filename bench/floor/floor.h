/*
 * The floors: programs that run a command as callgate does, with nothing but the
 * kernel's part of the work. What a call costs under one of them is the least
 * that it can cost under callgate on this kernel.
 *
 * Every function ends the program with a message when it fails.
 */
#ifndef CALLGATE_BENCH_FLOOR_H
#define CALLGATE_BENCH_FLOOR_H

#include <stdint.h>
#include <sys/types.h>

_Noreturn void floor_die(const char *what);

/*
 * Loads a filter on this process, for the build's ABI. `action` is
 * returned for the calls that callgate judges, ALLOW for the rest. Returns what
 * seccomp(2) returned: with SECCOMP_FILTER_FLAG_NEW_LISTENER, the listener.
 */
int floor_load_filter(uint32_t action, unsigned flags);

/* Loads a filter of one instruction: ALLOW. */
void floor_load_allow(void);

_Noreturn void floor_exec(char **argv);

/* Ends this program like a child with this wait status. */
_Noreturn void floor_exit_like(int status);

#endif
