/*
 * Who makes a call: the program a process runs, and the lineage of programs
 * that led to it. Plain facts; the tracer gathers and owns them, policies
 * match them, the log names them.
 */
#ifndef CALLGATE_POLICY_PROGRAM_H
#define CALLGATE_POLICY_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What tells one file from another, and from itself after it was changed. */
struct identity {
	bool known;
	uint64_t dev; /* st_dev */
	uint64_t ino;
	uint64_t size; /* bytes */
	int64_t ctime_sec;
	uint32_t ctime_nsec;
};

static inline bool identity_same_file(const struct identity *a, const struct identity *b)
{
	return a->known && b->known && a->dev == b->dev && a->ino == b->ino;
}

/* Same file, and not changed in between. */
static inline bool identity_equal(const struct identity *a, const struct identity *b)
{
	return identity_same_file(a, b) && a->size == b->size && a->ctime_sec == b->ctime_sec &&
	       a->ctime_nsec == b->ctime_nsec;
}

/* The file a process runs. Immutable once made. */
struct program {
	const char *path; /* canonical, as seen in the process's own root; see `nameless` */
	struct identity id;
	bool nameless;    /* a memfd, a deleted or O_TMPFILE file: matches no path rule */
	bool interpreter; /* an ELF interpreter, run by itself: elf_interpreter.h */
	/*
	 * The file the kernel started this program for through a `#!` line;
	 * NULL path when there is none.
	 */
	const char *script;
	struct identity script_id;
	/*
	 * Of a log, which has no identities: at that path was another file than the
	 * policy of the run had looked up.
	 */
	bool changed, script_changed;
};

/*
 * The chain of programs from a process up to the command callgate started,
 * newest first. A fork shares its parent's chain; an exec puts a new link on
 * it, so that neither reparenting nor exec sheds an ancestor. Immutable.
 */
struct lineage {
	const struct lineage *parent; /* NULL: this is the command's first program */
	const struct program *program;
};

#endif
