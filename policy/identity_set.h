/*
 * Files of which something was found out that holds until they are changed. For
 * what is asked of the same few programs again and again; a fixed number of
 * places, and who comes later takes the place of who was there.
 *
 * That a file was changed shows in its ctime, which nobody can set (inode(7)), but
 * clocks tick and two changes within a tick look alike: of a file that was changed
 * a moment ago nothing is kept, as git does with its index.
 */
#ifndef CALLGATE_POLICY_IDENTITY_SET_H
#define CALLGATE_POLICY_IDENTITY_SET_H

#include <stdbool.h>

#include "policy/program.h"

enum {
	IDENTITY_SET_PLACES = 256,
	IDENTITY_SETTLED_S = 2, /* the coarsest clock of a file system: two seconds, of FAT */
};

/* {0} to begin with. */
struct identity_set {
	struct identity places[IDENTITY_SET_PLACES];
};

/* True when it was put in, and has not been changed since. */
bool identity_set_has(const struct identity_set *set, const struct identity *id);

/* Does nothing when the file was changed less than IDENTITY_SETTLED_S ago, or is not known. */
void identity_set_put(struct identity_set *set, const struct identity *id);

#endif
