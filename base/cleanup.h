/*
 * Scope-bound release of what a function holds, so that no function needs a
 * ladder of gotos. Ownership is handed over in the open with take_ptr() and
 * take_fd().
 */
#ifndef CALLGATE_BASE_CLEANUP_H
#define CALLGATE_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup_free  __attribute__((cleanup(cleanup_free_fn)))
#define cleanup_close __attribute__((cleanup(cleanup_close_fn)))
#define cleanup_file  __attribute__((cleanup(cleanup_file_fn)))
#define cleanup_dir   __attribute__((cleanup(cleanup_dir_fn)))

static inline void cleanup_free_fn(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close_fn(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_file_fn(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_dir_fn(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Gives the pointer away: the variable is NULL afterwards. */
#define take_ptr(p)                                                                                \
	({                                                                                         \
		__typeof__(p) taken = (p);                                                         \
		(p) = NULL;                                                                        \
		taken;                                                                             \
	})

/* Gives the descriptor away: the variable is -1 afterwards. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
