/* Stacks in the text and in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/stack_lines.h"

static const struct stack_frame frames[] = {
	{ .address = 0x7f0010, .module = "/lib/libc.so.6", .symbol = "connect", .offset = 16 },
	{ .address = 0x5500fe,
		.module = "/bin/x",
		.symbol = "main",
		.offset = 9,
		.source = "x.c",
		.line = 7 },
	{ .address = 0x5600ff, .module = "/bin/y", .offset = 0x20, .lack = STACK_LACK_SYMBOLS },
	{ .address = 0x123456, .offset = 0x56, .lack = STACK_LACK_CODE },
};

static const struct stack_frame inlined[] = {
	{ .address = 0x5500fe,
		.module = "/bin/x",
		.symbol = "within",
		.offset = 0xfe,
		.source = "x.h",
		.line = 3,
		.inlined = true },
	{ .address = 0x5500fe, .module = "/bin/x", .symbol = "main", .offset = 9 },
};

static void a_function_that_was_put_into_another_says_so(void **state)
{
	const struct stack stack = { inlined, 2, STACK_END_WHOLE };
	cleanup_sbuf struct sbuf text = SBUF_INIT, out = SBUF_INIT;
	struct record record;

	(void)state;
	stack_text(&text, &stack);
	assert_string_equal(sbuf_text(&text), "          within  /bin/x  x.h:3  <inlined>\n"
					      "          main+9  /bin/x\n");
	record_open(&record, &out);
	stack_record(&record, &stack);
	assert_true(record_close(&record));
	assert_string_equal(sbuf_text(&out),
		"{\"stack\":["
		"{\"module\":\"/bin/x\",\"symbol\":\"within\",\"offset\":254,"
		"\"address\":\"0x5500fe\",\"source\":\"x.h\",\"line\":3,\"inlined\":true},"
		"{\"module\":\"/bin/x\",\"symbol\":\"main\",\"offset\":9,"
		"\"address\":\"0x5500fe\"}]}");
}

static void a_line_a_frame(void **state)
{
	const struct stack stack = { frames, 4, STACK_END_LIMIT };
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	stack_text(&out, &stack);
	assert_string_equal(sbuf_text(&out), "          connect+16  /lib/libc.so.6\n"
					     "          main+9  /bin/x  x.c:7\n"
					     "          0x20  /bin/y  <no symbols>\n"
					     "          0x123456  <code made at run time>\n"
					     "          <more frames: -k takes their number>\n");
}

static void an_object_a_frame(void **state)
{
	const struct stack stack = { frames, 4, STACK_END_LOST };
	cleanup_sbuf struct sbuf out = SBUF_INIT;
	struct record record;

	(void)state;
	record_open(&record, &out);
	stack_record(&record, &stack);
	assert_true(record_close(&record));
	assert_string_equal(sbuf_text(&out),
		"{\"stack\":["
		"{\"module\":\"/lib/libc.so.6\",\"symbol\":\"connect\",\"offset\":16,"
		"\"address\":\"0x7f0010\"},"
		"{\"module\":\"/bin/x\",\"symbol\":\"main\",\"offset\":9,"
		"\"address\":\"0x5500fe\",\"source\":\"x.c\",\"line\":7},"
		"{\"module\":\"/bin/y\",\"offset\":32,\"address\":\"0x5600ff\","
		"\"lacks\":\"symbols\"},"
		"{\"offset\":86,\"address\":\"0x123456\",\"lacks\":\"code\"}],"
		"\"stack_end\":\"lost\"}");
}

static void a_whole_stack_needs_no_word(void **state)
{
	const struct stack stack = { frames, 1, STACK_END_WHOLE };
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	stack_text(&out, &stack);
	assert_string_equal(sbuf_text(&out), "          connect+16  /lib/libc.so.6\n");
}

static void what_the_program_chose_is_escaped(void **state)
{
	const struct stack_frame hostile = { .module = "/x\033[2J", .symbol = "a\nb\xff" };
	const struct stack stack = { &hostile, 1, STACK_END_WHOLE };
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	(void)state;
	stack_text(&out, &stack);
	assert_string_equal(sbuf_text(&out), "          a\\nb\\xff+0  /x\\x1b[2J\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_a_frame),
		cmocka_unit_test(a_function_that_was_put_into_another_says_so),
		cmocka_unit_test(an_object_a_frame),
		cmocka_unit_test(a_whole_stack_needs_no_word),
		cmocka_unit_test(what_the_program_chose_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
