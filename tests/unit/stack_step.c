/* Out of code that has no unwind tables: by the instructions after the call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>
#include <errno.h>

#include "tracer/stack/step.h"

enum { CODE = 0x10000, STACK = 0x20000, CALLER = 0x30000, SP = STACK + 0x100 };

/* Two pages: what is executed, and the stack, each word of which is its own address. */
struct memory {
	uint8_t code[STACK_PAGE];
	unsigned word_size;
};

static void answer(void *ctx, const struct stack_question *question, struct stack_answer *answer)
{
	const struct memory *memory = ctx;

	assert_int_equal(question->what, STACK_ASK_PAGE);
	answer->fd = 0;
	if (question->address == CODE) {
		memcpy(answer->page, memory->code, STACK_PAGE);
	} else if (question->address == STACK) {
		for (uint64_t at = 0; at < STACK_PAGE; at += memory->word_size) {
			uint64_t word = CALLER + at;

			memcpy(answer->page + at, &word, memory->word_size);
		}
	} else {
		answer->fd = -EFAULT;
	}
}

/* What a step comes to: whether it is one, the caller, and its registers. */
struct stepped {
	bool done;
	struct stack_regs regs;
	uint32_t unknown;
};

static struct stepped step(uint16_t machine, const char *code, size_t len)
{
	bool wide = machine == EM_X86_64;
	struct memory memory = { .word_size = wide ? 8 : 4 };
	const struct stack_host host = { .ctx = &memory, .ask = answer };
	static struct stack_request request; /* nothing comes with it */
	struct stack_pages pages = { .host = &host, .request = &request };
	struct stepped stepped = {
		.regs = { .pc = CODE,
			.sp = SP,
			.machine = machine,
			.word_size = memory.word_size,
			.len = wide ? 17 : 9 },
		.unknown = UINT32_MAX,
	};

	memcpy(memory.code, code, len);
	stepped.regs.dwarf[wide ? 7 : 4] = SP;
	stepped.unknown &= ~(1u << (wide ? 7 : 4));
	stepped.done = stack_step_out(&pages, &stepped.regs, &stepped.unknown);
	return stepped;
}

#define STEP(machine, code) step(machine, code, sizeof(code) - 1)

/* The stack's word this many bytes above where it pointed to. */
static uint64_t word_at(unsigned above)
{
	return CALLER + SP - STACK + above;
}

static void a_trampoline_gives_back_its_room_and_returns(void **state)
{
	struct stepped stepped = STEP(EM_X86_64, "\x48\x83\xc4\x08\xc3");

	(void)state;
	assert_true(stepped.done);
	assert_int_equal(stepped.regs.pc, word_at(8) - 1);
	assert_int_equal(stepped.regs.sp, SP + 16);
	assert_int_equal(stepped.regs.dwarf[7], SP + 16);
	assert_int_equal(stepped.regs.dwarf[16], word_at(8) - 1);
	/* No other register became known. */
	assert_int_equal(stepped.unknown, UINT32_MAX & ~(1u << 7) & ~(1u << 16));
}

static void registers_that_it_saved_are_the_callers_again(void **state)
{
	/* add $0x100,%rsp; pop %rbx; pop %rbp; pop %r12; ret */
	struct stepped stepped =
		STEP(EM_X86_64, "\x48\x81\xc4\x00\x01\x00\x00\x5b\x5d\x41\x5c\xc3");

	(void)state;
	assert_true(stepped.done);
	assert_int_equal(stepped.regs.dwarf[3], word_at(0x100));
	assert_int_equal(stepped.regs.dwarf[6], word_at(0x108));
	assert_int_equal(stepped.regs.dwarf[12], word_at(0x110));
	assert_int_equal(stepped.regs.pc, word_at(0x118) - 1);
	assert_int_equal(stepped.unknown & (1u << 3 | 1u << 6 | 1u << 12), 0);
}

static void code_of_32_bits_has_its_own_words(void **state)
{
	/* add $0xc,%esp; pop %ebx; ret */
	struct stepped stepped = STEP(EM_386, "\x83\xc4\x0c\x5b\xc3");

	(void)state;
	assert_true(stepped.done);
	assert_int_equal(stepped.regs.dwarf[3], word_at(12));
	assert_int_equal(stepped.regs.pc, word_at(16) - 1);
	assert_int_equal(stepped.regs.sp, SP + 20);
}

static void whatever_else_stands_there_is_no_way_out(void **state)
{
	static const struct {
		const char *code;
		size_t len;
	} codes[] = {
		{ "\x90\xc3", 2 },             /* nop: harmless, but why is it there? */
		{ "\x83\xc4\x08\xc3", 4 },     /* add $8,%esp cuts the pointer off */
		{ "\x48\x83\xec\x08\xc3", 5 }, /* sub */
		{ "\x48\x83\xc0\x08\xc3", 5 }, /* add $8,%rax */
		{ "\x5c\xc3", 2 },             /* pop %rsp */
		{ "\xc9\xc3", 2 },             /* leave: %rbp is not known */
		{ "\x41\xc3", 2 },             /* a prefix that ret does not have */
		{ "\xff\xd0\xc3", 3 },         /* another call */
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct stepped stepped = step(EM_X86_64, codes[i].code, codes[i].len);

		assert_false(stepped.done);
		assert_int_equal(stepped.regs.pc, CODE);
		assert_int_equal(stepped.regs.sp, SP);
	}
	assert_false(STEP(EM_AARCH64, "\xc0\x03\x5f\xd6").done);
}

static void it_does_not_go_on_for_ever_or_out_of_the_stack(void **state)
{
	char pops[64];

	(void)state;
	memset(pops, 0x58, sizeof(pops));
	assert_false(step(EM_X86_64, pops, sizeof(pops)).done);
	/* add $0x7fffffff,%rsp; ret */
	assert_false(STEP(EM_X86_64, "\x48\x81\xc4\xff\xff\xff\x7f\xc3").done);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trampoline_gives_back_its_room_and_returns),
		cmocka_unit_test(registers_that_it_saved_are_the_callers_again),
		cmocka_unit_test(code_of_32_bits_has_its_own_words),
		cmocka_unit_test(whatever_else_stands_there_is_no_way_out),
		cmocka_unit_test(it_does_not_go_on_for_ever_or_out_of_the_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
