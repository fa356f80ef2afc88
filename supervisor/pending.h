/*
 * Calls that have trapped and not returned yet. Kept in a pool: a warm run
 * allocates nothing for a trap, and a thousand blocked calls cost a thousand
 * small entries.
 */
#ifndef CALLGATE_SUPERVISOR_PENDING_H
#define CALLGATE_SUPERVISOR_PENDING_H

#include "base/arena.h"
#include "decoders/call.h"
#include "decoders/socket_facts.h"
#include "policy/program.h"
#include "supervisor/clock.h"
#include "tracer/proc_path.h"

struct pending {
	struct call call;
	struct arena arena; /* of the call */
	struct moment at;   /* of the trap */
	struct socket_facts socket;
	const struct lineage *lineage; /* owned: who made the call; exec changes the process's */
	char comm[COMM_SIZE];          /* the same */
	pid_t child;                   /* the task a spawn made; 0 before */
	bool child_is_thread;
	const struct program *program; /* what an exec that succeeded runs; borrowed */
	struct pending *next;          /* in the pool */
};

struct pending_pool {
	struct pending *free;
};

/* An entry with an empty arena, or NULL when there is no memory. */
struct pending *pending_get(struct pending_pool *pool);

/* Gives it back; the lineage must have been released. */
void pending_put(struct pending_pool *pool, struct pending *pending);

void pending_pool_free(struct pending_pool *pool);

#endif
