/*
 * Every report of a log of any bytes is made, and is what its format says:
 * harmless text, JSON where JSON is due, and no markup but the page's own.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/html_files.h"
#include "report/log/reader.h"
#include "report/report.h"
#include "tests/support/log_of.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_json(const char *text, size_t len)
{
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	MUST(json_is_object(json));
	json_decref(json);
}

static void check_text(const char *text, size_t len)
{
	MUST(len > 0);
	must_be_harmless(text, len);
}

/* A line's number is after its last space. */
static void check_folded(const char *text, size_t len)
{
	const char *at = text, *end;

	must_be_harmless(text, len);
	for (; at < text + len; at = end + 1) {
		const char *space;

		end = memchr(at, '\n', (size_t)(text + len - at));
		MUST(end);
		space = memrchr(at, ' ', (size_t)(end - at));
		MUST(space && space > at && space + 1 < end);
		MUST(strspn(space + 1, "0123456789") == (size_t)(end - space - 1));
	}
}

static void check_chrome(const char *text, size_t len)
{
	must_be_harmless(text, len);
	check_json(text, len);
}

/* The data ends where it seems to, and the page's own script comes after it. */
static void check_html(const char *text, size_t len)
{
	static const char begin[] = "id=\"data\">", end[] = "</script>\n<script>";
	const char *data = memmem(text, len, begin, strlen(begin)), *after;

	must_be_harmless(text, len);
	MUST(data);
	data += strlen(begin);
	after = memchr(data, '<', (size_t)(text + len - data));
	MUST(after && strncmp(after, end, strlen(end)) == 0);
	MUST(memcmp(after + strlen(end), html_script.begin, html_file_len(&html_script)) == 0);
	check_json(data, (size_t)(after - data));
}

static const struct {
	struct report *(*make)(const struct report_options *options);
	void (*check)(const char *text, size_t len);
} formats[] = {
	{ report_text_new, check_text },
	{ report_html_new, check_html },
	{ report_chrome_new, check_chrome },
	{ report_folded_new, check_folded },
};

static void take_note(void *ctx, const char *text)
{
	struct report *report = ctx;

	if (report->note)
		report->note(report, text);
}

static void check_output(int fd, void (*check)(const char *text, size_t len))
{
	off_t len = lseek(fd, 0, SEEK_END);
	/* One more byte, that strncmp() and memcmp() above never run off the end. */
	char *text = calloc(1, (size_t)len + html_file_len(&html_script) + 64);

	MUST(len >= 0 && text && pread(fd, text, (size_t)len, 0) == (ssize_t)len);
	check(text, (size_t)len);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct report_options options = { .fd = file_of("", 0), .name = "<script>\x1b" };
		struct report *report = formats[i].make(&options);
		const struct log_record *record;
		struct log_reader *reader = log_of(data, size);

		MUST(report);
		while (log_reader_next(reader, &record, NULL) == 1)
			report->record(report, record);
		log_reader_notes(reader, take_note, report);
		MUST(report->finish(report, NULL) == 0);
		check_output(options.fd, formats[i].check);
		log_reader_close(reader);
		close(options.fd);
	}
	return 0;
}
