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
#include "base/sbuf.h"
#include "policy/policy.h"
#include "policy/program.h"
#include "report/event.h"
#include "supervisor/behalf/pool.h"
#include "supervisor/clock.h"
#include "supervisor/unix_target.h"
#include "tracer/proc_path.h"
#include "tracer/program_facts.h"

/* What a held call waits for. */
enum pending_stage { STAGE_NONE, STAGE_ROOT, STAGE_NAMES, STAGE_BEHALF, STAGE_ASK };

/* What came of a question. */
enum ask_outcome {
	ASK_UNANSWERED,
	ASK_JUDGE_AGAIN, /* there is a rule for it now */
	ASK_ALLOWED,     /* this once */
	ASK_DENIED,
	ASK_KILLED,
	ASK_LEFT,  /* its task is gone, or has to do something else first: asked again then */
	ASK_STACK, /* whoever is asked wants to see its stack first: asked again then */
};

/* A call about which somebody is asked. */
struct pending_ask {
	size_t destination; /* index of the one it is about; 0 where there are none */
	size_t allowed;     /* those before this one were allowed for this call */
	enum ask_outcome outcome;
	bool withdrawn;       /* it is to be given back: its task died, or has to leave it */
	bool comes_again;     /* when it was withdrawn: for a signal only */
	struct pending *next; /* of those that wait for the same answer */
};

struct generation;

struct pending {
	struct call call;
	struct arena arena; /* of the call; it and advice keep their memory in the pool */
	struct sbuf advice; /* what to do about a denial */
	struct moment at;   /* of the trap; from here on all is zero in a new one */
	struct socket_facts socket;
	bool unbound;                  /* listen(2) that may bind its internet socket */
	const struct stack *stack;     /* in the arena; NULL: not taken */
	const struct lineage *lineage; /* owned: who made the call; exec changes the process's */
	char comm[COMM_SIZE];          /* the same */
	pid_t child;                   /* the task a spawn made; 0 before */
	bool child_is_thread;
	const struct program *program; /* what an exec that succeeded runs; of the next: */
	const struct lineage *runs;    /* owned; NULL: no exec, or it failed */
	struct call_result result;     /* once it is over */
	/* Judging: all modes but trace. */
	struct generation *generation; /* the policies it is judged by; NULL: the first */
	bool judged;
	bool dead;                   /* its task died while it was held; nobody waits for it */
	const char *module;          /* the call was made from, where the policy asks; or NULL */
	uid_t uid;                   /* effective, where the policy asks; else -1 */
	struct unix_target *targets; /* owned; where Unix paths lead, one for each destination */
	size_t targets_len;          /* 0: no Unix path, or too many */
	struct program_facts *exec;  /* owned; what an exec would run, or NULL */
	const char *const *code_variables; /* exec: for the log, in the arena; or NULL */
	char env_code[64]; /* exec: the variable that would put code into it; "" for none */
	struct decision decision;
	uint64_t reserved;                     /* budgets that hold a place for the spawn */
	const struct event_spawning *spawning; /* in the arena: who held one, too */
	size_t spawning_len;
	int fd;        /* our duplicate of the call's socket, or -1 */
	bool fd_stays; /* nobody but the task, which waits, can put another one in its place */
	enum pending_stage stage;
	pid_t tid;
	struct pending *parked; /* owned: the same call before, when its stack was taken */
	struct pending *under;  /* while it is parked: what its task had parked before */
	bool kill_waits;        /* for its stack: the process is killed once that is taken */
	uint64_t notif_id; /* names the call at the listener; 0: its task is in a ptrace stop */
	bool answered;     /* that call has its result already */
	struct trap trap;
	struct behalf_job job;
	struct pending_ask ask;

	struct pending *next; /* in the pool, or in the queue of what is ready */
};

enum { TARGETS_MAX = 64 }; /* Unix paths that one sendmmsg(2) may name */

struct pending_pool {
	struct pending *free;
};

/*
 * Gives up the duplicate of the call's socket. Before the task goes on: what it closes
 * then must be closed, its port free, and its peer told.
 */
void pending_drop_socket(struct pending *pending);

/* An entry with an empty arena, or NULL when there is no memory. */
struct pending *pending_get(struct pending_pool *pool);

/* Gives it back, and frees what it owns; the lineage must have been released. */
void pending_put(struct pending_pool *pool, struct pending *pending);

void pending_pool_free(struct pending_pool *pool);

#endif
