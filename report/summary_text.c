#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "report/summary_tables.h"

enum { ROWS_MAX = 100 }; /* of a table; the log has them all */

static void add_row(struct sbuf *out, const struct tally_row *row)
{
	sbuf_fmt(out, "%9llu", (unsigned long long)row->count.total);
	if (row->count.failed || row->count.denied)
		sbuf_fmt(out, " %7llu %7llu", (unsigned long long)row->count.failed,
			(unsigned long long)row->count.denied);
	else
		sbuf_str(out, "       -       -");
	for (size_t i = 0; i < TALLY_PARTS_MAX && row->parts[i]; i++) {
		sbuf_str(out, "  ");
		escape_text(out, row->parts[i], strlen(row->parts[i]));
	}
	sbuf_char(out, '\n');
}

void summary_table_text(const char *title, const struct tally *tally, bool color, struct sbuf *out)
{
	cleanup_free struct tally_row *rows = NULL;
	size_t n;

	rows = tally_rows(tally, &n);
	if (!n && !tally->other.total)
		return;
	sbuf_fmt(out, "%s\n    count  failed  denied  %s%s\n", color ? "\033[1m" : "", title,
		color ? "\033[0m" : "");
	for (size_t i = 0; i < n && i < ROWS_MAX; i++)
		add_row(out, &rows[i]);
	if (n > ROWS_MAX)
		sbuf_fmt(out, "           ... and %zu more; the log has them\n", n - ROWS_MAX);
	if (tally->other.total)
		sbuf_fmt(out, "%9llu  others, too many to tell apart\n",
			(unsigned long long)tally->other.total);
}

void summary_text(const struct summary *summary, bool color, struct sbuf *out)
{
	sbuf_fmt(out, "processes: %llu started, %llu at most at once; tasks: %llu at most\n",
		(unsigned long long)summary->processes, (unsigned long long)summary->peak_processes,
		(unsigned long long)summary->peak_tasks);
	for (size_t i = 0; i < SUMMARY_TABLES; i++)
		summary_table_text(summary_table_descs[i].title, &summary->tables[i], color, out);
	if (summary->lost)
		sbuf_fmt(out, "lost: %llu events could not be written\n",
			(unsigned long long)summary->lost);
}
