/*
 * Whether every task of a run is in callgate's own root, among callgate's own mounts, where
 * the command began: then a task's paths lead where callgate's do, and its root
 * need not be asked for at each exec. That is known as long as the filter stops every call by
 * which a task could go elsewhere, and none has been made.
 */
#ifndef CALLGATE_SUPERVISOR_OWN_ROOT_H
#define CALLGATE_SUPERVISOR_OWN_ROOT_H

#include <stdbool.h>

#include "decoders/call.h"
#include "decoders/select.h"
#include "policy/verdict.h"

/* True when the filter of such a run stops all calls that own_root_may_end() looks for. */
bool own_root_is_watched(enum mode mode, const struct call_set *select);

/* True for a call that takes its task to another root or to other mounts, if it is let go. */
bool own_root_may_end(const struct call *call);

#endif
