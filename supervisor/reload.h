/*
 * Another policy for a running command. A thread reads, resolves and builds it
 * aside, so that no call waits for that; the tracing thread then puts it in the
 * old one's place between two calls. What cannot be loaded, or not be held by a
 * run that has begun without it, leaves the last good policy, or closes the gate.
 */
#ifndef CALLGATE_SUPERVISOR_RELOAD_H
#define CALLGATE_SUPERVISOR_RELOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/err.h"
#include "supervisor/emitter.h"
#include "supervisor/gate.h"
#include "supervisor/reload/files.h"
#include "supervisor/reload/root.h"

struct call_set;
struct reload_result;

enum { RELOAD_REPEAT_MS = 60000 };

struct reload {
	const char *const *files;      /* borrowed; ends with NULL */
	const struct call_set *select; /* borrowed: what the filter of the run stops */
	struct tracer *tracer;         /* borrowed: woken when a policy is ready */
	bool watch;                    /* also when a file changes */
	int repeat_ms; /* between warnings that there is no good policy: RELOAD_REPEAT_MS */

	pthread_t thread;
	bool runs;
	int wake_fd; /* eventfd(2) */
	struct reload_files watched;
	struct reload_root root;
	atomic_bool over;
	atomic_bool failing; /* the last try came to nothing: said again and again */
	atomic_bool asked;   /* for a try */
	pthread_mutex_t lock;
	struct reload_result *moving;        /* the try for another root, before its turn */
	struct reload_result *first, **last; /* in the order of the tries */
};

/* Starts the thread. The fields up to `repeat_ms` are set before, `policy` is the one of the start.
 */
int reload_start(struct reload *reload, const struct policy *policy, struct err **err);

/* Asks for a reload. For any thread. Does nothing when there is no thread. */
void reload_ask(struct reload *reload);

/* Ends the thread, and frees what was not put in place. What was held for it may go on. */
void reload_stop(struct reload *reload, struct gate *gate);

/* In the tracing thread: puts in place what is ready, and tells of it. */
void reload_apply(struct reload *reload, struct gate *gate, struct emitter *emitter);

#endif
