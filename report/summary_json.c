#include "report/summary_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "decoders/json.h"
#include "report/summary_tables.h"

static void put_count(struct record *record, const struct tally_count *count)
{
	record_put(record, "count", json_unsigned(count->total));
	record_put(record, "failed", json_unsigned(count->failed));
	record_put(record, "denied", json_unsigned(count->denied));
}

static json_t *row_json(const struct summary_table_desc *desc, const struct tally_row *row)
{
	struct record record;

	record_init(&record);
	for (size_t i = 0; desc->parts[i]; i++)
		record_put_text(&record, desc->parts[i], row->parts[i]);
	put_count(&record, &row->count);
	return record_take(&record);
}

/* What was beyond the bounds is one more row, with "other" for a key. */
static json_t *other_json(const struct tally_count *other)
{
	struct record record;

	record_init(&record);
	record_put(&record, "other", json_true());
	put_count(&record, other);
	return record_take(&record);
}

static json_t *table_json(const struct summary_table_desc *desc, const struct tally *tally)
{
	cleanup_free struct tally_row *rows = NULL;
	json_t *array = json_array();
	bool fine = true;
	size_t n;

	rows = tally_rows(tally, &n);
	if (!rows && tally->len)
		fine = false;
	for (size_t i = 0; i < n; i++)
		fine &= record_add(array, row_json(desc, &rows[i]));
	if (tally->other.total)
		fine &= record_add(array, other_json(&tally->other));
	if (fine)
		return array;
	json_decref(array);
	return NULL;
}

void summary_json(const struct summary *summary, struct record *record)
{
	record_put(record, "processes", json_unsigned(summary->processes));
	record_put(record, "threads", json_unsigned(summary->threads));
	record_put(record, "peak_processes", json_unsigned(summary->peak_processes));
	record_put(record, "peak_tasks", json_unsigned(summary->peak_tasks));
	record_put(record, "warnings", json_unsigned(summary->warnings));
	record_put(record, "lost", json_unsigned(summary->lost));
	for (size_t i = 0; i < SUMMARY_TABLES; i++)
		record_put(record, summary_table_descs[i].name,
			table_json(&summary_table_descs[i], &summary->tables[i]));
}
