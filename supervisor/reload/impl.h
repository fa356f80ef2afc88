/* What the two sides of a reload share. */
#ifndef CALLGATE_SUPERVISOR_RELOAD_IMPL_H
#define CALLGATE_SUPERVISOR_RELOAD_IMPL_H

#include "supervisor/reload.h"

/* What one try came to. */
struct reload_result {
	struct policies policies; /* owned; the policy is NULL when it did not load */
	struct sbuf text;         /* the warnings of loading, a line each; or the error */
	bool again;               /* no new try: nothing has become of the last one yet */
	struct pending *held;     /* the exec that waits for the policy of its root; or NULL */
	int root;                 /* owned: that root */
	struct reload_result *next;
};

/* The thread has something to do. */
void reload_wake(struct reload *reload);

/* The next one; the caller frees it with reload_result_free(). NULL when there is none. */
struct reload_result *reload_take(struct reload *reload);

void reload_result_free(struct reload_result *result);

#endif
