#include "report/outcome.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "decoders/restart.h"

bool outcome_is_failure(const struct call *call, const struct call_result *result)
{
	int64_t errnum;

	if (!result->known || !result->is_error || result_is_restart(result->value))
		return false;
	errnum = -result->value; /* of what is no error, it may be any number */
	if (errnum == EINPROGRESS || errnum == EALREADY || errnum == EINTR)
		return false;
	/* From fork(2), EAGAIN is a limit that was reached. */
	return errnum != EAGAIN || call_kind(call) == CALL_KIND_SPAWN;
}

enum outcome outcome_of_call(const struct event_call *call)
{
	const struct decision *decision = call->decision, *would = call->would;

	if (decision && decision->verdict == VERDICT_KILL)
		return OUTCOME_KILL;
	if (decision && decision->verdict == VERDICT_DENY)
		return OUTCOME_DENY;
	if (would && (would->verdict == VERDICT_DENY || would->verdict == VERDICT_KILL))
		return OUTCOME_WOULD;
	if (would && would->verdict == VERDICT_ASK)
		return OUTCOME_ASK;
	if (decision && decision->verdict == VERDICT_ASK)
		return OUTCOME_ASK;
	return outcome_is_failure(call->call, call->result) ? OUTCOME_FAIL : OUTCOME_OK;
}

enum outcome outcome_of_exit(const struct event_exit *exit)
{
	bool clean = WIFEXITED(exit->status) && WEXITSTATUS(exit->status) == 0;

	return clean ? OUTCOME_OK : OUTCOME_FAIL;
}

bool outcome_is_denial(enum outcome outcome)
{
	return outcome != OUTCOME_OK && outcome != OUTCOME_FAIL;
}

const struct decision *outcome_decision(const struct event_call *call)
{
	return call->would ? call->would : call->decision;
}

const char *outcome_signal(int signal, char *buf, size_t size)
{
	const char *name = sigabbrev_np(signal);

	if (name)
		snprintf(buf, size, "SIG%s", name);
	else if (signal >= SIGRTMIN && signal <= SIGRTMAX)
		snprintf(buf, size, "SIGRTMIN+%d", signal - SIGRTMIN);
	else
		snprintf(buf, size, "signal %d", signal);
	return buf;
}

void outcome_status(struct sbuf *out, int wait_status)
{
	char name[32];

	if (WIFEXITED(wait_status)) {
		sbuf_fmt(out, "%d", WEXITSTATUS(wait_status));
		return;
	}
	sbuf_str(out, outcome_signal(WTERMSIG(wait_status), name, sizeof(name)));
	if (WCOREDUMP(wait_status))
		sbuf_str(out, " (core dumped)");
}
