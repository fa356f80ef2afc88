/*
 * Runs a command under the gate: spawns it, watches every task, sends events
 * to the sinks, and ends the way the command ended.
 */
#ifndef CALLGATE_SUPERVISOR_RUN_H
#define CALLGATE_SUPERVISOR_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "decoders/select.h"
#include "policy/verdict.h"
#include "report/sink.h"
#include "supervisor/stacking.h"

/* Exit statuses of callgate itself; those of a command that never ran: tracer/command_path.h. */
enum {
	EXIT_LIMIT = 124,    /* --timeout, or --fail-on */
	EXIT_CALLGATE = 125, /* callgate's own failure */
};

struct ask_options; /* supervisor/ask.h */
struct policy;

/* How calls are stopped. */
enum backend {
	BACKEND_AUTO,   /* notify where calls are carried out and this kernel has it */
	BACKEND_NOTIFY, /* at the filter's listener: fast, without the results of what is let go */
	BACKEND_PTRACE, /* in ptrace stops: with every result */
};

struct run_options {
	enum mode mode;
	enum backend backend;          /* BACKEND_NOTIFY is an error in trace and audit */
	char *const *argv;             /* the command; NULL-terminated */
	const struct call_set *select; /* which calls are watched */
	const struct policy *policy;   /* borrowed; but for trace */
	const struct ask_options *ask; /* borrowed; ask */
	const char *const *policies;   /* its files, for the log; NULL-terminated */
	bool watch_policy;             /* --watch: loaded again when a file of it changes */
	bool logged;                   /* --log: what text has no place for is wanted, too */
	bool contents;                 /* -v: environment strings, first bytes of what is sent */
	bool kill_on_exit;             /* when the command ends, what it left running is killed */
	struct stack_wish stack;       /* which calls have their stack taken */
	uint64_t timeout_ns;           /* 0: none. Then SIGTERM, a second later SIGKILL */
	struct sink **sinks;           /* borrowed */
	size_t nsinks;
	struct summary *summary; /* borrowed; fed every event */
};

/* How the run ended. */
struct run_outcome {
	int wait_status; /* of the command, as from waitpid(2) */
	bool timed_out;
	unsigned saved; /* rules, to ask_options.save */
};

/*
 * Returns 0 when the command ran, whatever became of it. Otherwise a negative
 * number, and *exit_status is EXIT_CALLGATE, or says that the command could not be run.
 */
int supervisor_run(const struct run_options *options, struct run_outcome *outcome, int *exit_status,
	struct err **err);

/*
 * Ends callgate as the command ended: exits with its status, or dies of its
 * signal (without a core of our own). Does not return.
 */
_Noreturn void supervisor_exit_like(int wait_status);

#endif
