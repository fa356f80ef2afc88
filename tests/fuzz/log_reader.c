/*
 * A log of any bytes: it is read to its end, every record can be shown, counted
 * and written, and what was written can be read again. Its text is harmless.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/jsonl_event.h"
#include "report/log/reader.h"
#include "report/outcome.h"
#include "report/summary.h"
#include "report/text_line.h"
#include "tests/support/log_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A record written anew is one record. */
static void check_again(const struct event *event, struct sbuf *line)
{
	const struct log_record *again;
	struct log_reader *reader;

	sbuf_reset(line);
	MUST(jsonl_event(event, line));
	reader = log_of(line->data, line->len);
	MUST(log_reader_next(reader, &again, NULL) == 1);
	MUST(again->event.type == event->type && again->event.seq == event->seq);
	log_reader_close(reader);
}

static void check_record(const struct log_record *record, struct summary *summary,
	struct text_line *text, struct sbuf *out)
{
	const struct event *event = &record->event;

	MUST(json_node_is(record->object, JSON_NODE_OBJECT) && record->line > 0);
	if (event->type == EVENT_SUMMARY)
		return;
	summary_add(summary, event);
	sbuf_reset(out);
	if (event->type == EVENT_CALL || event->type == EVENT_EXIT || event->type == EVENT_WARNING)
		text_line_event(text, event, out);
	must_be_harmless(out->data, out->len);
	check_again(event, out);
}

static void take_note(void *ctx, const char *text)
{
	(void)ctx;
	MUST(strncmp(text, "log", 3) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text_options options = { .verbosity = 1 };
	struct log_reader *reader = log_of(data, size);
	struct summary *summary = summary_new();
	const struct log_record *record;
	struct sbuf out = SBUF_INIT;
	struct text_line text;
	uint64_t done, total;

	text_line_init(&text, &options);
	while (log_reader_next(reader, &record, NULL) == 1)
		check_record(record, summary, &text, &out);
	log_reader_position(reader, &done, &total);
	MUST(done == size && total == size);
	log_reader_notes(reader, take_note, NULL);
	sbuf_reset(&out);
	summary_text(summary, false, &out);
	must_be_harmless(out.data, out.len);
	summary_free(summary);
	text_line_free(&text);
	sbuf_free(&out);
	log_reader_close(reader);
	return 0;
}
