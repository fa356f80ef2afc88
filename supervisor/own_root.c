#include "supervisor/own_root.h"

#include <linux/sched.h>
#include <stddef.h>

/* Each with the bits of its first argument that matter; 0: it always does. */
static const struct {
	enum call_id id;
	const char *name;
	uint64_t flags;
} calls[] = {
	{ CALL_CHROOT, "chroot", 0 },
	{ CALL_PIVOT_ROOT, "pivot_root", 0 }, /* changes the root of all that are in the old one */
	{ CALL_SETNS, "setns", 0 },           /* by a pidfd it is not told of which kind */
	{ CALL_UNSHARE, "unshare", CLONE_NEWNS },
	{ CALL_CLONE, "clone", CLONE_NEWNS },
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]) };

bool own_root_is_watched(enum mode mode, const struct call_set *select)
{
	/* Elsewhere clone3(2) is let go, whose flags are in memory, and ABIs without a table. */
	if (!mode_enforces(mode))
		return false;
	for (size_t i = 0; i < CALLS; i++) {
		/* Every clone(2) is stopped, for the task table. */
		if (calls[i].id != CALL_CLONE && !call_set_has(select, calls[i].name))
			return false;
	}
	return true;
}

bool own_root_may_end(const struct call *call)
{
	for (size_t i = 0; call->desc && i < CALLS; i++) {
		if (calls[i].id == call->desc->id)
			return !calls[i].flags || (call->args[0] & calls[i].flags);
	}
	return false;
}
