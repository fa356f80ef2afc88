/* Notices that a file of a policy was changed, replaced or removed: inotify(7). */
#ifndef CALLGATE_SUPERVISOR_RELOAD_FILES_H
#define CALLGATE_SUPERVISOR_RELOAD_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "policy/policy.h"

struct reload_file {
	int directory; /* its watch */
	char *name;    /* owned; within that directory */
};

struct reload_files {
	int fd; /* inotify; -1: nothing is watched */
	struct reload_file *items;
	size_t len;
};

int reload_files_open(struct reload_files *files, struct err **err);

/* Watches what the policy was made of, instead of what was watched before. */
void reload_files_of(struct reload_files *files, const struct policy *policy);

/* Reads what is there to read. True when it is about one of the files. */
bool reload_files_changed(struct reload_files *files);

/*
 * The first source of the policy that its command may change, or put another in the place of:
 * by who we are, and by `files`. NULL when there is none.
 */
const char *reload_files_open_to_command(const struct policy *policy);

void reload_files_close(struct reload_files *files);

#endif
