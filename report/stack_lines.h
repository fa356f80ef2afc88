/* A call's stack, as lines for people and as members of the log's line. */
#ifndef CALLGATE_REPORT_STACK_LINES_H
#define CALLGATE_REPORT_STACK_LINES_H

#include "decoders/record.h"
#include "tracer/stack.h"

/* One indented line a frame: "        connect+23  /usr/lib/x86_64-linux-gnu/libc.so.6". */
void stack_text(struct sbuf *out, const struct stack *stack);

/* "stack", the frames, and "stack_end" when there are more than those: docs/log.md. */
void stack_record(struct record *record, const struct stack *stack);

#endif
