#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "cli/run_command.h"
#include "supervisor/run.h"

/* "trace=connect" is what strace's users write; the prefix adds nothing here. */
static const char *expr_text(const char *expr)
{
	static const char prefix[] = "trace=";

	if (expr && strncmp(expr, prefix, sizeof(prefix) - 1) == 0)
		return expr + sizeof(prefix) - 1;
	return expr;
}

static void call_set_cleanup(struct call_set **set)
{
	call_set_free(*set);
}

static int command_trace(const struct options *options, char *const *args)
{
	__attribute__((cleanup(call_set_cleanup))) struct call_set *select = NULL;
	cleanup_err struct err *err = NULL;

	if (call_set_parse(expr_text(options->expr), &select, &err) < 0) {
		err_wrap(&err, "option -e");
		return message_fail(EXIT_CALLGATE, err);
	}
	return run_command(options, args, MODE_TRACE, select);
}

const struct command trace_command = {
	.id = COMMAND_TRACE,
	.name = "trace",
	.args = "[OPTION]... [--] CMD [ARG]...",
	.summary = "show what a command tries to do",
	.description = "Runs CMD and shows every call by which it, and every process it makes, "
		       "reaches outside itself: sockets made, connected and bound, messages "
		       "sent to an address, programs run, processes and threads made. Nothing "
		       "is refused. The exit status is that of CMD.",
	.runs_command = true,
	.min_args = 1,
	.max_args = -1,
	.run = command_trace,
};
