#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/log_files.h"
#include "cli/message.h"
#include "report/summary.h"
#include "supervisor/run.h"

/* "trace=connect" is what strace's users write; the prefix adds nothing here. */
static const char *expr_text(const char *expr)
{
	static const char prefix[] = "trace=";

	if (expr && strncmp(expr, prefix, sizeof(prefix) - 1) == 0)
		return expr + sizeof(prefix) - 1;
	return expr;
}

static void summary_cleanup(struct summary **summary)
{
	summary_free(*summary);
}

static void call_set_cleanup(struct call_set **set)
{
	call_set_free(*set);
}

static int run(const struct options *options, char *const *args, const struct call_set *select,
	struct log_files *files, struct run_outcome *outcome, struct err **err)
{
	__attribute__((cleanup(summary_cleanup))) struct summary *summary = summary_new();
	struct run_options run_options = {
		.mode = MODE_TRACE,
		.argv = args,
		.select = select,
		.contents = options->verbosity > 0,
		.kill_on_exit = options->kill_on_exit,
		.timeout_ns = options->timeout_ns,
		.sinks = files->sinks,
		.nsinks = files->nsinks,
		.summary = summary,
	};
	int status = EXIT_CALLGATE;

	if (!summary) {
		err_set(err, ENOMEM, "cannot keep a summary");
		return status;
	}
	if (supervisor_run(&run_options, outcome, &status, err) < 0)
		return status;
	/* Where the lines went to a file, nothing on the terminal has told of it. */
	if (summary_lost_count(summary) && options->output)
		message_print("%llu events could not be written",
			(unsigned long long)summary_lost_count(summary));
	return 0;
}

int command_trace(const struct options *options, char *const *args)
{
	__attribute__((cleanup(call_set_cleanup))) struct call_set *select = NULL;
	cleanup_err struct err *err = NULL, *close_err = NULL;
	struct run_outcome outcome = { 0 };
	struct log_files files;
	int status;

	if (call_set_parse(expr_text(options->expr), &select, &err) < 0) {
		err_wrap(&err, "option -e");
		return message_fail(EXIT_CALLGATE, err);
	}
	if (log_files_open(&files, options, &err) < 0)
		return message_fail(EXIT_CALLGATE, err);
	status = run(options, args, select, &files, &outcome, &err);
	if (log_files_close(&files, &close_err) < 0)
		message_print("%s", err_text(close_err));
	if (status)
		return message_fail(status, err);
	if (outcome.timed_out)
		return EXIT_LIMIT;
	supervisor_exit_like(outcome.wait_status);
}
