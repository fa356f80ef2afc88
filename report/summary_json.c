#include "report/summary_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "decoders/json.h"
#include "report/summary_tables.h"

static void put_count(struct json_object *object, const struct tally_count *count)
{
	json_put(object, "count", json_unsigned(count->total));
	json_put(object, "failed", json_unsigned(count->failed));
	json_put(object, "denied", json_unsigned(count->denied));
}

static json_t *row_json(const struct summary_table_desc *desc, const struct tally_row *row)
{
	struct json_object object;

	json_object_init(&object);
	for (size_t i = 0; desc->parts[i]; i++)
		json_put_text(&object, desc->parts[i], row->parts[i]);
	put_count(&object, &row->count);
	return json_object_take(&object);
}

/* What was beyond the bounds is one more row, with "other" for a key. */
static json_t *other_json(const struct tally_count *other)
{
	struct json_object object;

	json_object_init(&object);
	json_put(&object, "other", json_true());
	put_count(&object, other);
	return json_object_take(&object);
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
		fine &= json_add(array, row_json(desc, &rows[i]));
	if (tally->other.total)
		fine &= json_add(array, other_json(&tally->other));
	if (fine)
		return array;
	json_decref(array);
	return NULL;
}

void summary_json(const struct summary *summary, struct json_object *object)
{
	json_put(object, "processes", json_unsigned(summary->processes));
	json_put(object, "threads", json_unsigned(summary->threads));
	json_put(object, "peak_processes", json_unsigned(summary->peak_processes));
	json_put(object, "peak_tasks", json_unsigned(summary->peak_tasks));
	json_put(object, "warnings", json_unsigned(summary->warnings));
	json_put(object, "lost", json_unsigned(summary->lost));
	for (size_t i = 0; i < SUMMARY_TABLES; i++)
		json_put(object, summary_table_descs[i].name,
			table_json(&summary_table_descs[i], &summary->tables[i]));
}
