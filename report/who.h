/* Who an event is about, in a few characters for people. */
#ifndef CALLGATE_REPORT_WHO_H
#define CALLGATE_REPORT_WHO_H

#include "base/sbuf.h"
#include "report/event.h"

/* The file a person knows a program by: the script it was started for, else itself. */
const char *who_program(const struct program *program);

/*
 * The file a person knows the task by: its script if it was started by one,
 * else its program, as a path; its comm before its first exec. Not escaped.
 */
const char *who_path(const struct event_task *task);

/* The last part of a path, escaped, and cut where it is long. */
void who_name(struct sbuf *out, const char *path);

/* "npm[4127]"; "node[4131/4140]" for a thread that does not lead its process. Escaped. */
void who_text(struct sbuf *out, const struct event_task *task);

#endif
