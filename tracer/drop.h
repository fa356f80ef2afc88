/*
 * Giving up root for good: what the command's first process does to itself
 * before its exec. credentials(7), capabilities(7).
 */
#ifndef CALLGATE_TRACER_DROP_H
#define CALLGATE_TRACER_DROP_H

#include <sys/types.h>

/*
 * Becomes the user and group, in no other group, with a session keyring of its own,
 * without capabilities, bounding set included, and makes sure that root cannot come back.
 * Async-signal-safe. Needs CAP_SETUID, CAP_SETGID and CAP_SETPCAP. Returns 0 or -errno; then the
 * process must not run on.
 */
int drop_root(uid_t uid, gid_t gid);

#endif
