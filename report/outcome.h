/* What became of a call or of a process, in the words that sinks share. */
#ifndef CALLGATE_REPORT_OUTCOME_H
#define CALLGATE_REPORT_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/sbuf.h"
#include "report/event.h"

enum outcome {
	OUTCOME_OK,
	OUTCOME_FAIL, /* let through, and it returned an error */
	OUTCOME_DENY,
	OUTCOME_WOULD, /* let through; enforce would not have */
	OUTCOME_ASK,   /* let through; enforce would have asked */
	OUTCOME_KILL,
};

enum outcome outcome_of_call(const struct event_call *call);

/* ok, or fail for a status other than 0 and for a death by a signal. */
enum outcome outcome_of_exit(const struct event_exit *exit);

/* True for deny, would, ask and kill. */
bool outcome_is_denial(enum outcome outcome);

/*
 * True when the call returned an error that means it did not happen. A call
 * that goes on in the background (EINPROGRESS), is to be made again (EAGAIN
 * on a socket, EINTR) or will be restarted by the kernel (512 and up) did not
 * fail.
 */
bool outcome_is_failure(const struct call *call, const struct call_result *result);

/* The decision that rule, reason and errno of an event are about; NULL: none. */
const struct decision *outcome_decision(const struct event_call *call);

/* "SIGSEGV", "SIGRTMIN+3". */
const char *outcome_signal(int signal, char *buf, size_t size);

/* "0", "1", "SIGSEGV", "SIGSEGV (core dumped)". */
void outcome_status(struct sbuf *out, int wait_status);

#endif
