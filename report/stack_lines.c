#include "report/stack_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

static const char indent[] = "          ";

static void add_escaped(struct sbuf *out, const char *text)
{
	escape_text(out, text, strlen(text));
}

static void frame_text(struct sbuf *out, const struct stack_frame *frame)
{
	const char *lack = stack_lack_text(frame->lack);

	sbuf_str(out, indent);
	if (frame->symbol) {
		add_escaped(out, frame->symbol);
		if (!frame->inlined)
			sbuf_fmt(out, "+%" PRIu64, frame->offset);
	} else {
		sbuf_fmt(out, "0x%" PRIx64, frame->module ? frame->offset : frame->address);
	}
	if (frame->module) {
		sbuf_str(out, "  ");
		add_escaped(out, frame->module);
	}
	if (frame->source) {
		sbuf_str(out, "  ");
		add_escaped(out, frame->source);
		sbuf_fmt(out, ":%u", frame->line);
	}
	if (frame->inlined)
		sbuf_str(out, "  <inlined>");
	if (*lack)
		sbuf_fmt(out, "  <%s>", lack);
	sbuf_char(out, '\n');
}

void stack_text(struct sbuf *out, const struct stack *stack)
{
	for (size_t i = 0; i < stack->len; i++)
		frame_text(out, &stack->frames[i]);
	if (stack->end != STACK_END_WHOLE)
		sbuf_fmt(out, "%s<%s>\n", indent, stack_end_text(stack->end));
}

static void frame_record(struct record *record, const struct stack_frame *frame)
{
	char address[24];

	snprintf(address, sizeof(address), "0x%" PRIx64, frame->address);
	record_object_open(record, NULL);
	record_text(record, "module", frame->module);
	record_text(record, "symbol", frame->symbol);
	record_unsigned(record, "offset", frame->offset);
	record_text(record, "address", address);
	if (frame->source) {
		record_text(record, "source", frame->source);
		record_unsigned(record, "line", frame->line);
	}
	if (frame->inlined)
		record_bool(record, "inlined", true);
	if (frame->lack != STACK_LACK_NOTHING)
		record_text(record, "lacks", stack_lack_code(frame->lack));
	record_object_close(record);
}

void stack_record(struct record *record, const struct stack *stack)
{
	record_array_open(record, "stack");
	for (size_t i = 0; i < stack->len; i++)
		frame_record(record, &stack->frames[i]);
	record_array_close(record);
	if (stack->end != STACK_END_WHOLE)
		record_text(record, "stack_end", stack_end_code(stack->end));
}
