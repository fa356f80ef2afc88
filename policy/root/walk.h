/*
 * Follows a path one component at a time, as path_resolution(7) says, inside
 * a directory taken for the root. For policy/root/view.c: this is what tells which
 * links were followed, and all there is on kernels without openat2(2).
 */
#ifndef CALLGATE_POLICY_ROOT_WALK_H
#define CALLGATE_POLICY_ROOT_WALK_H

#include <stdint.h>

#include "policy/root/view.h"

/*
 * Fills path, links and what fstat(2) tells of the file; `out` is zeroed but
 * for asked. Returns 0 or -errno, which is also put into out->errnum.
 */
int root_walk(int root, struct resolution *out);

/*
 * An O_PATH descriptor of the canonical path's file, owned by the caller, or
 * -errno. Never follows a link: where one has come up since, -ENOTDIR.
 */
int root_walk_open(int root, const char *canonical);

/*
 * An O_PATH descriptor by openat2(2) under `root`, or -errno. -EAGAIN is a race
 * with a rename, of any file of the system, when the path has "..": openat2(2)
 * says to try again, and a busy machine takes many tries.
 */
int root_open_in(int root, const char *path, uint64_t resolve);

#endif
