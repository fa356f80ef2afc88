/*
 * The file system as the command will see it: resolves the paths a policy
 * names inside a given root, following every link the way the kernel does and
 * never leaving that root.
 *
 * A path is canonical when it is absolute, has no "", "." or ".." component,
 * and no component of it is a link. See path_resolution(7), openat2(2).
 */
#ifndef CALLGATE_POLICY_ROOT_VIEW_H
#define CALLGATE_POLICY_ROOT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/sbuf.h"
#include "policy/program.h"

struct root_view {
	int fd;       /* the directory that is "/"; O_PATH is enough; borrowed */
	bool by_hand; /* do without openat2(2), as kernels before 5.6 must */
};

/* As many links as the kernel follows in one path (MAXSYMLINKS); one more is ELOOP. */
enum { ROOT_LINKS_MAX = 40 };

/* One link that was followed. */
struct root_link {
	char *path;   /* where it stands: canonical but for being a link itself */
	char *target; /* its content, as written */
};

/* What became of a path. Filled by root_view_resolve(), freed by resolution_free(). */
struct resolution {
	int errnum;  /* 0: resolved; else why not, and only asked, path and links are set */
	char *asked; /* the path as it was given */
	char *path;  /* resolved: the canonical path; else the step that failed: canonical up
			to its last component; NULL only for want of memory */
	struct identity id;
	mode_t mode; /* type and permissions of the file */
	uid_t uid;   /* its owner */
	gid_t gid;
	struct root_link *links; /* every link followed, first to last */
	size_t nlinks;
};

#define cleanup_resolution __attribute__((cleanup(resolution_free)))

/*
 * Resolves an absolute path to a file of any type. `view` may be NULL: the
 * caller's own root. Always fills *out (which need not be initialised), also
 * on failure. Returns 0 or -out->errnum:
 *
 *   ENOENT        a component does not exist; of a link: its target does not
 *   EACCES        a directory may not be searched by us
 *   ELOOP         more than ROOT_LINKS_MAX links
 *   ENOTDIR       something that is no directory is used as one; also "file/"
 *   EXDEV         a magic link of /proc, which is another file for each process
 *   EAGAIN        files moved under us again and again
 *   EINVAL        the path is not absolute
 *   ENAMETOOLONG, ENOMEM, EMFILE, ...  as from open(2)
 */
int root_view_resolve(const struct root_view *view, const char *path, struct resolution *out);

/*
 * The same for a path that is to be run: what is not a regular file is EACCES,
 * as from execve(2). path, id and mode are then set.
 */
int root_view_resolve_program(
	const struct root_view *view, const char *path, struct resolution *out);

/*
 * The same, for whoever is about to run it: links and chain are not told, which
 * saves the walk along the path. *program is a descriptor of the file that the caller
 * owns, for root_view_read_program(); -1 when it may not be read.
 */
int root_view_open_program(
	const struct root_view *view, const char *path, struct resolution *out, int *program);

/* The same file, open for reading: a descriptor the caller owns, or -1. */
int root_view_read_program(int program);

/* True for what proc(5) shows for a file that was removed; one may really be called that. */
bool root_path_looks_deleted(const char *path);

/*
 * Opens the regular file that was resolved for reading, by its canonical path
 * and following no link. Returns a descriptor the caller owns; -ESTALE when
 * another file is there by now; another negative errno.
 */
int root_view_open_file(
	const struct root_view *view, const struct resolution *resolved, struct err **err);

/*
 * The links followed, "/bin -> usr/bin, /usr/bin/sh -> dash", with the targets
 * as the links have them; the canonical path when there were none. Escaped for
 * a terminal, as below.
 */
void resolution_chain(const struct resolution *resolved, struct sbuf *out);

/*
 * Why it failed, for people: the way, the step, the reason, what to do. "link
 * 2, /etc/alternatives/vi -> /usr/bin/vim.basic, leads on: /usr/bin/vim.basic
 * does not exist: install it, or correct the path". Adds nothing when errnum
 * is 0.
 */
void resolution_fault(const struct resolution *failed, struct sbuf *out);

/* Frees what it holds and zeroes it. */
void resolution_free(struct resolution *resolution);

#endif
