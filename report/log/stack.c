#include "report/log/stack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "decoders/json_value.h"

static enum stack_lack read_lack(const struct json_node *frame)
{
	const char *code = json_node_text(json_node_get(frame, "lacks"));

	for (int lack = 1; code && lack < STACK_LACK_COUNT; lack++) {
		if (strcmp(stack_lack_code((enum stack_lack)lack), code) == 0)
			return (enum stack_lack)lack;
	}
	return STACK_LACK_NOTHING;
}

static enum stack_end read_end(const struct json_node *line)
{
	const char *code = json_node_text(json_node_get(line, "stack_end"));

	for (int end = 1; code && end < STACK_END_COUNT; end++) {
		if (strcmp(stack_end_code((enum stack_end)end), code) == 0)
			return (enum stack_end)end;
	}
	return STACK_END_WHOLE;
}

static void read_frame(const struct json_node *from, struct arena *arena, struct stack_frame *frame)
{
	const char *address = json_node_text(json_node_get(from, "address"));
	uint64_t line = 0;

	frame->address = address ? strtoull(address, NULL, 16) : 0;
	frame->module = json_read_text(json_node_get(from, "module"), arena);
	frame->symbol = json_read_text(json_node_get(from, "symbol"), arena);
	json_read_unsigned(json_node_get(from, "offset"), &frame->offset);
	frame->source = json_read_text(json_node_get(from, "source"), arena);
	json_read_unsigned(json_node_get(from, "line"), &line);
	frame->line = line <= UINT_MAX ? (unsigned)line : 0;
	frame->inlined = json_node_is(json_node_get(from, "inlined"), JSON_NODE_TRUE);
	frame->lack = read_lack(from);
}

const struct stack *log_stack_read(const struct json_node *line, struct arena *arena)
{
	const struct json_node *from = json_node_get(line, "stack");
	size_t len = json_node_count(from);
	struct stack_frame *frames;
	struct stack *stack;

	if (!json_node_is(from, JSON_NODE_ARRAY))
		return NULL;
	if (len > STACK_FRAMES_MAX)
		len = STACK_FRAMES_MAX;
	stack = arena_alloc(arena, sizeof(*stack));
	frames = arena_alloc(arena, (len + 1) * sizeof(*frames));
	if (!stack || !frames)
		return NULL;
	for (size_t i = 0; i < len; i++)
		read_frame(json_node_at(from, i), arena, &frames[i]);
	*stack = (struct stack){ .frames = frames, .len = len, .end = read_end(line) };
	return stack;
}
