#include "report/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/color.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/read_logs.h"
#include "supervisor/run.h"

/* In the order of the choices of --format. */
static struct report *(*const formats[])(const struct report_options *options) = {
	report_text_new,
	report_html_new,
	report_chrome_new,
	report_folded_new,
};

static int take_record(void *ctx, const struct log_record *record, struct err **err)
{
	struct report *report = ctx;

	(void)err;
	report->record(report, record);
	return 0;
}

/* To the report where it has a place for it, else to stderr. */
static void take_note(void *ctx, const char *text)
{
	struct report *report = ctx;

	if (report->note)
		report->note(report, text);
	else
		read_logs_print_note(NULL, text);
}

static int command_report(const struct options *options, char *const *args)
{
	const struct report_options wanted = {
		.fd = STDOUT_FILENO,
		.name = args[0],
		.color = color_wanted(options->color, STDOUT_FILENO),
		.width = color_columns(STDOUT_FILENO),
	};
	cleanup_log_reader struct log_reader *reader = NULL;
	cleanup_err struct err *err = NULL, *unwritten = NULL;
	struct report *report;
	int rc;

	if (log_reader_open(args[0], &reader, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	report = formats[options->format](&wanted);
	if (!report) {
		err_set(&err, ENOMEM, "cannot make the report");
		return message_fail(EXIT_CALLGATE, err);
	}
	rc = read_log(reader, args[0], take_record, take_note, report, &err);
	/* What was read before a failure is shown all the same. */
	if (report->finish(report, &unwritten) < 0)
		return message_fail(EXIT_CALLGATE, unwritten);
	return rc < 0 ? message_fail(EXIT_CALLGATE, err) : EXIT_SUCCESS;
}

const struct command report_command = {
	.id = COMMAND_REPORT,
	.name = "report",
	.args = "LOG [OPTION]...",
	.summary = "show what a log tells of a run",
	.description = "Reads a log that --log wrote, and writes to the standard output what came "
		       "of it: what was denied, with a rule that would allow it; which processes "
		       "ran, and for how long; who reached what; the slowest connects. As text, "
		       "as "
		       "one HTML page that needs no other file, as trace events for Perfetto and "
		       "Chrome, or as folded stacks for flame graphs. LOG may be -, the standard "
		       "input. The exit status is 0, or 125 when the log cannot be read.",
	.min_args = 1,
	.max_args = 1,
	.run = command_report,
};
