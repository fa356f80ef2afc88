/*
 * Which calls are watched: strace's `trace=` expressions, a list with commas.
 *
 *   connect,bind        names, decoded or not
 *   %net,%process       strace's classes; %network is another name of %net
 *   %deny               the default deny list
 *   %gate               what is watched when nothing is said: every call with a decoder
 *   %net,!socket        "!" takes one out of what was listed before it
 *   !socket,bind        all of the calls watched by default but these: at the
 *                       beginning, "!" inverts the whole list
 *   all, none           alone
 *
 *   unknown             calls that later kernels have than those callgate knows
 *   prlimit64:other     calls of decoders/acts_on.h, only where they act on another process
 *
 * "trace=" before the expression is allowed, as in strace's -e. socketcall(2)
 * is no call of its own here: its name stands for the calls that i386 can make
 * through it.
 */
#ifndef CALLGATE_DECODERS_SELECT_H
#define CALLGATE_DECODERS_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A set of system calls by name. Immutable once made; owned by the caller. */
struct call_set;

/* NULL expr is the default, %gate. An unknown name is an error that has the nearest known one. */
int call_set_parse(const char *expr, struct call_set **out, struct err **err);
void call_set_free(struct call_set *set);

/* True when every system call is in it; the names below are then not listed. */
bool call_set_is_all(const struct call_set *set);

/*
 * The i-th name in the set, or word "CALL:other", NULL past the last. Names that exist in any ABI
 * are listed once. Each is known to libseccomp for some ABI, and need not
 * exist in the one at hand.
 */
const char *call_set_name(const struct call_set *set, size_t i);

/* With whatever arguments. */
bool call_set_has(const struct call_set *set, const char *name);

/* True when the call is in it only where it is about another process. */
bool call_set_has_only_other(const struct call_set *set, const char *name);

/*
 * True when sends without a destination are wanted too. In the default they
 * are not: sendto(2) without an address reaches nothing new.
 */
bool call_set_wants_plain_send(const struct call_set *set);

#endif
