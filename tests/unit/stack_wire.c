/* What comes from the stack worker, which nobody needs to believe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tracer/stack/wire.h"

static const struct stack_frame frames[] = {
	{ .address = 1, .module = "/lib/libc.so.6", .symbol = "connect", .offset = 16 },
	{ .address = 2,
		.module = "",
		.symbol = "main",
		.source = "x.c",
		.line = 7,
		.inlined = true },
	{ .address = UINT64_MAX, .offset = UINT64_MAX, .lack = STACK_LACK_CODE },
};
static const struct stack whole = { frames, 3, STACK_END_LIMIT };

static bool decode(const struct sbuf *body, size_t max)
{
	cleanup_arena struct arena arena;
	struct stack stack;

	arena_init(&arena, 1 << 20);
	return stack_decode(body->data, body->len, max, &arena, &stack);
}

static void a_stack_comes_through(void **state)
{
	cleanup_sbuf struct sbuf body = SBUF_INIT, again = SBUF_INIT;
	cleanup_arena struct arena arena;
	struct stack stack;

	(void)state;
	arena_init(&arena, 1 << 20);
	stack_encode(&body, &whole);
	assert_true(stack_decode(body.data, body.len, 3, &arena, &stack));
	assert_int_equal(stack.len, 3);
	assert_int_equal(stack.end, STACK_END_LIMIT);
	assert_string_equal(stack.frames[0].symbol, "connect");
	assert_string_equal(stack.frames[1].module, "");
	assert_true(stack.frames[1].inlined);
	assert_false(stack.frames[0].inlined);
	assert_null(stack.frames[2].module);
	assert_int_equal(stack.frames[2].lack, STACK_LACK_CODE);
	stack_encode(&again, &stack);
	assert_int_equal(again.len, body.len);
	assert_memory_equal(again.data, body.data, body.len);
}

static void more_frames_than_were_asked_for_are_none(void **state)
{
	cleanup_sbuf struct sbuf body = SBUF_INIT;

	(void)state;
	stack_encode(&body, &whole);
	assert_false(decode(&body, 2));
}

static void a_stack_that_is_cut_or_goes_on_is_none(void **state)
{
	cleanup_sbuf struct sbuf body = SBUF_INIT;
	size_t len;

	(void)state;
	stack_encode(&body, &whole);
	len = body.len;
	for (body.len = 0; body.len < len; body.len++)
		assert_false(decode(&body, 3));
	assert_true(decode(&body, 3));
	sbuf_char(&body, '\0');
	assert_false(decode(&body, 3));
}

/* Every value of every byte: it is a stack or none, and nothing is read beyond it. */
static void any_byte_may_be_another(void **state)
{
	cleanup_sbuf struct sbuf body = SBUF_INIT;

	(void)state;
	stack_encode(&body, &whole);
	for (size_t i = 0; i < body.len; i++) {
		char *copy = malloc(body.len);
		const struct sbuf changed = { .data = copy, .len = body.len };

		assert_non_null(copy);
		memcpy(copy, body.data, body.len);
		for (int value = 0; value < 256; value++) {
			copy[i] = (char)value;
			decode(&changed, 3);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stack_comes_through),
		cmocka_unit_test(more_frames_than_were_asked_for_are_none),
		cmocka_unit_test(a_stack_that_is_cut_or_goes_on_is_none),
		cmocka_unit_test(any_byte_may_be_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
