#include "report/summary_json.h"

#include "base/cleanup.h"
#include "report/summary_tables.h"

static void put_count(struct record *record, const struct tally_count *count)
{
	record_unsigned(record, "count", count->total);
	record_unsigned(record, "failed", count->failed);
	record_unsigned(record, "denied", count->denied);
}

static void put_row(
	struct record *record, const struct summary_table_desc *desc, const struct tally_row *row)
{
	record_object_open(record, NULL);
	for (size_t i = 0; desc->parts[i]; i++)
		record_text(record, desc->parts[i], row->parts[i]);
	put_count(record, &row->count);
	record_object_close(record);
}

/* What was beyond the bounds is one more row, with "other" for a key. */
static void put_other(struct record *record, const struct tally_count *other)
{
	record_object_open(record, NULL);
	record_bool(record, "other", true);
	put_count(record, other);
	record_object_close(record);
}

static void put_table(
	struct record *record, const struct summary_table_desc *desc, const struct tally *tally)
{
	cleanup_free struct tally_row *rows = NULL;
	size_t n;

	rows = tally_rows(tally, &n);
	record->failed |= !rows && tally->len;
	record_array_open(record, desc->name);
	for (size_t i = 0; i < n; i++)
		put_row(record, desc, &rows[i]);
	if (tally->other.total)
		put_other(record, &tally->other);
	record_array_close(record);
}

void summary_json(const struct summary *summary, struct record *record)
{
	record_unsigned(record, "processes", summary->processes);
	record_unsigned(record, "threads", summary->threads);
	record_unsigned(record, "peak_processes", summary->peak_processes);
	record_unsigned(record, "peak_tasks", summary->peak_tasks);
	record_unsigned(record, "warnings", summary->warnings);
	record_unsigned(record, "lost", summary->lost);
	for (size_t i = 0; i < SUMMARY_TABLES; i++)
		put_table(record, &summary_table_descs[i], &summary->tables[i]);
}
