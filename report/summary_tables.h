/* What a summary holds; for its two renderings, as text and as JSON. */
#ifndef CALLGATE_REPORT_SUMMARY_TABLES_H
#define CALLGATE_REPORT_SUMMARY_TABLES_H

#include "base/sbuf.h"
#include "report/summary.h"
#include "report/tally.h"

enum summary_table {
	SUMMARY_CALLS,        /* kind, or name of a call of no kind */
	SUMMARY_DESTINATIONS, /* program, destination */
	SUMMARY_PROGRAMS,     /* program run */
	SUMMARY_FAILURES,     /* call, program, error */
	SUMMARY_DENIALS,      /* call, program, what was asked for, rule */
	SUMMARY_TABLES
};

struct summary {
	uint64_t processes, threads; /* started over the run; the command is one */
	uint64_t live_processes, live_tasks;
	uint64_t peak_processes, peak_tasks;
	uint64_t warnings;
	uint64_t denied; /* calls, or would have been */
	uint64_t lost;
	struct tally tables[SUMMARY_TABLES];
	struct sbuf part; /* scratch */
};

/* One table's name and the names of its parts, in both renderings. */
struct summary_table_desc {
	const char *name;  /* "destinations" */
	const char *title; /* "destinations by program" */
	const char *parts[TALLY_PARTS_MAX + 1];
};

extern const struct summary_table_desc summary_table_descs[SUMMARY_TABLES];

/* A table with its title, for people; nothing for an empty one. Long ones are cut, and say so. */
void summary_table_text(const char *title, const struct tally *tally, bool color, struct sbuf *out);

#endif
