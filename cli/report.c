#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "cli/color.h"
#include "cli/command.h"
#include "cli/message.h"
#include "supervisor/run.h"

/* In the order of the choices of --format. */
static struct report *(*const formats[])(const struct report_options *options) = {
	report_text_new,
	report_html_new,
	report_chrome_new,
	report_folded_new,
};

/* To the report where it has a place for it, else to stderr. */
static void take_note(void *ctx, const char *text)
{
	struct report *report = ctx;
	cleanup_sbuf struct sbuf line = SBUF_INIT;

	if (report->note) {
		report->note(report, text);
		return;
	}
	escape_text(&line, text, strlen(text));
	message_print("%s", sbuf_text(&line));
}

static int read_log(struct log_reader *reader, struct report *report, struct err **err)
{
	const struct log_record *record;
	int rc;

	while ((rc = log_reader_next(reader, &record, err)) > 0)
		report->record(report, record);
	log_reader_notes(reader, take_note, report);
	return rc;
}

int command_report(const struct options *options, char *const *args)
{
	const struct report_options wanted = {
		.fd = STDOUT_FILENO,
		.name = args[0],
		.color = color_wanted(options->color, STDOUT_FILENO),
	};
	cleanup_log_reader struct log_reader *reader = NULL;
	cleanup_err struct err *err = NULL, *unread = NULL;
	struct report *report;
	int rc;

	if (log_reader_open(args[0], &reader, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	report = formats[options->format](&wanted);
	if (!report) {
		err_set(&err, ENOMEM, "cannot make the report");
		return message_fail(EXIT_CALLGATE, err);
	}
	rc = read_log(reader, report, &unread);
	/* What was read before a failure is shown all the same. */
	if (report->finish(report, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	return rc < 0 ? message_fail(EXIT_CALLGATE, unread) : EXIT_SUCCESS;
}
