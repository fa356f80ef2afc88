#include "tracer/stack/step.h"

#include <elf.h>
#include <string.h>

/* Instructions, as in Intel's manual, volume 2. */
enum {
	REX = 0x40, /* up to 0x4f, in 64-bit code alone */
	REX_B = 1,
	REX_W = 8,
	POP = 0x58, /* up to 0x5f */
	ADD_BYTE = 0x83,
	ADD_LONG = 0x81,
	TO_SP = 0xc4, /* the operand of both */
	LEAVE = 0xc9,
	RET = 0xc3,
};

enum { HARDWARE_SP = 4, HARDWARE_BP = 5, INSTRUCTIONS_MAX = 16 };

/* One that is being carried out. */
struct step {
	struct stack_pages *pages;
	const uint8_t *map; /* from the hardware's numbers of registers to DWARF's */
	uint64_t ip;
	struct stack_regs regs;
	uint32_t unknown;
	bool wide, returned;
};

static bool fetch(struct step *step, void *bytes, size_t len)
{
	uint64_t at = step->ip;

	step->ip += len;
	return stack_pages_read(step->pages, at, bytes, len);
}

static uint64_t *register_of(struct step *step, unsigned hardware)
{
	return &step->regs.dwarf[step->map[hardware]];
}

static bool is_known(const struct step *step, unsigned hardware)
{
	return !(step->unknown >> step->map[hardware] & 1);
}

static bool pop_word(struct step *step, uint64_t *word)
{
	uint64_t *sp = register_of(step, HARDWARE_SP);
	unsigned size = step->regs.word_size;

	*word = 0;
	if (!stack_pages_read(step->pages, *sp, word, size))
		return false;
	*sp += size;
	return true;
}

static bool do_pop(struct step *step, unsigned hardware)
{
	if (hardware == HARDWARE_SP || !pop_word(step, register_of(step, hardware)))
		return false;
	step->unknown &= ~(1u << step->map[hardware]);
	return true;
}

static bool do_leave(struct step *step)
{
	if (!is_known(step, HARDWARE_BP))
		return false;
	*register_of(step, HARDWARE_SP) = *register_of(step, HARDWARE_BP);
	return do_pop(step, HARDWARE_BP);
}

static bool do_add(struct step *step, bool is_long)
{
	uint8_t operand;
	int8_t byte = 0;
	int32_t number = 0;

	if (!fetch(step, &operand, 1) || operand != TO_SP)
		return false;
	if (is_long ? !fetch(step, &number, sizeof(number)) : !fetch(step, &byte, 1))
		return false;
	*register_of(step, HARDWARE_SP) += (uint64_t)(int64_t)(is_long ? number : byte);
	return true;
}

static bool do_return(struct step *step)
{
	uint64_t to;

	if (!pop_word(step, &to) || !to)
		return false;
	step->regs.pc = to - 1;
	step->regs.sp = *register_of(step, HARDWARE_SP);
	step->regs.dwarf[step->regs.len - 1] = step->regs.pc; /* both have it as their last */
	step->returned = true;
	return true;
}

static bool do_one(struct step *step)
{
	uint8_t rex = 0, code;

	if (!fetch(step, &code, 1))
		return false;
	if (step->wide && (code & 0xf0) == REX) {
		rex = code;
		if (!fetch(step, &code, 1))
			return false;
	}
	if ((code & 0xf8) == POP)
		return do_pop(step, (code & 7u) | (rex & REX_B ? 8 : 0));
	if ((code == ADD_BYTE || code == ADD_LONG) && rex == (step->wide ? REX | REX_W : 0))
		return do_add(step, code == ADD_LONG);
	if (code == LEAVE && !rex)
		return do_leave(step);
	return code == RET && !rex && do_return(step);
}

static const uint8_t *map_of(uint16_t machine)
{
	/* System V ABI, AMD64 supplement, figure 3.36; Intel386 supplement, figure 2.14. */
	static const uint8_t wide[] = { 0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t narrow[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	return machine == EM_X86_64 ? wide : machine == EM_386 ? narrow : NULL;
}

bool stack_step_out(struct stack_pages *pages, struct stack_regs *regs, uint32_t *unknown)
{
	struct step step = {
		.pages = pages,
		.map = map_of(regs->machine),
		.ip = regs->pc,
		.regs = *regs,
		.unknown = *unknown,
		.wide = regs->machine == EM_X86_64,
	};

	if (!step.map || !is_known(&step, HARDWARE_SP))
		return false;
	for (int i = 0; i < INSTRUCTIONS_MAX && !step.returned; i++) {
		if (!do_one(&step))
			return false;
	}
	if (!step.returned)
		return false;
	*regs = step.regs;
	*unknown = step.unknown & ~(1u << (regs->len - 1));
	return true;
}
