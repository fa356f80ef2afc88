/*
 * Which files the tree may read and write: roots, and all that is beneath them.
 * The kernel holds the command to it (Landlock); the supervisor holds to it the
 * calls it makes on behalf.
 */
#ifndef CALLGATE_POLICY_FILES_H
#define CALLGATE_POLICY_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/model.h"

/* A file, or a directory with all that is in it. */
struct file_root {
	struct place place;
	const char *text; /* as written */
	const char *path; /* canonical; absolute and as written where it was not found */
};

struct file_roots {
	const struct file_root *items;
	size_t len;
};

struct files {
	struct place place;      /* of the first `files`; file is NULL: there is none */
	struct file_roots read;  /* empty: everything may be read */
	struct file_roots write; /* and read */
	bool best;               /* what this kernel cannot hold is a warning, and no refusal */
};

const struct files *policy_files(const struct policy *policy);

/*
 * May a file of this canonical path be read, or written? `place` is the root
 * that allows it, or where `files` begins. Always true without `files`.
 */
bool files_allow(const struct files *files, const char *path, bool write, struct place *place);

#endif
