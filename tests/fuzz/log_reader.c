/*
 * A log of any bytes: it is read to its end, every record can be shown, counted
 * and written, and what was written can be read again. Its text is harmless.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/escape.h"
#include "report/jsonl_event.h"
#include "report/log/reader.h"
#include "report/outcome.h"
#include "report/summary.h"
#include "report/text_line.h"

/* Checked in every build, unlike assert(). */
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct log_reader *open_bytes(const void *data, size_t size)
{
	struct log_reader *reader = NULL;
	int fd = memfd_create("log", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	MUST(log_reader_open_fd(fd, "log", &reader, NULL) == 0);
	return reader;
}

/* A record written anew is one record. */
static void check_again(const struct event *event, struct sbuf *line)
{
	const struct log_record *again;
	struct log_reader *reader;

	sbuf_reset(line);
	MUST(jsonl_event(event, line));
	reader = open_bytes(line->data, line->len);
	MUST(log_reader_next(reader, &again, NULL) == 1);
	MUST(again->event.type == event->type && again->event.seq == event->seq);
	log_reader_close(reader);
}

/* Printable characters and newlines: no escape sequence reaches a terminal. */
static void check_harmless(const struct sbuf *text)
{
	MUST(utf8_valid(text->data, text->len));
	for (size_t i = 0; i < text->len; i++)
		MUST(text->data[i] == '\n' ||
			((unsigned char)text->data[i] >= 0x20 && text->data[i] != 0x7f));
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
	check_harmless(out);
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
	struct log_reader *reader = open_bytes(data, size);
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
	check_harmless(&out);
	summary_free(summary);
	text_line_free(&text);
	sbuf_free(&out);
	log_reader_close(reader);
	return 0;
}
