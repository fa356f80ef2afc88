/*
 * An event: one record of the log. The supervisor makes events, sinks turn
 * them into text, JSON Lines or a summary. Everything in an event is borrowed
 * and valid only while the sink handles it.
 */
#ifndef CALLGATE_REPORT_EVENT_H
#define CALLGATE_REPORT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "decoders/call.h"
#include "decoders/socket_facts.h"
#include "policy/policy.h"
#include "policy/program.h"
#include "policy/verdict.h"

struct stack;
struct summary;

enum event_type {
	EVENT_SESSION, /* first: what is run, how, where */
	EVENT_START,   /* a task came to be */
	EVENT_CALL,    /* a call is complete, or was cut off by the task's death */
	EVENT_EXIT,    /* a task is gone */
	EVENT_WARNING, /* callgate has something to say */
	EVENT_SUMMARY, /* last */
};

/* Who an event is about. All zero in session, summary, and warnings about no task. */
struct event_task {
	pid_t pid, tid;                /* in callgate's pid namespace */
	const char *comm;              /* of the task, from the kernel; hostile text */
	const struct lineage *lineage; /* NULL: still callgate's own child, before its first exec */
};

struct event_session {
	char *const *argv; /* the command */
	const char *cwd;
	enum mode mode;
	const char *backend; /* "ptrace", "notify" */
	const char *kernel;  /* uname -r */
	uid_t uid;
	gid_t gid;
	const char *const *policies; /* files, NULL-terminated; NULL for none */
	/* Of its environment, what puts code into programs: names, NULL-terminated; NULL for none.
	 */
	const char *const *code_variables;
};

struct event_start {
	pid_t parent;    /* the process that made it; callgate's own pid for the command */
	bool thread;     /* a thread of event_task.pid, not a new process */
	const char *how; /* "spawn" for the command, else the call: "fork", "vfork", "clone",
			    "clone3" */
};

/* A spawn of another task that is under way: its child has not begun yet. */
struct event_spawning {
	pid_t pid;   /* of the process that makes it */
	bool thread; /* a thread is made */
};

struct event_call {
	const struct call *call;
	const struct call_result *result;
	bool unbound;         /* listen(2) that may bind its internet socket */
	uint64_t duration_ns; /* from trap to result; 0 when the result is not known */
	const struct socket_facts
		*socket;           /* of the call's fd; NULL or !known where there is none */
	const char *module;        /* it was made from, where the policy asks; NULL: not known */
	const struct stack *stack; /* where in the program it was made; NULL: not asked for */
	const struct program *program; /* exec that succeeded: what runs now; else NULL */
	pid_t child;                   /* spawn that succeeded: tid of the new task; else 0 */
	bool child_is_thread;
	/* Without a policy, in trace, decision is NULL: the call was let through. */
	const struct decision *decision; /* what happened */
	const struct decision *would;    /* audit: what enforce would have done; else NULL */
	const char *advice;              /* near miss in words; NULL for none */
	/* What else was judged by, where it was looked for. */
	const struct program *target; /* exec: the program that would run; else NULL */
	/* exec: a variable that puts code into that program, of those a rule names; else NULL */
	const char *env_code;
	/*
	 * exec that succeeded: all that put code into programs, whoever they are, but for what
	 * the command began with: names, NULL-terminated; NULL where nobody looked, as in enforce.
	 */
	const char *const *code_variables;
	/*
	 * By place in the lineage: is the program, its script, another file than the policy had
	 * looked up at that path? NULL where no rule failed to match for that.
	 */
	const bool *changed, *scripts_changed;
	size_t changed_len;
	bool target_changed, target_script_changed;
	const char *const *unix_paths; /* where each destination's path leads; NULL: nowhere */
	size_t unix_paths_len;         /* 0: not looked for */
	const struct event_spawning *spawning; /* spawn: those that hold a place, too */
	size_t spawning_len;
	bool uid_known;
	uid_t uid; /* effective */
};

struct event_exit {
	int status;  /* as from waitpid(2) */
	bool thread; /* the process goes on */
	uint64_t lifetime_ns;
};

struct event_warning {
	const char *code; /* stable dotted word; "log." and "memory." tell of lost data */
	const char *text; /* for people; our own words */
};

struct event {
	enum event_type type;
	uint64_t seq;         /* 1, 2, 3, ... without a gap */
	struct timespec time; /* CLOCK_REALTIME of its beginning: of the trap, for a call */
	uint64_t mono_ns;     /* the same on CLOCK_MONOTONIC, since the session began */
	enum mode mode;
	struct event_task task;
	union {
		struct event_session session;
		struct event_start start;
		struct event_call call;
		struct event_exit exit;
		struct event_warning warning;
		const struct summary *summary;
	};
};

#endif
