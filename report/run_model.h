/*
 * All that the reports for people show of a run: made of its events one by
 * one, in memory that is bounded however long the log is. What the bounds cut
 * off is said in the notes.
 */
#ifndef CALLGATE_REPORT_RUN_MODEL_H
#define CALLGATE_REPORT_RUN_MODEL_H

#include "report/denials.h"
#include "report/log/reader.h"
#include "report/process_tree.h"
#include "report/summary_tables.h"

enum {
	RUN_MARKS_MAX = 10000,        /* calls that are shown in a process's lane */
	RUN_DENIED_MARKS_MAX = 10000, /* more, of those that were denied */
	RUN_SLOWEST_MAX = 20,
	RUN_WARNINGS_MAX = 100,
	RUN_NOTES_MAX = 40,
};

/* Texts are escaped, and live as long as the model. */
struct run_session {
	bool known;
	const char *command, *cwd, *policies; /* as a shell has them, separated by spaces */
	const char *mode, *backend, *kernel, *callgate;
	struct timespec time;
	int64_t uid; /* -1: not known */
};

/* A call worth a mark: one that names a destination, fails or is denied. */
struct run_mark {
	int32_t process;
	enum outcome outcome;
	uint64_t at_ns;
	bool searches;      /* an exec of what is not there: along PATH, perhaps */
	const char *call;   /* "connect" */
	const char *text;   /* "tcp 192.0.2.1:443" */
	const char *result; /* "= ECONNREFUSED (Connection refused)" */
};

struct run_slow {
	uint64_t duration_ns, at_ns;
	pid_t pid;
	const char *program;   /* not escaped */
	char destination[160]; /* cut where it is longer */
	char result[64];
};

struct run_warning {
	const char *code, *text;
	uint64_t first_ns, count;
};

struct run_model {
	struct strings strings;
	struct run_session session;
	struct summary *summary;
	struct process_tree tree;
	struct denials denials;
	struct tally binds; /* program, address */
	struct run_mark *marks;
	size_t nmarks, marks_cap;
	uint64_t marks_shown, denied_shown, marks_left_out;
	struct run_slow slowest[RUN_SLOWEST_MAX];
	size_t nslowest;
	struct run_warning warnings[RUN_WARNINGS_MAX];
	size_t nwarnings;
	const char *notes[RUN_NOTES_MAX];
	size_t nnotes;
	uint64_t events, calls;
	uint64_t failed;  /* at the end, without searches along PATH */
	uint64_t end_ns;  /* the latest moment that an event tells of */
	struct sbuf text; /* scratch */
};

/* NULL when there is no memory. */
struct run_model *run_model_new(void);
void run_model_free(struct run_model *model);

void run_model_add(struct run_model *model, const struct log_record *record);

/* A sentence about the log, which is not escaped. */
void run_model_note(struct run_model *model, const char *sentence);

/* At the end of the log: notes what the bounds cut off. */
void run_model_finish(struct run_model *model);

#endif
