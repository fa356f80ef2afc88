/* A call's stack, read back from its line of the log. */
#ifndef CALLGATE_REPORT_LOG_STACK_H
#define CALLGATE_REPORT_LOG_STACK_H

#include "base/json_node.h"

#include "tracer/stack.h"

/* In the arena, with strings of the object; NULL when the line has none, or there is no room. */
const struct stack *log_stack_read(const struct json_node *line, struct arena *arena);

#endif
